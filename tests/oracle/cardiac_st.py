"""Naive twin of `cardiac.st`: one beat, one second at a time, with the standard library's median."""

import math
from statistics import median, pstdev

FEW, NOISY, AXIS_SHIFT = 1, 2, 4


def value(ecg, place):
    return ecg[place] if 0 <= place < len(ecg) and math.isfinite(ecg[place]) else math.nan


def level(ecg, centre, fs):
    """Give the median of 20 ms about a sample; NaN where one is missing."""
    half = max(1, round(0.01 * fs))
    part = [value(ecg, centre + k) for k in range(-half, half + 1)]
    return math.nan if any(math.isnan(one) for one in part) else median(part)


def shapes(ecg, beats, fs):
    """Give the correlation of each QRS with the sample-by-sample median of all."""
    reach = max(2, round(0.06 * fs))
    parts = [[value(ecg, min(max(beat + k, 0), len(ecg) - 1)) for k in range(-reach, reach + 1)] for beat in beats]
    parts = [[one - sum(part) / len(part) for one in part] for part in parts]
    whole = [part for part in parts if not any(math.isnan(one) for one in part)]
    usual = [median(column) for column in zip(*whole, strict=True)] if whole else [0.0] * (2 * reach + 1)
    told = []
    for part in parts:
        known = not any(math.isnan(one) for one in part)
        norm = math.sqrt(sum(a * a for a in part) * sum(b * b for b in usual)) if known else 0.0
        told.append(sum(a * b for a, b in zip(part, usual, strict=True)) / norm if norm > 0 else 0.0)
    return told


def measured(ecg, beats, fs, after, before):
    """Give (time in s, ST in uV, R amplitude in uV) of the beats that may be averaged."""
    alike = shapes(ecg, beats, fs)
    zero = [level(ecg, beat - round(before * fs), fs) for beat in beats]
    told = []
    for k, beat in enumerate(beats):
        interval = (beat - beats[k - 1]) / fs if k else round(fs) / fs
        late = round((after - (0.02 if interval < 0.6 else 0.0)) * fs)
        slope = 0.0
        if k + 1 < len(beats):
            gap = beats[k + 1] - beat
            if 0.3 * fs < gap < 2.0 * fs and math.isfinite(zero[k + 1]):
                slope = (zero[k + 1] - zero[k]) / gap
        st = level(ecg, beat + late, fs) - zero[k] - slope * (late + round(before * fs))
        amplitude = value(ecg, beat) - zero[k]
        if math.isfinite(st) and math.isfinite(amplitude) and alike[k] >= 0.7:
            told.append((beat / fs, 1e3 * st, 1e3 * amplitude))
    return told


def averaged(told, second, neighbourhood, noise):
    """Give level, amplitude, spread, count and remark of one second."""
    middle = second + 0.5
    near = [one for one in told if middle - neighbourhood / 2 <= one[0] < middle + neighbourhood / 2]
    if len(near) < 4:
        return math.nan, math.nan, math.nan, len(near), FEW
    centre = median(one[1] for one in near)
    spread = 1.4826 * median(abs(one[1] - centre) for one in near)
    if spread > noise:
        return math.nan, math.nan, spread, len(near), NOISY
    return centre, median(one[2] for one in near), spread, len(near), 0


def axis_shift(level, amplitude, t, size, turn, wander):
    """Tell by how much the level jumps at second t together with the R amplitude; 0 where it does not."""
    known = [k for k in range(max(t - 9, 0)) if math.isfinite(level[k])]
    if t < 10 or t + 10 >= len(level) or not known or math.isnan(level[t + 10]):
        return 0.0
    step, moved = level[t + 10] - level[known[-1]], abs(amplitude[t + 10] - amplitude[known[-1]])
    past = [abs(amplitude[k] - amplitude[k - 20]) for k in range(max(20, t - 180), t - 10)]
    past = [one for one in past if math.isfinite(one)]
    usual = median(past) if len(past) >= 20 else 0.0
    early = [amplitude[k] for k in known if k >= t - 20] or [amplitude[k] for k in known[-11:]]
    late = [one for one in amplitude[t + 10 : t + 21] if math.isfinite(one)]
    steady = pstdev(early) < 0.06 * size and pstdev(late) < 0.06 * size
    return step if abs(step) > 40.0 and moved > turn * size and moved > wander * usual and steady else 0.0


def rows(ecg, fs, beats, *, neighbourhood=16.0, reference=300.0, after=0.12, before=0.08, noise=60.0, turn=0.25, wander=2.0):
    """Give one dictionary a whole second."""
    beats = sorted({int(one) for one in beats if math.isfinite(one) and 0 <= int(one) < len(ecg)})
    told = measured(ecg, beats, fs, after, before)
    made = []
    for second in range(int(len(ecg) / fs)):
        names = ("level", "amplitude", "spread", "used", "remarks")
        row = dict(zip(names, averaged(told, second, neighbourhood, noise), strict=True))
        made.append({"start": round(second * fs), "end": round((second + 1) * fs), "reference": math.nan, "deviation": math.nan, **row})
    level, amplitude = [row["level"] for row in made], [row["amplitude"] for row in made]
    first = [one for one in level[: round(reference)] if math.isfinite(one)] or [one for one in level if math.isfinite(one)]
    if not first:
        return made
    now, settled = median(first), 0
    size = max(abs(median(one for one in amplitude if math.isfinite(one))), 1.0)
    for second, row in enumerate(made):
        step = axis_shift(level, amplitude, second, size, turn, wander) if second >= settled else 0.0
        if step:
            now, settled = now + step, second + 20
            for other in made[second - 10 : second + 11]:
                other["remarks"] |= AXIS_SHIFT
        row["reference"] = now
    for row in made:
        row["deviation"] = math.nan if row["remarks"] & AXIS_SHIFT else row["level"] - row["reference"]
    return made
