/* falls.impact 1.0.0: candidate impacts, named features, a small fixed classifier. See README.md for the interface. */
#ifndef FALLS_IMPACT_H
#define FALLS_IMPACT_H

#include <stddef.h>
#include <stdint.h>

#define FALLS_IMPACT_FEATURES 42

typedef struct {
    int64_t onset, impact, settled, confirmed;
    double peak, lowest, free_fall, tilt, activity, confidence;
    int64_t kind, stage, placement, remarks;
    double features[FALLS_IMPACT_FEATURES];
} falls_impact_row;

size_t falls_impact_state_size(void);
size_t falls_impact_row_size(void);
int falls_impact_init(void *state, double fs, const double *params, size_t count);
size_t falls_impact_push(void *state, const double *x, size_t rows, void *out);
size_t falls_impact_finish(void *state, void *out);

#endif
