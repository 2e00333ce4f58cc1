/* falls.threshold 1.0.0: the plain multi-phase machine. See README.md for the interface. */
#ifndef FALLS_THRESHOLD_H
#define FALLS_THRESHOLD_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t onset, impact, confirmed;
    double peak, lowest, tilt, activity;
} falls_threshold_row;

size_t falls_threshold_state_size(void);
size_t falls_threshold_row_size(void);
int falls_threshold_init(void *state, double fs, const double *params, size_t count);
size_t falls_threshold_push(void *state, const double *x, size_t rows, void *out);
size_t falls_threshold_finish(void *state, void *out);

#endif
