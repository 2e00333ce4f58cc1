/* falls.threshold 1.0.0 in C99: free fall, impact, settling, lying with another posture. */
#include "falls.threshold.h"

#include <math.h>
#include <string.h>

#define GRAVITY 9.80665

enum { WATCHING, FALLING, SETTLING, LYING };

typedef struct {
    double free_fall, impact, tilt, activity, share;
    int64_t longest_fall, settle, lying;
    int64_t index, phase, known, onset, top;
    double peak, lowest, moved;
    double posture[3], before[3], after[3];
} machine;

static int64_t samples(double seconds, double fs)
{
    double rounded = nearbyint(seconds * fs); /* half to even, as the plan does */
    return rounded < 1.0 ? 1 : (int64_t)rounded;
}

static double angle(const double *a, const double *b)
{
    double x = a[1] * b[2] - a[2] * b[1], y = a[2] * b[0] - a[0] * b[2], z = a[0] * b[1] - a[1] * b[0];
    return atan2(sqrt(x * x + y * y + z * z), a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) * 57.29577951308232;
}

size_t falls_threshold_state_size(void) { return sizeof(machine); }

size_t falls_threshold_row_size(void) { return sizeof(falls_threshold_row); }

int falls_threshold_init(void *state, double fs, const double *params, size_t count)
{
    machine *s = state;
    double length;
    if (count != 8 || !(fs >= 20.0 && fs <= 400.0))
        return 1;
    memset(s, 0, sizeof *s);
    s->free_fall = params[0];
    s->impact = params[1];
    s->longest_fall = samples(params[2], fs);
    s->settle = samples(params[3], fs);
    s->lying = samples(params[4], fs);
    s->tilt = params[5];
    s->activity = params[6];
    length = params[7] * fs;
    s->share = 1.0 / (length > 1.0 ? length : 1.0);
    return 0;
}

size_t falls_threshold_push(void *state, const double *x, size_t rows, void *out)
{
    machine *s = state;
    falls_threshold_row *event = out;
    size_t n = 0;
    for (size_t row = 0; row < rows; row++, x += 3) {
        int64_t i = s->index++;
        double m = sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]), share;
        if (!(m - m == 0.0)) { /* missing: no fall spans a gap */
            s->phase = WATCHING;
            s->known = 0;
            continue;
        }
        switch (s->phase) {
        case WATCHING:
            if (m < s->free_fall && s->known > 0) {
                s->phase = FALLING;
                s->onset = i;
                s->lowest = m;
                memcpy(s->before, s->posture, sizeof s->before);
            }
            break;
        case FALLING:
            if (m < s->lowest)
                s->lowest = m;
            if (m > s->impact) {
                s->phase = SETTLING;
                s->top = i;
                s->peak = m;
            } else if (i - s->onset >= s->longest_fall) {
                s->phase = WATCHING;
            }
            break;
        case SETTLING:
            if (m > s->peak) {
                s->top = i;
                s->peak = m;
            } else if (i - s->top >= s->settle) {
                s->phase = LYING;
                s->moved = 0.0;
                memset(s->after, 0, sizeof s->after);
            }
            break;
        default:
            s->moved += fabs(m - GRAVITY);
            for (int j = 0; j < 3; j++)
                s->after[j] += x[j];
            if (i - s->top >= s->settle + s->lying) {
                double tilt = angle(s->before, s->after), moved = s->moved / (double)s->lying;
                s->phase = WATCHING;
                if (tilt >= s->tilt && moved <= s->activity) {
                    event[n].onset = s->onset;
                    event[n].impact = s->top;
                    event[n].confirmed = i;
                    event[n].peak = s->peak;
                    event[n].lowest = s->lowest;
                    event[n].tilt = tilt;
                    event[n].activity = moved;
                    n++;
                }
            }
        }
        s->known++;
        share = 1.0 / (double)s->known;
        if (share < s->share)
            share = s->share;
        for (int j = 0; j < 3; j++)
            s->posture[j] += share * (x[j] - s->posture[j]);
    }
    return n;
}

size_t falls_threshold_finish(void *state, void *out)
{
    (void)state;
    (void)out;
    return 0;
}
