"""Naive twin of `cardiac.beats`: whole arrays, lists that keep everything, the standard library's median; no ring, no state record.

It follows the definition page: average, band, mean square, candidates, nine features, one logistic rule. For signals
without missing samples.
"""

import math
from statistics import median

import numpy as np
from scipy.signal import butter, sosfilt

NAMES = ("height", "likeness", "above_noise", "in_t_wave", "contrast", "blunt", "early", "late", "sharp")


class Wave:
    """One candidate."""

    def __init__(self, tick, fiducial, amplitude, height, sharpness, contrast):
        self.tick, self.fiducial, self.amplitude, self.height = tick, fiducial, amplitude, height
        self.sharpness, self.contrast, self.likeness = sharpness, contrast, 1.0


class Twin:
    """The detector over one whole signal."""

    def __init__(self, x, fs, table, learning=3.0, overdue=1.66, again=-2.0, trust=3.2, apart=0.2):
        self.x, self.fs = np.asarray(x, float), fs
        self.factor = max(1, int(fs // 100))
        self.rate = fs / self.factor
        self.weights, self.bias = [table["weights"][name] for name in NAMES], table["bias"]
        self.overdue, self.again, self.trust = overdue, again, trust
        self.apart, self.learning_ticks = round(apart * self.rate), round(learning * self.rate)
        self.arm, self.count = round(0.14 * self.rate), max(1, round(0.1 * self.rate))
        ticks = len(self.x) // self.factor
        self.wave = self.x[: ticks * self.factor].reshape(ticks, self.factor).mean(axis=1)
        y = sosfilt(butter(2, (8.0, 20.0), "bandpass", fs=self.rate, output="sos"), self.wave - self.wave[0])
        self.energy = np.array([np.sum(y[max(0, k + 1 - self.count) : k + 1] ** 2) for k in range(ticks)])
        self.waiting, self.heights, self.sharps, self.sureties, self.intervals = [], [], [], [], []
        self.refused, self.quiets, self.shapes, self.rows = [], [], [], []
        self.level = self.noise = 0.0
        self.lean, self.interval, self.last, self.trusted = 0.0, 0.8, None, False
        self.learning, self.due, self.tick = True, self.learning_ticks, 0

    def measure(self, tick):
        centre = (tick + 1) * self.factor - 1 - round((0.086 - 0.5 / self.rate) * self.fs)
        half, smooth = round(0.08 * self.fs), max(1, round(0.008 * self.fs))
        first = centre - half - smooth // 2
        part = self.x[first : first + 2 * half + smooth]
        means = np.array([part[k : k + smooth].mean() for k in range(2 * half + 1)]) - part.mean()
        high, low = means.max(), means.min()
        up = high * (1 + 0.3 * self.lean) >= -low * (1 - 0.3 * self.lean)
        best = int(means.argmax() if up else means.argmin())
        height = 0.5 * math.log(self.energy[tick])
        if high > low:
            self.lean += 0.1 * ((high + low) / (high - low) - self.lean)
        self.quiets.append(0.5 * math.log(self.low) if self.low > 0 else -350.0)
        contrast = min(max(height - median(self.quiets[-8:]), 0.0), 3.0)
        return Wave(tick, centre - half + best, high if up else low, height, height - math.log(high - low), contrast)

    def shape(self, wave, shift=0):
        first = wave.fiducial // self.factor - self.arm + shift
        part = self.wave[first : first + 2 * self.arm + 1]
        part = part - part.mean()
        return part / math.sqrt(np.sum(part * part))

    def like(self, wave, own=2.0):
        near = [-1.0] * len(self.shapes[-4:])
        for shift in (0, 1, -1):
            now = self.shape(wave, shift)
            near = [max(old, float(np.dot(now, kept))) for old, kept in zip(near, self.shapes[-4:], strict=True)]
            if near and 0.97 < max(near) <= own:
                break
        near = [one for one in near if one <= own]
        return max(near) if near else 0.7

    def logit(self, wave):
        since = (wave.tick - self.last.tick) / self.rate if self.last else 2.0 * self.interval
        sharper = wave.sharpness - median(self.sharps[-8:]) if self.sharps else 0.0
        values = (
            min(max(wave.height - self.level, -4.0), 0.5),
            wave.likeness,
            min(max(wave.height - self.noise, -1.0), 3.0) if self.refused else 2.0,
            min(max((0.3 + 0.15 * min(self.interval, 1.2) - since) / 0.1, 0.0), 1.0),
            wave.contrast,
            min(max(sharper, -2.0), 0.0),
            min(max(0.7 - since / self.interval, 0.0), 0.5),
            min(max(since / self.interval - 1.0, 0.0), 1.0),
            min(max(sharper, 0.0), 1.0),
        )
        return self.bias + sum(w * v for w, v in zip(self.weights, values, strict=True))

    def accept(self, wave):
        rr = (wave.fiducial - self.last.fiducial) / self.fs if self.last else 0.0
        self.heights.append(min(wave.height, self.level + math.log(2)))
        self.sharps.append(wave.sharpness)
        self.sureties.append(wave.contrast + 2 * wave.likeness)
        self.level = median(self.heights[-8:])
        surety = median(self.sureties[-8:])
        self.trusted = surety >= self.trust or (self.trusted and surety >= self.trust - 0.6)
        if 0.2 < rr < 2.5:
            self.intervals.append(rr)
            self.interval = median(self.intervals[-8:])
        self.shapes.append(self.shape(wave))
        self.last = wave
        self.due = wave.tick + int(self.overdue * self.interval * self.rate)
        if self.trusted:
            self.rows.append(
                {"sample": wave.fiducial, "rr": rr if rr > 0 else math.nan, "amplitude": wave.amplitude, "likeness": wave.likeness}
            )
        self.waiting = [one for one in self.waiting if one.tick > wave.tick]

    def decide_again(self):
        while True:
            found = next((one for one in self.waiting if self.logit(one) > 0), None)
            if found is None:
                return
            self.accept(found)

    def candidate(self, tick):
        wave = self.measure(tick)
        self.waiting.append(wave)
        self.low = self.energy[tick]
        if self.learning:
            return
        if self.logit(wave) > self.again:
            wave.likeness = self.like(wave)
        if self.logit(wave) > 0:
            self.accept(wave)
        elif self.last is None or wave.tick - self.last.tick > 0.36 * self.rate:
            self.refused.append(wave.height)
            self.noise = median(self.refused[-8:])

    def learn(self):
        self.waiting = [one for one in self.waiting if self.tick - one.tick <= self.learning_ticks + self.rate]
        if not self.waiting:
            self.due = self.tick + int(self.rate)
            return
        heights = sorted((one.height for one in self.waiting), reverse=True)
        level = heights[1] if len(heights) > 1 and heights[1] > heights[0] - math.log(2) else heights[0]
        self.level = max(level, self.level - math.log(1 / 0.15)) if self.rows or self.sharps else level
        self.learning, self.noise, self.refused, self.heights = False, 0.0, [], [self.level] * 8
        self.shapes += [self.shape(one) for one in self.waiting if one.height > self.level - math.log(2)]
        for one in self.waiting:
            one.likeness = self.like(one, 0.9999999)
        self.decide_again()
        if self.last is None or self.tick - self.last.tick > 4 * self.rate:
            self.learning, self.due = True, self.tick + int(self.rate)

    def look_again(self):
        origin = self.last.tick if self.last else 0
        late = [one for one in self.waiting if one.tick - origin >= 0.25 * self.rate and self.logit(one) > self.again]
        if late:
            self.accept(max(late, key=self.logit))
            self.decide_again()
            return
        self.due = self.tick + int(0.25 * self.interval * self.rate) + 1
        if self.tick - origin > 4 * self.rate:
            self.learning, self.due = True, self.tick

    def least(self):
        """Give the energy below which a peak may be rounding alone."""
        return 1e-12 * (self.wave[self.tick] - self.wave[0]) ** 2

    def run(self):
        """Give the rows of the whole signal."""
        self.low, peak, peak_tick, rising, before = 1e300, 0.0, 0, False, 0.0
        for tick, energy in enumerate(self.energy):
            self.tick, climbs = tick, energy > before
            before = energy
            if energy < self.low and tick > self.count:
                self.low = energy
            if energy > peak:
                peak, peak_tick, rising = energy, tick, climbs
            elif tick - peak_tick >= self.apart:
                if rising and peak_tick > self.count + 2 * self.arm and peak > self.least():
                    self.candidate(peak_tick)
                peak, peak_tick, rising = energy, tick, False
            if tick > self.due:
                if self.learning:
                    self.learn()
                else:
                    self.look_again()
        if rising and self.tick - peak_tick > self.arm and peak_tick > self.count + 2 * self.arm and peak > self.least():
            self.candidate(peak_tick)
        if self.learning:
            self.learn()
        return self.rows
