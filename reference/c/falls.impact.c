/* falls.impact 1.0.0 in C99. The coefficients are in falls.impact.coefficients.h, written by
 * `python -m benchmarks.falls c` from the JSON that the package ships. */
#include "falls.impact.h"

#include <math.h>
#include <string.h>

#include "falls.impact.coefficients.h"

#define GRAVITY 9.80665
#define LOWEST (0.7 * GRAVITY)
#define FLOOR 0.1
#define TICK 0.02
#define RATE 50.0
#define SLOTS 512
#define WIDTH 6
#define WORK 48
#define AFTER 170
#define COUNT FALLS_IMPACT_FEATURES
#define TREES 64
#define DEPTH 6
#define SPLITS 63
#define LEAVES 64
#define REACH 2.5
#define LIMIT 12.0
#define BRIDGE 0.3
#define NEVER (-1000000000)
#define CLEAR (1.0 + 1e-9)

enum { NONE, WHOLE, MISSING };
enum { CLOSED, SEGMENT, LOST };
enum { IMPACT, DEVICE_DROPPED, FALL };
enum { DETECTED = 1, RECOVERED, LONG_LIE };
enum { CLIPPED = 1, GAP = 2, INFINITE = 4, SHORT = 8, UNJUDGED = 16, NOT_MEASURED = 32 };
enum { BEFORE = 0, NEAR = 3, EARLY = 6, LANDED = 9, AFTERWARDS = 12, ENDING = 15, MEMORY = 18, V = 21, W = 24 };

typedef struct {
    /* plan */
    const falls_impact_model *model;
    int64_t rows, boxes, whole, rest, bridge, placement, remark, flight_ticks, posture;
    double share, gate, flight_level, threshold, lies[3];
    /* resampler */
    int64_t row, last, edge, part, open, broken, origin;
    double span, cursor, held[3], ahead[3], rise[3], area[3], box[3];
    /* machine */
    int64_t tick, top_row, alike[3], clipped, missing, infinite, candidate, flight, flown, remembered;
    double top, previous[3], best, memory[3];
    int64_t fall, lain, risen, silent, told;
    double upright[3], now[3], moving;
    falls_impact_row kept;
    double ring[WORK + SLOTS * WIDTH];
} machine;

static int64_t least(int64_t a, int64_t b) { return b < a ? b : a; }
static int64_t most(int64_t a, int64_t b) { return b > a ? b : a; }
static double larger(double a, double b) { return b > a ? b : a; }
static double smaller(double a, double b) { return b < a ? b : a; }

static const double *slot(const double *ring, int64_t t) { return ring + WORK + (t & (SLOTS - 1)) * WIDTH; }

/* ---- resampler ---------------------------------------------------------------------------------------------- */

static int take(machine *s, const double *x)
{
    double doubt = 0.0;
    int64_t row = s->row++;
    int near = s->last >= 0 && row - s->last <= s->bridge;
    for (int c = 0; c < 3; c++)
        doubt += x[c] - x[c];
    if (!(doubt == 0.0)) {
        s->open = near ? CLOSED : LOST;
        return 0;
    }
    if (near) {
        s->span = (double)(row - s->last);
        for (int c = 0; c < 3; c++) {
            s->ahead[c] = x[c];
            s->rise[c] = (x[c] - s->held[c]) / s->span;
        }
        s->open = SEGMENT;
    } else {
        s->open = LOST;
        for (int c = 0; c < 3; c++) {
            s->held[c] = x[c];
            s->rise[c] = 0.0;
        }
    }
    s->last = row;
    return 1;
}

static void next_edge(machine *s)
{
    s->edge += s->whole;
    s->part += s->rest;
    if (s->part >= s->boxes) {
        s->part -= s->boxes;
        s->edge++;
    }
}

static int give(machine *s)
{
    double end, length, middle;
    int64_t now = s->row - 1, broken;
    if (s->open == CLOSED)
        return NONE;
    if (s->open == LOST) {
        if (s->edge > now || (s->edge == now && s->part > 0)) {
            s->broken = s->edge * s->boxes + s->part - s->rows < now * s->boxes;
            s->origin = now;
            s->cursor = 0.0;
            s->open = CLOSED;
            return NONE;
        }
        next_edge(s);
        for (int c = 0; c < 3; c++)
            s->area[c] = 0.0;
        s->broken = 0;
        return MISSING;
    }
    end = (double)(s->edge - s->origin) + (double)s->part / (double)s->boxes;
    if (end > s->span) {
        length = s->span - s->cursor;
        middle = 0.5 * (s->span + s->cursor);
        for (int c = 0; c < 3; c++) {
            s->area[c] += length * (s->held[c] + s->rise[c] * middle);
            s->held[c] = s->ahead[c];
        }
        s->origin = now;
        s->cursor = 0.0;
        s->open = CLOSED;
        return NONE;
    }
    length = end - s->cursor;
    middle = 0.5 * (end + s->cursor);
    for (int c = 0; c < 3; c++) {
        s->box[c] = (s->area[c] + length * (s->held[c] + s->rise[c] * middle)) * s->share;
        s->area[c] = 0.0;
    }
    s->cursor = end;
    next_edge(s);
    broken = s->broken;
    s->broken = 0;
    return broken ? MISSING : WHOLE;
}

/* ---- features ----------------------------------------------------------------------------------------------- */

static int64_t mean(double *ring, int64_t a, int64_t b, int o)
{
    int64_t n = 0;
    double x = 0.0, y = 0.0, z = 0.0, share;
    for (int64_t t = a; t < b; t++) {
        const double *k = slot(ring, t);
        if (k[3] >= 0.0) {
            n++;
            x += k[0];
            y += k[1];
            z += k[2];
        }
    }
    share = n > 0 ? 1.0 / (double)n : 0.0;
    ring[o] = x * share;
    ring[o + 1] = y * share;
    ring[o + 2] = z * share;
    return n;
}

static void copy(double *ring, int from, int to) { memcpy(ring + to, ring + from, 3 * sizeof *ring); }

static double size_of(const double *ring, int o)
{
    return sqrt(ring[o] * ring[o] + ring[o + 1] * ring[o + 1] + ring[o + 2] * ring[o + 2]);
}

static double angle(const double *ring, int o, int q)
{
    double x = ring[o + 1] * ring[q + 2] - ring[o + 2] * ring[q + 1];
    double y = ring[o + 2] * ring[q] - ring[o] * ring[q + 2];
    double z = ring[o] * ring[q + 1] - ring[o + 1] * ring[q];
    double along = ring[o] * ring[q] + ring[o + 1] * ring[q + 1] + ring[o + 2] * ring[q + 2];
    return atan2(sqrt(x * x + y * y + z * z), along);
}

static double level(const double *ring, int64_t t, int64_t wide)
{
    double total = 0.0;
    for (int64_t j = t; j < t + wide; j++) {
        double m = slot(ring, j)[3];
        if (m < 0.0)
            return -1.0;
        total += m;
    }
    return total / (double)wide;
}

static double largest(const double *ring, int64_t a, int64_t b, int64_t wide)
{
    double best = 0.0;
    for (int64_t t = a; t < b - wide + 1; t++)
        best = larger(best, level(ring, t, wide));
    return best;
}

static double smallest(const double *ring, int64_t a, int64_t b, int64_t wide)
{
    double best = GRAVITY;
    for (int64_t t = a; t < b - wide + 1; t++) {
        double m = level(ring, t, wide);
        if (0.0 <= m && m < best)
            best = m;
    }
    return best;
}

static double activity(const double *ring, int64_t a, int64_t b)
{
    int64_t n = 0;
    double total = 0.0;
    for (int64_t t = a; t < b; t++) {
        double m = slot(ring, t)[3];
        if (m >= 0.0) {
            n++;
            total += fabs(m - GRAVITY);
        }
    }
    return n > 0 ? total / (double)n : 0.0;
}

static double stillest(const double *ring, int64_t a, int64_t b, int64_t wide)
{
    double best = activity(ring, a, b);
    for (int64_t t = a; t < b - wide + 1; t += wide / 4)
        best = smaller(best, activity(ring, t, t + wide));
    return best;
}

static double unrest(double *ring, int64_t a, int64_t b)
{
    int64_t n = 0;
    double total = 0.0;
    if (mean(ring, a, b, W) < 2)
        return 0.0;
    for (int64_t t = a; t < b; t++) {
        const double *k = slot(ring, t);
        if (k[3] >= 0.0) {
            double x = k[0] - ring[W], y = k[1] - ring[W + 1], z = k[2] - ring[W + 2];
            n++;
            total += x * x + y * y + z * z;
        }
    }
    return sqrt(total / (double)n);
}

static double shake(const double *ring, int64_t a, int64_t b)
{
    int64_t n = 0;
    double total = 0.0, middle, square = 0.0;
    for (int64_t t = a; t < b; t++) {
        if (slot(ring, t)[3] >= 0.0) {
            n++;
            total += slot(ring, t)[3];
        }
    }
    if (n < 2)
        return 0.0;
    middle = total / (double)n;
    for (int64_t t = a; t < b; t++) {
        double m = slot(ring, t)[3];
        if (m >= 0.0)
            square += (m - middle) * (m - middle);
    }
    return sqrt(square / (double)n);
}

static double sway(const double *ring, int64_t a, int64_t b, int o)
{
    int64_t n = 0;
    double g = size_of(ring, o), total = 0.0;
    if (g <= 0.0)
        return 0.0;
    for (int64_t t = a; t < b; t++) {
        const double *k = slot(ring, t);
        if (k[3] >= 0.0) {
            double along = (k[0] * ring[o] + k[1] * ring[o + 1] + k[2] * ring[o + 2]) / g;
            n++;
            total += larger(k[3] * k[3] - along * along, 0.0);
        }
    }
    return n > 0 ? sqrt(total / (double)n) : 0.0;
}

static double jerk(const double *ring, int64_t a, int64_t b)
{
    double best = 0.0;
    for (int64_t t = a; t < b; t++) {
        const double *k = slot(ring, t), *j = slot(ring, t - 3);
        if (k[3] >= 0.0 && j[3] >= 0.0) {
            double x = k[0] - j[0], y = k[1] - j[1], z = k[2] - j[2];
            best = larger(best, x * x + y * y + z * z);
        }
    }
    return sqrt(best);
}

static double rhythm(const double *ring, int64_t a, int64_t b)
{
    int64_t n = 0;
    double total = 0.0, middle, power = 0.0, best = 0.0;
    for (int64_t t = a; t < b; t++) {
        double m = slot(ring, t)[3];
        if (m >= 0.0) {
            n++;
            total += m;
        }
    }
    if (n < 80)
        return 0.0;
    middle = total / (double)n;
    for (int64_t t = a; t < b; t++) {
        double m = slot(ring, t)[3];
        if (m >= 0.0)
            power += (m - middle) * (m - middle);
    }
    power += (double)n * FLOOR * FLOOR;
    for (int64_t lag = 12; lag < 71; lag += 2) {
        double r = 0.0;
        for (int64_t t = a + lag; t < b; t++) {
            double m = slot(ring, t)[3], e = slot(ring, t - lag)[3];
            if (m >= 0.0 && e >= 0.0)
                r += (m - middle) * (e - middle);
        }
        r = r / power * (double)(b - a) / (double)(b - a - lag);
        best = larger(best, r);
    }
    return smaller(best, 1.0);
}

static int64_t steps(const double *ring, int64_t a, int64_t b)
{
    int64_t n = 0, since = 12;
    int armed = 1;
    for (int64_t t = a; t < b; t++) {
        double m = slot(ring, t)[3];
        since++;
        if (m > 1.2 * GRAVITY && armed && since >= 12) {
            n++;
            since = 0;
            armed = 0;
        } else if (0.0 <= m && m < GRAVITY) {
            armed = 1;
        }
    }
    return n;
}

static double swing(double *ring, int64_t p, int o)
{
    double best = 0.0;
    for (int64_t t = p - 75; t < p + 61; t += 5)
        if (mean(ring, t, t + 15, V) >= 8 && size_of(ring, V) > 0.3 * GRAVITY)
            best = larger(best, angle(ring, V, o));
    return best;
}

static double turn(double *ring, int64_t p)
{
    double best = 0.0;
    for (int64_t t = p - 75; t < p + 41; t += 5)
        if (mean(ring, t, t + 15, V) >= 8 && mean(ring, t + 20, t + 35, W) >= 8 && size_of(ring, V) > 0.3 * GRAVITY
            && size_of(ring, W) > 0.3 * GRAVITY)
            best = larger(best, angle(ring, V, W));
    return best;
}

static int anchor(double *ring, int64_t p, int64_t end)
{
    int64_t last = least(p + AFTER, end);
    if (mean(ring, p - 125, p - 50, BEFORE) < 25 && mean(ring, p - 200, p - 15, BEFORE) < 10)
        return 0;
    if (mean(ring, p - 50, p - 15, NEAR) < 10)
        mean(ring, p - 200, p - 15, NEAR);
    if (mean(ring, p - 200, p - 125, EARLY) < 25)
        copy(ring, BEFORE, EARLY);
    if (mean(ring, p + 25, last, LANDED) < 35)
        return 0;
    if (mean(ring, p + 25, least(p + 60, end), W) >= 15)
        copy(ring, W, LANDED);
    if (mean(ring, p + 50, least(p + 125, end), AFTERWARDS) < 20)
        mean(ring, p + 25, last, AFTERWARDS);
    if (mean(ring, p + 110, last, ENDING) < 20)
        copy(ring, AFTERWARDS, ENDING);
    if (size_of(ring, MEMORY) <= 0.0)
        copy(ring, BEFORE, MEMORY);
    return 1;
}

static void postures(double *ring, int64_t p, double *f)
{
    f[0] = angle(ring, BEFORE, AFTERWARDS);
    f[1] = angle(ring, BEFORE, ENDING);
    f[2] = angle(ring, MEMORY, ENDING);
    f[3] = angle(ring, NEAR, AFTERWARDS);
    f[4] = angle(ring, EARLY, NEAR);
    f[5] = angle(ring, LANDED, ENDING);
    f[6] = swing(ring, p, BEFORE);
    f[7] = turn(ring, p);
    f[33] = larger(f[6] - f[1], 0.0);
    f[34] = f[2] - angle(ring, MEMORY, BEFORE);
    f[35] = size_of(ring, ENDING) / larger(size_of(ring, BEFORE), 1.0) - 1.0;
}

static void impacts(double *ring, int64_t p, int64_t end, double *f)
{
    double peak = larger(largest(ring, p - 5, least(p + 6, end), 3), 1.0);
    double lack = 0.0, load = 0.0, down = 0.0, speed = 0.0, low = 1e9, g = size_of(ring, BEFORE);
    int64_t falling = 0, wide = 0, at = 0, busy = 0;
    f[8] = log(smaller(peak, 3.5 * GRAVITY) / GRAVITY);
    f[9] = log(larger(largest(ring, p - 25, least(p + 26, end), 9), 1.0) / GRAVITY);
    f[10] = smallest(ring, p - 50, p, 3) / GRAVITY;
    f[11] = smallest(ring, p - 50, p, 9) / GRAVITY;
    for (int64_t t = p - 60; t < least(p + 26, end); t++) {
        const double *k = slot(ring, t);
        double m = k[3];
        if (m < 0.0)
            continue;
        if (t <= p) {
            falling += m < LOWEST;
            lack += larger(GRAVITY - m, 0.0) * TICK;
            if (g > 0.0) {
                double along = (k[0] * ring[BEFORE] + k[1] * ring[BEFORE + 1] + k[2] * ring[BEFORE + 2]) / g;
                speed = larger(speed + (GRAVITY - along) * TICK, 0.0);
                down = larger(down, speed);
            }
            if (t >= p - 50 && m < low * (1.0 - 1e-9)) {
                low = m;
                at = p - t;
            }
        }
        if (t >= p - 15)
            load += larger(m - GRAVITY, 0.0) * TICK;
        if (t >= p - 25)
            wide += m > 1.5 * GRAVITY;
    }
    f[12] = (double)falling * TICK;
    f[13] = lack;
    f[14] = load;
    f[15] = smaller(down, 8.0);
    f[16] = log(FLOOR + shake(ring, p - 50, least(p + 51, end)));
    f[17] = log(FLOOR + sway(ring, p - 50, least(p + 51, end), BEFORE));
    f[18] = log(FLOOR + jerk(ring, p - 15, least(p + 16, end)));
    f[29] = log(larger(largest(ring, p + 40, least(p + AFTER, end), 1), 1.0) / peak);
    f[30] = log(larger(largest(ring, p - 200, p - 40, 1), 1.0) / peak);
    f[31] = (double)at * TICK;
    f[32] = (double)wide * TICK;
    for (int64_t t = p - 100; t < least(p + 101, end); t++) {
        double m = slot(ring, t)[3];
        busy += m >= 0.0 && fabs(m - GRAVITY) > 2.5;
    }
    f[38] = (double)busy * TICK;
    f[39] = f[8] - f[9];
}

static void motions(double *ring, int64_t p, int64_t end, double *f)
{
    int64_t last = least(p + AFTER, end);
    f[19] = log(FLOOR + activity(ring, p + 50, last));
    f[20] = log(FLOOR + activity(ring, p + 25, least(p + 75, end)));
    f[21] = log(FLOOR + activity(ring, p - 200, p - 50));
    f[22] = log(FLOOR + stillest(ring, p + 25, last, 40));
    f[23] = log(FLOOR + unrest(ring, p + 50, last));
    f[24] = log(FLOOR + unrest(ring, p - 200, p - 50));
    f[25] = rhythm(ring, p - 200, p - 15);
    f[26] = rhythm(ring, p + 15, last);
    f[27] = (double)steps(ring, p - 200, p - 15);
    f[28] = (double)steps(ring, p + 25, last);
    f[36] = log(FLOOR + activity(ring, p - 50, p - 5));
    f[37] = log(FLOOR + activity(ring, p + 5, least(p + 40, end)));
    f[40] = log(FLOOR + unrest(ring, p - 75, p - 5));
    f[41] = log(FLOOR + unrest(ring, p + 10, least(p + 60, end)));
}

/* ---- classifier --------------------------------------------------------------------------------------------- */

static double scaled(const falls_impact_model *m, const double *f, int j)
{
    return smaller(larger((f[j] - m->center[j]) / m->scale[j], -REACH), REACH);
}

static double logit(const falls_impact_model *m, const double *f)
{
    double total = 0.0, grown = 0.0;
    const double *cross = m->cross;
    for (int j = 0; j < COUNT; j++) {
        double z = scaled(m, f, j);
        total += m->weight[j] * z;
        for (int k = j; k < COUNT; k++)
            total += *cross++ * z * scaled(m, f, k);
    }
    for (int tree = 0; tree < TREES; tree++) {
        int at = 0;
        for (int d = 0; d < DEPTH; d++) {
            int split = tree * SPLITS + at;
            at = f[m->asked[split]] <= m->cut[split] ? 2 * at + 1 : 2 * at + 2;
        }
        grown += m->leaf[tree * LEAVES + at - SPLITS];
    }
    return smaller(larger(m->bias + m->share * total + m->gain * (grown / TREES), -LIMIT), LIMIT);
}

/* ---- rows --------------------------------------------------------------------------------------------------- */

static int64_t begin(const machine *s, int64_t t) { return (most(t, 0) * s->rows + s->boxes - 1) / s->boxes; }

static int64_t onset_tick(double *ring, int64_t p)
{
    for (int64_t t = p - 60; t < p; t++) {
        double m = slot(ring, t)[3];
        if (0.0 <= m && m < LOWEST)
            return t;
        if (m >= 0.0 && mean(ring, t - 7, t + 8, V) >= 8 && angle(ring, V, BEFORE) > 0.35)
            return t;
    }
    return p;
}

static int64_t settled_tick(const double *ring, int64_t p, int64_t end)
{
    int64_t found = -1;
    for (int64_t t = end - 25; t > p; t -= 5) {
        if (activity(ring, t, t + 25) > 1.5)
            break;
        found = t;
    }
    return found;
}

static int describe(machine *s, falls_impact_row *row, int64_t c, int64_t end)
{
    double *ring = s->ring;
    const double *k = slot(ring, c);
    int known;
    for (int j = 0; j < 3; j++)
        ring[MEMORY + j] = s->remembered >= 25 ? s->memory[j] : 0.0;
    known = anchor(ring, c, end);
    if (known) {
        postures(ring, c, row->features);
        impacts(ring, c, end, row->features);
        motions(ring, c, end, row->features);
    }
    row->impact = (int64_t)k[5];
    row->peak = sqrt(k[4]);
    row->stage = DETECTED;
    row->placement = s->placement;
    row->remarks = s->remark;
    row->confirmed = s->row - 1;
    row->settled = -1;
    row->lowest = smallest(ring, c - 60, c + 1, 1);
    if (known) {
        int64_t rest;
        row->onset = least(begin(s, onset_tick(ring, c)), row->impact);
        rest = settled_tick(ring, c, least(c + AFTER, end));
        if (rest >= 0)
            row->settled = least(most(begin(s, rest), row->impact), row->confirmed);
        row->free_fall = row->features[12];
        row->tilt = row->features[1] * 57.29577951308232;
        row->activity = activity(ring, c + 50, least(c + AFTER, end));
        row->confidence = 1.0 / (1.0 + exp(-logit(s->model, row->features)));
    } else {
        row->onset = row->impact;
        row->free_fall = row->tilt = row->activity = 0.0;
        row->confidence = NAN;
        memset(row->features, 0, sizeof row->features);
        row->remarks |= UNJUDGED;
    }
    if (s->clipped >= c - 5)
        row->remarks |= CLIPPED;
    if (s->missing >= c - 200)
        row->remarks |= GAP;
    if (s->infinite >= c - 200)
        row->remarks |= INFINITE;
    if (c < 125 || end < c + AFTER)
        row->remarks |= SHORT;
    return known;
}

static void judge(machine *s, falls_impact_row *row)
{
    int64_t c = s->candidate, end = s->tick;
    int known = describe(s, row, c, end);
    if (c - 100 <= s->flown && s->flown <= c + 75) {
        row->kind = DEVICE_DROPPED;
        s->flown = NEVER;
    } else if (known && logit(s->model, row->features) >= s->threshold) {
        row->kind = FALL;
        s->fall = c;
        s->lain = end - c;
        s->risen = s->silent = s->told = 0;
        s->moving = 0.0;
        s->kept = *row;
        memcpy(s->upright, s->ring + BEFORE, sizeof s->upright);
        memcpy(s->now, s->ring + ENDING, sizeof s->now);
    } else {
        row->kind = IMPACT;
    }
    s->candidate = -1;
    s->best = 0.0;
    if (row->kind == IMPACT) {
        for (int64_t t = c + 50; t < end; t++) {
            double top = slot(s->ring, t)[4];
            if (top > s->gate && top > s->best * CLEAR) {
                s->candidate = t;
                s->best = top;
            }
        }
    }
}

static size_t follow(machine *s, falls_impact_row *row, int64_t t)
{
    const double *k = slot(s->ring, t);
    double m = k[3], along = 0.0, now = 0.0, up = 0.0;
    int standing;
    if (m < 0.0) {
        if (++s->silent > 3000)
            s->fall = -1;
        return 0;
    }
    s->silent = 0;
    s->lain++;
    for (int j = 0; j < 3; j++) {
        s->now[j] += 0.02 * (k[j] - s->now[j]);
        along += s->now[j] * s->upright[j];
        now += s->now[j] * s->now[j];
        up += s->upright[j] * s->upright[j];
    }
    s->moving += (fabs(m - GRAVITY) - s->moving) / 150.0;
    standing = s->posture == 1 && s->kept.tilt > 45.0 && along > 0.0 && along * along > 0.67 * now * up;
    s->risen = standing || s->moving > 1.2 ? s->risen + 1 : 0;
    if (s->risen >= 150) {
        *row = s->kept;
        row->stage = RECOVERED;
        row->confirmed = s->row - 1;
        s->fall = -1;
        return 1;
    }
    if (s->told < 3 && (double)s->lain >= s->lies[s->told]) {
        *row = s->kept;
        row->stage = LONG_LIE;
        row->confirmed = s->row - 1;
        s->told++;
        return 1;
    }
    return 0;
}

/* ---- machine ------------------------------------------------------------------------------------------------ */

static void remember(machine *s, int64_t t)
{
    const double *k = slot(s->ring, t - 300);
    if (t >= 300 && k[3] >= 0.0) {
        double share;
        s->remembered++;
        share = 1.0 / (double)least(s->remembered, 1000);
        for (int j = 0; j < 3; j++)
            s->memory[j] += share * (k[j] - s->memory[j]);
    }
}

static size_t tick(machine *s, falls_impact_row *out, int made)
{
    int64_t t = s->tick++;
    double *k = s->ring + WORK + (t & (SLOTS - 1)) * WIDTH, m = -1.0, top = s->top;
    size_t n = 0;
    int landed = 0;
    if (made == WHOLE) {
        m = sqrt(s->box[0] * s->box[0] + s->box[1] * s->box[1] + s->box[2] * s->box[2]);
        memcpy(k, s->box, sizeof s->box);
    }
    k[3] = m;
    k[4] = top;
    k[5] = (double)s->top_row;
    s->top = -1.0;
    remember(s, t);
    if (0.0 <= m && m < s->flight_level) {
        if (++s->flight >= s->flight_ticks)
            s->flown = t;
    } else {
        landed = s->flight >= s->flight_ticks && m >= 0.0;
        s->flight = 0;
    }
    if (s->candidate >= 0 || top > s->gate || landed) {
        if (top > s->best * CLEAR) {
            s->candidate = t;
            s->best = top;
        }
        if (s->candidate >= 0 && t - s->candidate >= AFTER - 1)
            judge(s, out + n++);
    }
    if (s->fall >= 0)
        n += follow(s, out + n, t);
    return n;
}

static void note(machine *s, const double *x)
{
    double square = x[0] * x[0] + x[1] * x[1] + x[2] * x[2];
    if (square > s->top * CLEAR) {
        s->top = square;
        s->top_row = s->row - 1;
    }
    if (square > s->gate) {
        for (int j = 0; j < 3; j++) {
            s->alike[j] = x[j] == s->previous[j] && fabs(x[j]) > 14.0 ? s->alike[j] + 1 : 0;
            s->previous[j] = x[j];
            if (s->alike[j] >= 2)
                s->clipped = s->tick;
        }
    }
}

static void miss(machine *s, const double *x)
{
    if (s->last >= 0) {
        s->missing = s->tick;
        for (int j = 0; j < 3; j++)
            if (fabs(x[j]) > 1e300)
                s->infinite = s->tick;
    }
}

/* ---- interface ---------------------------------------------------------------------------------------------- */

size_t falls_impact_state_size(void) { return sizeof(machine); }

size_t falls_impact_row_size(void) { return sizeof(falls_impact_row); }

/* The ratio fs / 50 as whole numbers up to a million: the last convergent of its continued fraction, or a better
 * semiconvergent. Exact for the ratios of whole rates. */
static void ratio(double fs, int64_t *rows, int64_t *boxes)
{
    double target = fs / RATE, rest = target;
    int64_t p0 = 0, q0 = 1, p1 = 1, q1 = 0;
    for (int round = 0; round < 40; round++) {
        int64_t a = (int64_t)floor(rest), q2 = q0 + a * q1, p2 = p0 + a * p1;
        double left = rest - floor(rest);
        if (q2 > 1000000)
            break;
        p0 = p1;
        q0 = q1;
        p1 = p2;
        q1 = q2;
        if (left < 1e-9 || fabs((double)p1 / (double)q1 - target) < 1e-15 * target)
            break;
        rest = 1.0 / left;
    }
    *rows = p1;
    *boxes = q1;
}

int falls_impact_init(void *state, double fs, const double *params, size_t count)
{
    machine *s = state;
    double lies[3];
    int n = 0;
    if (count != 8 || !(fs >= 20.0 && fs <= 400.0) || !(params[0] >= 0.0 && params[0] <= 2.0))
        return 1;
    memset(s, 0, sizeof *s);
    ratio(fs, &s->rows, &s->boxes);
    s->whole = s->rows / s->boxes;
    s->rest = s->rows % s->boxes;
    s->bridge = most(1, (int64_t)(BRIDGE * fs + 1e-9));
    s->share = (double)s->boxes / (double)s->rows;
    s->placement = (int64_t)params[0];
    s->model = s->placement == 2 ? &falls_impact_wrist : &falls_impact_waist;
    s->posture = s->placement == 0;
    s->remark = s->placement == 1 ? NOT_MEASURED : 0;
    s->threshold = s->model->threshold + (s->placement == 1 ? FALLS_IMPACT_POCKET : 0.0) + params[1];
    s->gate = params[2] * params[2];
    s->flight_level = params[3];
    s->flight_ticks = most(1, (int64_t)nearbyint(params[4] * RATE));
    memcpy(lies, params + 5, sizeof lies);
    for (int i = 0; i < 3; i++)
        for (int j = i + 1; j < 3; j++)
            if (lies[j] < lies[i]) {
                double swapped = lies[i];
                lies[i] = lies[j];
                lies[j] = swapped;
            }
    for (int i = 0; i < 3; i++)
        if (i == 0 || lies[i] > lies[i - 1])
            s->lies[n++] = lies[i] * RATE;
    while (n < 3)
        s->lies[n++] = INFINITY;
    s->last = -1;
    s->edge = s->whole;
    s->part = s->rest;
    s->broken = 1;
    s->top = -1.0;
    s->clipped = s->missing = s->infinite = s->flown = NEVER;
    s->candidate = s->fall = -1;
    for (int t = 0; t < SLOTS; t++)
        s->ring[WORK + t * WIDTH + 3] = s->ring[WORK + t * WIDTH + 4] = -1.0;
    return 0;
}

size_t falls_impact_push(void *state, const double *x, size_t rows, void *out)
{
    machine *s = state;
    falls_impact_row *given = out;
    size_t n = 0;
    for (size_t i = 0; i < rows; i++, x += 3) {
        int finite = take(s, x), made;
        while ((made = give(s)) != NONE)
            n += tick(s, given + n, made);
        if (finite)
            note(s, x);
        else
            miss(s, x);
    }
    return n;
}

size_t falls_impact_finish(void *state, void *out)
{
    machine *s = state;
    falls_impact_row *given = out;
    size_t n = 0;
    while (s->candidate >= 0)
        judge(s, given + n++);
    return n;
}
