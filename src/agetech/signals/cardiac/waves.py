"""Waves of an ECG as candidates of beats: where they are, what they look like, and the odds that they are beats."""

# ruff: noqa: PLR2004 - levels stand where they are used, each beside its reason
from __future__ import annotations

from math import log, sqrt
from typing import Any

from agetech.core.kernel import kernel
from agetech.dsp.history import centred, median, product, remember, total

PAST = 8  # beats, or refused waves, that a median looks back on (Hamilton and Tompkins 1986)
SLOTS = 24  # candidates kept since the last beat
SLOT = 8  # floats of one candidate:
TICK, FIDUCIAL, HEIGHT, AMPLITUDE, SHARPNESS, LIKENESS, CONTRAST, NORMALITY = range(SLOT)
ALIKE = 0.97
SHAPES = 4  # last beats whose shape is kept
FEATURES = ("height", "likeness", "above_noise", "in_t_wave", "contrast", "blunt", "early", "late", "sharp")
NORMAL, VENTRICULAR, NOISE = 1, 2, 3


def _measure(p: Any, s: Any, ring: Any, c: int, tick: int) -> None:
    """Fill the candidate at `c` that peaks at `tick`: its fiducial is the larger extremum of the smoothed ECG about it.

    Height, sharpness (height over the swing of the ECG) and contrast (height over the quiet between waves) are logs.
    """
    centre = (tick + 1) * p.factor - 1 - p.delay
    count, window = 2 * p.half + p.smooth, p.scratch
    place = (s.place - s.index + centre - p.half - p.smooth // 2) % p.raw_size
    head = min(count, p.raw_size - place)
    for i in range(head):
        ring[window + i] = ring[p.raw + place + i]
    for i in range(head, count):
        ring[window + i] = ring[p.raw + i - head]
    mean = total(ring, window, count) / count
    run = total(ring, window, p.smooth)
    high, low, highest, lowest = run, run, 0, 0
    for i in range(p.smooth, count):
        run += ring[window + i] - ring[window + i - p.smooth]
        if run > high:
            high, highest = run, i + 1 - p.smooth
        if run < low:
            low, lowest = run, i + 1 - p.smooth
    high, low = high / p.smooth - mean, low / p.smooth - mean
    best = highest
    ring[c + AMPLITUDE] = high
    if high * (1.0 + 0.3 * s.lean) < -low * (1.0 - 0.3 * s.lean):  # the lean keeps the polarity of the beats before
        best = lowest
        ring[c + AMPLITUDE] = low
    ring[c + TICK] = tick
    ring[c + FIDUCIAL] = centre - p.half + best
    ring[c + HEIGHT] = 0.5 * log(s.peak)
    ring[c + SHARPNESS] = ring[c + HEIGHT]
    if high > low:
        s.lean += 0.1 * ((high + low) / (high - low) - s.lean)
        ring[c + SHARPNESS] = ring[c + HEIGHT] - log(high - low)
    s.quiets = remember(ring, p.quiets, PAST, s.quiets, 0.5 * log(s.low) if s.low > 0.0 else -350.0)
    quiet = median(ring, p.quiets, min(s.quiets, PAST), p.scratch)
    ring[c + CONTRAST] = min(max(ring[c + HEIGHT] - quiet, 0.0), 3.0)


measure = kernel(_measure)


def _like(p: Any, s: Any, ring: Any, c: int, own: float) -> None:
    """Fill in the best correlation of the ECG about the fiducial with the shapes kept, and with the normal shape.

    Shifts of one tick are tried where the wave is not ALIKE as it stands. own: correlations above it are the wave
    itself and do not count. 0.7 where there is no shape to compare with.
    """
    near, kept = p.scratch + p.span, min(s.shapes, SHAPES)
    for shape in range(SHAPES + 1):
        ring[near + shape] = -1.0
    first = int(ring[c + FIDUCIAL]) // p.factor - p.arm
    best = -1.0
    for turn in range(3):
        shift = turn if turn < 2 else -1
        norm = centred(ring, p.wave, p.wave_size, first + shift, p.span, p.scratch)
        if norm > 0.0:
            for shape in range(SHAPES + 1):
                alike = product(ring, p.shapes + shape * p.span, p.scratch, p.span) / norm
                ring[near + shape] = max(ring[near + shape], alike)
                if shape < SHAPES:
                    best = max(best, ring[near + shape])
        if ALIKE < best <= own:
            break
    ring[c + LIKENESS] = -1.0
    compared = 0
    for shape in range(kept):
        if ring[near + shape] <= own:
            compared += 1
            ring[c + LIKENESS] = max(ring[c + LIKENESS], ring[near + shape])
    if compared == 0:
        ring[c + LIKENESS] = 0.7
    ring[c + NORMALITY] = ring[near + SHAPES] if s.shapes > 0 else 1.0


like = kernel(_like)


def _keep_shape(p: Any, ring: Any, c: int, at: int) -> None:
    """Put the ECG about the candidate's fiducial, centred and of norm 1, to `at`."""
    norm = centred(ring, p.wave, p.wave_size, int(ring[c + FIDUCIAL]) // p.factor - p.arm, p.span, at)
    for i in range(p.span):
        ring[at + i] = ring[at + i] / norm if norm > 0.0 else 0.0


keep_shape = kernel(_keep_shape)


def _logit(p: Any, s: Any, ring: Any, c: int) -> float:
    """Return the log odds that the candidate at `c` is a beat; each feature is clipped to where it was trained."""
    height, w = ring[c + HEIGHT], p.weights
    since = (ring[c + TICK] - s.last_tick) / p.rate if s.last_tick >= 0 else 2.0 * s.interval
    t_wave = 0.3 + 0.15 * min(s.interval, 1.2)  # s after a beat until when a wave may be its T
    sharper = ring[c + SHARPNESS] - s.sharp if s.beats > 0 else 0.0
    odds = w[9] + w[0] * min(max(height - s.height, -4.0), 0.5)
    odds += w[1] * ring[c + LIKENESS]
    odds += w[2] * (min(max(height - s.noise, -1.0), 3.0) if s.refused > 0 else 2.0)
    odds += w[3] * min(max((t_wave - since) / 0.1, 0.0), 1.0)
    odds += w[4] * ring[c + CONTRAST]
    odds += w[5] * min(max(sharper, -2.0), 0.0) + w[8] * min(max(sharper, 0.0), 1.0)
    odds += w[6] * min(max(0.7 - since / s.interval, 0.0), 0.5)
    return odds + w[7] * min(max(since / s.interval - 1.0, 0.0), 1.0)  # type: ignore[no-any-return]


logit = kernel(_logit)


def _kind_of(p: Any, s: Any, ring: Any, c: int, rr: float) -> int:
    """Return the kind of an accepted beat by its likeness to the normal shape, sharpness, height and prematurity."""
    if ring[c + CONTRAST] + 2.0 * ring[c + LIKENESS] < 1.8:
        return NOISE
    alike = ring[c + NORMALITY]
    w = p.kinds
    odds = w[4] + w[0] * alike
    if s.beats > 0:
        odds += w[1] * min(max(ring[c + SHARPNESS] - s.sharp, -2.0), 1.0)
    odds += w[2] * min(max(ring[c + HEIGHT] - s.height, -2.0), 2.0)
    odds += w[3] * (min(max(rr / s.interval, 0.3), 1.5) if rr > 0.0 else 1.0)
    kind = VENTRICULAR if odds > 0.0 else NORMAL
    s.strange = s.strange + 1 if alike < 0.8 else 0
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
