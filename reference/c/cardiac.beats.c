/* cardiac.beats 1.0.0 in C99. The ring and the names are those of src/agetech/signals/cardiac/{layout,waves,beats}.py. */
#include "cardiac.beats.h"

#include <math.h>
#include <string.h>

#include "cardiac.beats.coefficients.h"

enum { PAST = 8, SLOTS = 24, SLOT = 8, SHAPES = 4, ROOM = 6144 };
enum { TICK, FIDUCIAL, HEIGHT, AMPLITUDE, SHARPNESS, LIKENESS, CONTRAST, NORMALITY };
enum { NORMAL = 1, VENTRICULAR, NOISE };
enum { FIRST = 1, SEARCHED = 2, MISSING = 4, NEVER = -1 };

#define HUGE_VALUE 1e100
#define SMALL 1e-12
#define ALIKE 0.97

typedef struct {
    double fs, rate, overdue, again, trust;
    int64_t factor, raw_size, wave_size, square_size, arm, span, apart, delay, half, smooth, bridge, learn_ticks;
    int64_t raw, wave_at, squares, filters, heights, refusals, spans, sureties, quiet_at, sharps, waiting_at, shape_at, normal, scratch;
    int64_t band;
    int64_t index, place, group, valid, missing, tick, lost, since, square, rising, peak_tick, last_tick, last;
    int64_t waiting, beats, refused, intervals, quiets, shapes, strange, wave_place, learning, due, trusted, remarks;
    double held, total, wave, origin, energy, peak, low, height, noise, interval, sharp, lean, surety;
    double ring[ROOM];
} machine;

static double least(double a, double b) { return b < a ? b : a; }

static double most(double a, double b) { return b > a ? b : a; }

static double within(double x, double low, double high) { return least(most(x, low), high); }

static int64_t modulo(int64_t a, int64_t n) { return (a % n + n) % n; }

static int64_t rounded(double x) { return (int64_t)nearbyint(x); } /* half to even, as the plan does */

static int64_t remember(double *ring, int64_t at, int64_t seen, double value)
{
    ring[at + seen % PAST] = value;
    return seen + 1;
}

static double median(double *ring, int64_t at, int64_t count, int64_t scratch)
{
    if (count < 1)
        return NAN;
    for (int64_t i = 0; i < count; i++) {
        double value = ring[at + i];
        int64_t j = i;
        for (; j > 0 && ring[scratch + j - 1] > value; j--)
            ring[scratch + j] = ring[scratch + j - 1];
        ring[scratch + j] = value;
    }
    if (count % 2 == 1)
        return ring[scratch + count / 2];
    return 0.5 * (ring[scratch + count / 2 - 1] + ring[scratch + count / 2]);
}

static double centred(machine *s, int64_t first, int64_t into)
{
    int64_t place = modulo(first, s->wave_size);
    double mean = 0.0, power = 0.0;
    for (int64_t i = 0; i < s->span; i++) {
        double value = s->ring[s->wave_at + place];
        s->ring[into + i] = value;
        mean += value;
        place = place + 1 < s->wave_size ? place + 1 : 0;
    }
    mean /= (double)s->span;
    for (int64_t i = 0; i < s->span; i++) {
        double value = s->ring[into + i] - mean;
        s->ring[into + i] = value;
        power += value * value;
    }
    return sqrt(power);
}

static double product(const machine *s, int64_t one, int64_t other)
{
    double result = 0.0;
    for (int64_t i = 0; i < s->span; i++)
        result += s->ring[one + i] * s->ring[other + i];
    return result;
}

static double sum_of(const machine *s, int64_t at, int64_t count)
{
    double result = 0.0;
    for (int64_t i = 0; i < count; i++)
        result += s->ring[at + i];
    return result;
}

static double cascade(machine *s, double x)
{
    for (int i = 0; i < 2; i++) {
        const double *b = cardiac_beats_bands[s->band].section[i];
        double *z = s->ring + s->filters + 2 * i;
        double y = b[0] * x + z[0];
        z[0] = b[1] * x - b[4] * y + z[1];
        z[1] = b[2] * x - b[5] * y;
        x = y;
    }
    return x;
}

static void measure(machine *s, int64_t c, int64_t tick)
{
    double *ring = s->ring, mean, run, high, low;
    int64_t centre = (tick + 1) * s->factor - 1 - s->delay, count = 2 * s->half + s->smooth, window = s->scratch;
    int64_t place = modulo(s->place - s->index + centre - s->half - s->smooth / 2, s->raw_size);
    int64_t head = count < s->raw_size - place ? count : s->raw_size - place, highest = 0, lowest = 0, best;
    for (int64_t i = 0; i < head; i++)
        ring[window + i] = ring[s->raw + place + i];
    for (int64_t i = head; i < count; i++)
        ring[window + i] = ring[s->raw + i - head];
    mean = sum_of(s, window, count) / (double)count;
    run = sum_of(s, window, s->smooth);
    high = low = run;
    for (int64_t i = s->smooth; i < count; i++) {
        run += ring[window + i] - ring[window + i - s->smooth];
        if (run > high) {
            high = run;
            highest = i + 1 - s->smooth;
        }
        if (run < low) {
            low = run;
            lowest = i + 1 - s->smooth;
        }
    }
    high = high / (double)s->smooth - mean;
    low = low / (double)s->smooth - mean;
    best = highest;
    ring[c + AMPLITUDE] = high;
    if (high * (1.0 + 0.3 * s->lean) < -low * (1.0 - 0.3 * s->lean)) {
        best = lowest;
        ring[c + AMPLITUDE] = low;
    }
    ring[c + TICK] = (double)tick;
    ring[c + FIDUCIAL] = (double)(centre - s->half + best);
    ring[c + HEIGHT] = 0.5 * log(s->peak);
    ring[c + SHARPNESS] = ring[c + HEIGHT];
    if (high > low) {
        s->lean += 0.1 * ((high + low) / (high - low) - s->lean);
        ring[c + SHARPNESS] = ring[c + HEIGHT] - log(high - low);
    }
    s->quiets = remember(ring, s->quiet_at, s->quiets, s->low > 0.0 ? 0.5 * log(s->low) : -350.0);
    mean = median(ring, s->quiet_at, s->quiets < PAST ? s->quiets : PAST, s->scratch);
    ring[c + CONTRAST] = within(ring[c + HEIGHT] - mean, 0.0, 3.0);
}

static void like(machine *s, int64_t c, double own)
{
    double *ring = s->ring, *near = s->ring + s->scratch + s->span, best = -1.0;
    int64_t kept = s->shapes < SHAPES ? s->shapes : SHAPES, first = (int64_t)ring[c + FIDUCIAL] / s->factor - s->arm, compared = 0;
    for (int shape = 0; shape <= SHAPES; shape++)
        near[shape] = -1.0;
    for (int turn = 0; turn < 3; turn++) {
        double norm = centred(s, first + (turn < 2 ? turn : -1), s->scratch);
        if (norm > 0.0) {
            for (int shape = 0; shape <= SHAPES; shape++) {
                near[shape] = most(near[shape], product(s, s->shape_at + shape * s->span, s->scratch) / norm);
                if (shape < SHAPES)
                    best = most(best, near[shape]);
            }
        }
        if (ALIKE < best && best <= own)
            break;
    }
    ring[c + LIKENESS] = -1.0;
    for (int64_t shape = 0; shape < kept; shape++) {
        if (near[shape] <= own) {
            compared++;
            ring[c + LIKENESS] = most(ring[c + LIKENESS], near[shape]);
        }
    }
    if (compared == 0)
        ring[c + LIKENESS] = 0.7;
    ring[c + NORMALITY] = s->shapes > 0 ? near[SHAPES] : 1.0;
}

static double shape_of(machine *s, int64_t c, int64_t at)
{
    return centred(s, (int64_t)s->ring[c + FIDUCIAL] / s->factor - s->arm, at);
}

static void keep_shape(machine *s, int64_t c)
{
    int64_t at = s->shape_at + s->shapes % SHAPES * s->span;
    double norm = shape_of(s, c, at);
    for (int64_t i = 0; i < s->span; i++)
        s->ring[at + i] = norm > 0.0 ? s->ring[at + i] / norm : 0.0;
    s->shapes++;
}

static double logit(const machine *s, int64_t c)
{
    const double *ring = s->ring, *w = cardiac_beats_weights;
    double height = ring[c + HEIGHT];
    double since = s->last_tick >= 0 ? (ring[c + TICK] - (double)s->last_tick) / s->rate : 2.0 * s->interval;
    double t_wave = 0.3 + 0.15 * least(s->interval, 1.2), sharper = s->beats > 0 ? ring[c + SHARPNESS] - s->sharp : 0.0;
    double odds = w[9] + w[0] * within(height - s->height, -4.0, 0.5);
    odds += w[1] * ring[c + LIKENESS];
    odds += w[2] * (s->refused > 0 ? within(height - s->noise, -1.0, 3.0) : 2.0);
    odds += w[3] * within((t_wave - since) / 0.1, 0.0, 1.0);
    odds += w[4] * ring[c + CONTRAST];
    odds += w[5] * within(sharper, -2.0, 0.0) + w[8] * within(sharper, 0.0, 1.0);
    odds += w[6] * within(0.7 - since / s->interval, 0.0, 0.5);
    return odds + w[7] * within(since / s->interval - 1.0, 0.0, 1.0);
}

static int64_t kind_of(machine *s, int64_t c, double rr)
{
    double *ring = s->ring, alike = ring[c + NORMALITY], odds, share, norm;
    const double *w = cardiac_beats_ventricular;
    int64_t kind;
    if (ring[c + CONTRAST] + 2.0 * ring[c + LIKENESS] < 1.8)
        return NOISE;
    odds = w[4] + w[0] * alike;
    if (s->beats > 0)
        odds += w[1] * within(ring[c + SHARPNESS] - s->sharp, -2.0, 1.0);
    odds += w[2] * within(ring[c + HEIGHT] - s->height, -2.0, 2.0);
    odds += w[3] * (rr > 0.0 ? within(rr / s->interval, 0.3, 1.5) : 1.0);
    kind = odds > 0.0 ? VENTRICULAR : NORMAL;
    s->strange = alike < 0.8 ? s->strange + 1 : 0;
    if (s->shapes == 0 || kind == NORMAL || s->strange > PAST) {
        share = s->shapes > 0 && s->strange <= PAST ? 0.2 : 1.0;
        norm = shape_of(s, c, s->scratch);
        if (norm > 0.0) {
            for (int64_t i = 0; i < s->span; i++)
                ring[s->normal + i] += share * (ring[s->scratch + i] / norm - ring[s->normal + i]);
            norm = sqrt(product(s, s->normal, s->normal));
            for (int64_t i = 0; i < s->span; i++)
                ring[s->normal + i] = norm > 0.0 ? ring[s->normal + i] / norm : 0.0;
        }
    }
    return kind;
}

static void forget(machine *s, int64_t count)
{
    s->waiting -= count;
    memmove(s->ring + s->waiting_at, s->ring + s->waiting_at + count * SLOT, (size_t)(s->waiting * SLOT) * sizeof(double));
}

static int64_t slot(const machine *s, int64_t which) { return s->waiting_at + which * SLOT; }

static size_t accept(machine *s, cardiac_beats_row *out, size_t n, int64_t which)
{
    double *ring = s->ring;
    int64_t c = slot(s, which), fiducial = (int64_t)ring[c + FIDUCIAL], kind, known;
    double chance = logit(s, c), rr = s->last >= 0 ? (double)(fiducial - s->last) / s->fs : 0.0;
    kind = kind_of(s, c, rr);
    remember(ring, s->heights, s->beats, least(ring[c + HEIGHT], s->height + log(2.0)));
    remember(ring, s->sureties, s->beats, ring[c + CONTRAST] + 2.0 * ring[c + LIKENESS]);
    s->beats = remember(ring, s->sharps, s->beats, ring[c + SHARPNESS]);
    known = s->beats < PAST ? s->beats : PAST;
    s->height = median(ring, s->heights, PAST, s->scratch);
    s->sharp = median(ring, s->sharps, known, s->scratch);
    s->surety = median(ring, s->sureties, known, s->scratch);
    if (s->surety >= s->trust)
        s->trusted = 1;
    else if (s->surety < s->trust - 0.6)
        s->trusted = 0;
    if (0.2 < rr && rr < 2.5) {
        s->intervals = remember(ring, s->spans, s->intervals, rr);
        s->interval = median(ring, s->spans, s->intervals < PAST ? s->intervals : PAST, s->scratch);
    }
    keep_shape(s, c);
    s->last_tick = (int64_t)ring[c + TICK];
    s->last = fiducial;
    s->due = s->last_tick + (int64_t)(s->overdue * s->interval * s->rate);
    if (s->trusted) {
        cardiac_beats_row *row = out + n++;
        row->sample = fiducial;
        row->kind = kind;
        row->confirmed = s->index - 1;
        row->rr = rr > 0.0 ? rr : NAN;
        row->amplitude = ring[c + AMPLITUDE];
        row->likeness = ring[c + LIKENESS];
        row->quality = within(0.5 + (s->surety - s->trust) / 2.0, 0.0, 1.0) / (1.0 + exp(-2.0 - chance));
        row->remarks = s->remarks;
    }
    s->remarks = 0;
    forget(s, which + 1);
    return n;
}

static size_t again(machine *s, cardiac_beats_row *out, size_t n)
{
    int64_t which = 0;
    while (which < s->waiting) {
        if (logit(s, slot(s, which)) > 0.0) {
            n = accept(s, out, n, which);
            which = 0;
        } else {
            which++;
        }
    }
    return n;
}

static size_t overdue(machine *s, cardiac_beats_row *out, size_t n)
{
    int64_t origin = s->last_tick >= 0 ? s->last_tick : s->since, best = -1;
    double top = s->again;
    for (int64_t which = 0; which < s->waiting; which++) {
        int64_t c = slot(s, which);
        if (s->ring[c + TICK] - (double)origin >= 0.25 * s->rate && logit(s, c) > top) {
            best = which;
            top = logit(s, c);
        }
    }
    if (best >= 0) {
        s->remarks |= SEARCHED;
        n = accept(s, out, n, best);
        return again(s, out, n);
    }
    s->due = s->tick + (int64_t)(0.25 * s->interval * s->rate) + 1;
    if ((double)(s->tick - origin) > 4.0 * s->rate) {
        s->learning = 1;
        s->due = s->tick;
    }
    return n;
}

static size_t learn(machine *s, cardiac_beats_row *out, size_t n)
{
    double *ring = s->ring, first = -1e300, second = -1e300, level;
    while (s->waiting > 0 && (double)s->tick - ring[s->waiting_at + TICK] > (double)s->learn_ticks + s->rate)
        forget(s, 1);
    if (s->waiting == 0) {
        s->due = s->tick + (int64_t)s->rate;
        return n;
    }
    for (int64_t which = 0; which < s->waiting; which++) {
        double height = ring[slot(s, which) + HEIGHT];
        if (height > first) {
            second = first;
            first = height;
        } else if (height > second) {
            second = height;
        }
    }
    level = second > first - log(2.0) ? second : first;
    s->height = s->beats > 0 ? most(level, s->height - log(1.0 / 0.15)) : level;
    s->learning = 0;
    s->noise = 0.0;
    s->refused = 0;
    for (int i = 0; i < PAST; i++)
        ring[s->heights + i] = s->height;
    for (int64_t which = 0; which < s->waiting; which++)
        if (ring[slot(s, which) + HEIGHT] > s->height - log(2.0))
            keep_shape(s, slot(s, which));
    for (int64_t which = 0; which < s->waiting; which++)
        like(s, slot(s, which), 0.9999999);
    n = again(s, out, n);
    if (s->last_tick < 0 || (double)(s->tick - s->last_tick) > 4.0 * s->rate) {
        s->learning = 1;
        s->due = s->tick + (int64_t)s->rate;
    }
    return n;
}

static size_t candidate(machine *s, cardiac_beats_row *out, size_t n)
{
    int64_t c;
    if (s->waiting == SLOTS)
        forget(s, 1);
    c = slot(s, s->waiting++);
    measure(s, c, s->peak_tick);
    s->low = s->peak;
    if (s->learning)
        return n;
    s->ring[c + LIKENESS] = 1.0;
    if (logit(s, c) > s->again)
        like(s, c, 2.0);
    if (logit(s, c) > 0.0)
        return accept(s, out, n, s->waiting - 1);
    if (s->last_tick < 0 || s->ring[c + TICK] - (double)s->last_tick > 0.36 * s->rate) {
        s->refused = remember(s->ring, s->refusals, s->refused, s->ring[c + HEIGHT]);
        s->noise = median(s->ring, s->refusals, s->refused < PAST ? s->refused : PAST, s->scratch);
    }
    return n;
}

static void restart(machine *s, double y)
{
    memset(s->ring + s->squares, 0, (size_t)(s->filters - s->squares + 4) * sizeof(double));
    s->lost = 0;
    s->origin = y;
    s->since = s->tick;
    s->square = 0;
    s->energy = s->peak = 0.0;
    s->low = 1e300;
    s->peak_tick = s->tick;
    s->rising = s->waiting = 0;
    s->last_tick = s->last = NEVER;
    s->remarks |= FIRST;
    s->due = s->tick + (s->learning ? s->learn_ticks : (int64_t)(4.0 * s->rate));
}

static int heard(const machine *s)
{
    double away = s->wave - s->origin;
    return s->rising && s->peak_tick - s->since > s->square_size + 2 * s->arm && s->peak > SMALL * away * away;
}

static size_t at_tick(machine *s, cardiac_beats_row *out, size_t n)
{
    double y, energy;
    int64_t rising;
    y = cascade(s, s->wave - s->origin);
    energy = s->energy + (y * y - s->ring[s->squares + s->square]);
    s->ring[s->squares + s->square] = y * y;
    if (++s->square == s->square_size) {
        s->square = 0;
        energy = sum_of(s, s->squares, s->square_size);
    }
    energy = most(energy, 0.0);
    rising = energy > s->energy;
    s->energy = energy;
    if (energy < s->low && s->tick - s->since > s->square_size)
        s->low = energy;
    if (energy > s->peak) {
        s->peak = energy;
        s->peak_tick = s->tick;
        s->rising = rising;
    } else if (s->tick - s->peak_tick >= s->apart) {
        if (heard(s))
            n = candidate(s, out, n);
        s->peak = energy;
        s->peak_tick = s->tick;
        s->rising = 0;
    }
    if (s->tick > s->due)
        n = s->learning ? learn(s, out, n) : overdue(s, out, n);
    return n;
}

size_t cardiac_beats_push(void *state, const double *x, size_t rows, void *out)
{
    machine *s = state;
    size_t n = 0;
    for (size_t row = 0; row < rows; row++) {
        double value = x[row];
        if (-HUGE_VALUE < value && value < HUGE_VALUE) {
            s->held = value;
            s->total += value;
            s->valid++;
            s->missing = 0;
        } else {
            s->missing++;
        }
        s->ring[s->raw + s->place] = s->held;
        s->place = s->place + 1 < s->raw_size ? s->place + 1 : 0;
        if (++s->group < s->factor)
            continue;
        if (s->valid > 0)
            s->wave = s->total / (double)s->valid;
        if (s->valid < s->group)
            s->remarks |= MISSING;
        s->index += s->group;
        s->tick++;
        s->group = s->valid = 0;
        s->total = 0.0;
        s->wave_place = s->wave_place + 1 < s->wave_size ? s->wave_place + 1 : 0;
        s->ring[s->wave_at + s->wave_place] = s->wave;
        if (s->missing >= s->bridge) {
            s->lost = 1;
            continue;
        }
        if (s->lost)
            restart(s, s->wave);
        n = at_tick(s, out, n);
    }
    return n;
}

size_t cardiac_beats_finish(void *state, void *out)
{
    machine *s = state;
    size_t n = 0;
    if (!s->lost && s->tick - s->peak_tick > s->arm && heard(s))
        n = candidate(s, out, n);
    if (!s->lost && s->learning)
        n = learn(s, out, n);
    return n;
}

static int64_t lay_out(machine *s)
{
    int64_t at = 0, window = 2 * s->half + s->smooth + 1;
    s->raw = at, at += s->raw_size;
    s->wave_at = at, at += s->wave_size;
    s->squares = at, at += s->square_size;
    s->filters = at, at += 4;
    s->heights = at, at += PAST;
    s->refusals = at, at += PAST;
    s->spans = at, at += PAST;
    s->sureties = at, at += PAST;
    s->quiet_at = at, at += PAST;
    s->sharps = at, at += PAST;
    s->waiting_at = at, at += SLOTS * SLOT;
    s->shape_at = at, at += SHAPES * s->span;
    s->normal = at, at += s->span;
    s->scratch = at, at += (s->span > window ? s->span : window) + PAST;
    return at;
}

int cardiac_beats_init(void *state, double fs, const double *params, size_t count)
{
    machine *s = state;
    int64_t ratio = (int64_t)floor(fs / 100.0);
    if (count != 6 || !(fs >= 98.0 && fs <= 1024.0))
        return 1;
    memset(s, 0, sizeof *s);
    s->band = -1;
    s->fs = fs;
    s->factor = ratio > 1 ? ratio : 1;
    s->rate = fs / (double)s->factor;
    for (size_t k = 0; k < sizeof cardiac_beats_bands / sizeof *cardiac_beats_bands; k++)
        if (cardiac_beats_bands[k].rate == s->rate)
            s->band = (int64_t)k;
    if (s->band < 0)
        return 2;
    s->apart = rounded(params[0] * s->rate);
    s->overdue = params[1];
    s->again = params[2];
    s->learn_ticks = rounded(params[3] * s->rate);
    s->bridge = (int64_t)ceil(params[4] * fs);
    s->trust = params[5];
    s->arm = rounded(0.14 * s->rate);
    s->span = 2 * s->arm + 1;
    s->raw_size = (int64_t)ceil(0.5 * fs) + 2 * s->factor;
    s->wave_size = (int64_t)ceil((params[3] + 3.5) * s->rate);
    s->square_size = rounded(0.1 * s->rate) > 1 ? rounded(0.1 * s->rate) : 1;
    s->delay = rounded((0.086 - 0.5 / s->rate) * fs);
    s->half = rounded(0.08 * fs);
    s->smooth = rounded(0.008 * fs) > 1 ? rounded(0.008 * fs) : 1;
    if (lay_out(s) > ROOM)
        return 3;
    s->tick = s->last_tick = s->last = NEVER;
    s->wave_place = s->wave_size - 1;
    s->lost = s->learning = 1;
    s->due = s->learn_ticks;
    s->missing = s->bridge; /* nothing is bridged before the first sample */
    s->interval = 0.8;
    s->remarks = FIRST;
    return 0;
}

size_t cardiac_beats_state_size(void) { return sizeof(machine); }

size_t cardiac_beats_row_size(void) { return sizeof(cardiac_beats_row); }

size_t cardiac_beats_save(const void *state, void *bytes)
{
    memcpy(bytes, state, sizeof(machine));
    return sizeof(machine);
}

int cardiac_beats_load(void *state, const void *bytes, size_t size)
{
    if (size != sizeof(machine))
        return 1;
    memcpy(state, bytes, size);
    return 0;
}
