/* cardiac.beats 1.0.0: candidates of a band-passed ECG, nine features, one logistic rule. See README.md for the interface.
   Sampling rates are those of the table in the coefficients header; any other is refused by init with 2. */
#ifndef CARDIAC_BEATS_H
#define CARDIAC_BEATS_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t sample, kind;
    double quality, rr, amplitude, likeness;
    int64_t confirmed, remarks;
} cardiac_beats_row;

size_t cardiac_beats_state_size(void);
size_t cardiac_beats_row_size(void);
int cardiac_beats_init(void *state, double fs, const double *params, size_t count);
size_t cardiac_beats_push(void *state, const double *x, size_t rows, void *out);
size_t cardiac_beats_finish(void *state, void *out);
size_t cardiac_beats_save(const void *state, void *bytes);
int cardiac_beats_load(void *state, const void *bytes, size_t size);

#endif
