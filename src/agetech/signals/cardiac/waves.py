"""Waves of an ECG as candidates of beats: where they are, what they look like, and the odds that they are beats."""

from __future__ import annotations

from math import log, sqrt
from typing import Any

from agetech.core.kernel import kernel
from agetech.dsp.history import centred, product

PAST = 8  # beats, or refused waves, that a median looks back on (Hamilton and Tompkins 1986)
SLOTS = 24  # candidates kept since the last beat
SLOT = 7  # floats of one candidate:
TICK, FIDUCIAL, HEIGHT, AMPLITUDE, SHARPNESS, LIKENESS, CONTRAST = range(SLOT)
SHAPES = 4  # last beats whose shape is kept
FEATURES = ("height", "likeness", "above_noise", "in_t_wave", "contrast", "blunt", "early", "late", "sharp")
NORMAL, VENTRICULAR, NOISE = 1, 2, 3


def _measure(p: Any, s: Any, ring: Any, c: int, tick: int) -> None:  # noqa: ANN401 - records inside compiled code
    """Fill the candidate at `c` that peaks at `tick`: its fiducial is the larger extremum of the smoothed ECG about it."""
    centre = (tick + 1) * p.factor - 1 - p.delay
    count = 2 * p.half + p.smooth
    place = (s.place - 1 - (s.index - 1 - centre + p.half + p.smooth // 2)) % p.raw_size
    mean = 0.0
    at = place
    for _ in range(count):
        mean += ring[p.raw + at]
        at = at + 1 if at + 1 < p.raw_size else 0
    mean /= count
    run, high, low = 0.0, 0.0, 0.0
    highest, lowest, behind = 0, 0, place
    at = place
    for i in range(count):
        run += ring[p.raw + at] - mean
        at = at + 1 if at + 1 < p.raw_size else 0
        if i >= p.smooth - 1:
            if run > high:
                high, highest = run, i
            if run < low:
                low, lowest = run, i
            run -= ring[p.raw + behind] - mean
            behind = behind + 1 if behind + 1 < p.raw_size else 0
    swing = high - low
    best = highest
    ring[c + AMPLITUDE] = high / p.smooth
    if high * (1.0 + 0.3 * s.lean) < -low * (1.0 - 0.3 * s.lean):  # the lean keeps the polarity of the beats before
        best = lowest
        ring[c + AMPLITUDE] = low / p.smooth
    if swing > 0.0:
        s.lean += 0.1 * ((high + low) / swing - s.lean)
    ring[c + TICK] = tick
    ring[c + FIDUCIAL] = centre - p.half - p.smooth // 2 + best - (p.smooth - 1) + p.smooth // 2
    ring[c + HEIGHT] = sqrt(s.peak)
    ring[c + SHARPNESS] = ring[c + HEIGHT] * p.smooth / swing if swing > 0.0 else 0.0


measure = kernel(_measure)


def _like(p: Any, s: Any, ring: Any, c: int, at: int, shapes: int, own: float) -> float:  # noqa: ANN401
    """Return the best correlation of the ECG about the fiducial with `shapes` kept shapes, over shifts of one tick.

    own: correlations above it are the wave itself and do not count. 0.7 where there is no shape to compare with.
    """
    near = p.scratch + p.span
    for shape in range(shapes):
        ring[near + shape] = -1.0
    first = int(ring[c + FIDUCIAL]) // p.factor - p.arm
    for shift in range(-1, 2):
        norm = centred(ring, p.wave, p.wave_size, first + shift, p.span, p.scratch)
        for shape in range(shapes):
            if norm > 0.0:
                ring[near + shape] = max(ring[near + shape], product(ring, at + shape * p.span, p.scratch, p.span) / norm)
    best, compared = -1.0, 0
    for shape in range(shapes):
        if ring[near + shape] <= own:
            compared += 1
            best = max(best, ring[near + shape])
    return best if compared > 0 else 0.7


like = kernel(_like)


def _keep_shape(p: Any, ring: Any, c: int, at: int) -> None:  # noqa: ANN401
    """Put the ECG about the candidate's fiducial, centred and of norm 1, to `at`."""
    norm = centred(ring, p.wave, p.wave_size, int(ring[c + FIDUCIAL]) // p.factor - p.arm, p.span, at)
    for i in range(p.span):
        ring[at + i] = ring[at + i] / norm if norm > 0.0 else 0.0


keep_shape = kernel(_keep_shape)


def _logit(p: Any, s: Any, ring: Any, c: int) -> float:  # noqa: ANN401
    """Return the log odds that the candidate at `c` is a beat; each feature is clipped to where it was trained."""
    height, w = ring[c + HEIGHT], p.weights
    if height <= 0.0 or s.height <= 0.0:
        return -99.0
    since = (ring[c + TICK] - s.last_tick) / p.rate if s.last_tick >= 0 else 2.0 * s.interval
    t_wave = 0.3 + 0.15 * min(s.interval, 1.2)  # s after a beat until when a wave may be its T
    total = w[9] + w[0] * min(max(log(height / s.height), -4.0), 0.5)
    total += w[1] * ring[c + LIKENESS]
    total += w[2] * (min(max(log(height / s.noise), -1.0), 3.0) if s.noise > 0.0 else 2.0)
    total += w[3] * min(max((t_wave - since) / 0.1, 0.0), 1.0)
    total += w[4] * ring[c + CONTRAST]
    if s.sharp > 0.0 and ring[c + SHARPNESS] > 0.0:
        sharper = log(ring[c + SHARPNESS] / s.sharp)
        total += w[5] * min(max(sharper, -2.0), 0.0) + w[8] * min(max(sharper, 0.0), 1.0)
    total += w[6] * min(max(0.7 - since / s.interval, 0.0), 0.5)
    return total + w[7] * min(max(since / s.interval - 1.0, 0.0), 1.0)  # type: ignore[no-any-return]


logit = kernel(_logit)


def _kind_of(p: Any, s: Any, ring: Any, c: int, rr: float) -> int:  # noqa: ANN401
    """Return the kind of an accepted beat by its likeness to the normal shape, sharpness, height and prematurity."""
    if ring[c + CONTRAST] + 2.0 * ring[c + LIKENESS] < 1.8:  # noqa: PLR2004 - as the median of white noise, ADR 0080
        return NOISE
    alike = like(p, s, ring, c, p.normal, 1, 2.0) if s.shapes > 0 else 1.0
    w = p.kinds
    total = w[4] + w[0] * alike
    if s.sharp > 0.0 and ring[c + SHARPNESS] > 0.0:
        total += w[1] * min(max(log(ring[c + SHARPNESS] / s.sharp), -2.0), 1.0)
    total += w[2] * min(max(log(ring[c + HEIGHT] / s.height), -2.0), 2.0)
    total += w[3] * min(max(rr / s.interval, 0.3), 1.5) if rr > 0.0 else w[3]
    kind = VENTRICULAR if total > 0.0 else NORMAL
    s.strange = s.strange + 1 if alike < 0.8 else 0  # noqa: PLR2004
    if s.shapes == 0 or kind == NORMAL or s.strange > PAST:
        share = 0.2 if s.shapes > 0 and s.strange <= PAST else 1.0
        norm = centred(ring, p.wave, p.wave_size, int(ring[c + FIDUCIAL]) // p.factor - p.arm, p.span, p.scratch)
        if norm > 0.0:
            for i in range(p.span):
                ring[p.normal + i] += share * (ring[p.scratch + i] / norm - ring[p.normal + i])
            norm = sqrt(product(ring, p.normal, p.normal, p.span))
            for i in range(p.span):
                ring[p.normal + i] = ring[p.normal + i] / norm if norm > 0.0 else 0.0
    return kind


kind_of = kernel(_kind_of)
