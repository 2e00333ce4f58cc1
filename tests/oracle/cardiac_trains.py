"""Naive twin of `cardiac.ppg` and `cardiac.bcg`: whole arrays and lists that keep everything; no ring, no running sum.

It follows the definition page: average, band, sum of rises or of squares, candidates, levels, search-back, trust. Missing
samples split the signal into stretches; levels, shapes and intervals outlive a gap, waiting candidates do not.
"""

import math
from itertools import pairwise
from statistics import median

import numpy as np
from scipy.signal import butter, sosfilt

PPG = {"rises": True, "low": 0.6, "high": 6.0, "span": 0.16, "apart": 0.28, "delay": 0.1}
BCG = {"rises": False, "low": 4.0, "high": 11.0, "span": 0.3, "apart": 0.4, "delay": 0.2}
FIRST, SEARCHED, MISSING = 1, 2, 4


class Twin:
    """The train over one whole signal; `run` gives its rows."""

    def __init__(self, x, fs, *, rises, low, high, span, apart, delay, bridge=0.3, trust=0.6):
        self.fs, self.rises, self.trust = fs, rises, trust
        self.factor = max(1, int(fs // 50))
        self.rate = fs / self.factor
        self.span, self.apart, self.delay = max(2, round(span * self.rate)), round(apart * self.rate), round(delay * fs)
        self.arm, self.learning_ticks = round(0.25 * self.rate), round(4.0 * self.rate)
        self.sections = butter(1 if rises else 2, (low, min(high, 0.45 * self.rate)), "bandpass", fs=self.rate, output="sos")
        self.average(np.asarray(x, float), math.ceil(bridge * fs))
        self.waiting, self.heights, self.likes, self.intervals, self.shapes, self.rows = [], [], [], [], [], []
        self.level, self.interval, self.evenness, self.trusted = 0.0, 0.8, 0.0, False
        self.last, self.learning, self.remarks = None, True, FIRST
        self.ties = 0  # equal heights on either side of a peak: which one is the peak hangs on rounding

    def average(self, x, bridge):
        """Give the mean of each tick, which ticks lack samples, and the stretches [first, after) that a long gap does not split."""
        ticks = len(x) // self.factor
        self.held, self.lacking, self.stretches = np.zeros(ticks), np.zeros(ticks, bool), []
        missing, lost = 0, True
        for tick in range(ticks):
            part = x[tick * self.factor : (tick + 1) * self.factor]
            there = [one for one in part if abs(one) < 1e100]
            for one in part:
                missing = 0 if abs(one) < 1e100 else missing + 1
            self.lacking[tick] = len(there) < len(part)
            self.held[tick] = sum(there) / len(there) if there else (self.held[tick - 1] if tick else 0.0)
            if missing >= bridge:
                lost = True
            if lost and missing == 0:
                lost = False
                self.stretches.append([tick, tick + 1])
            elif not lost:
                self.stretches[-1][1] = tick + 1

    def likeness(self, tick):
        """Correlate the wave about a candidate with the last three, shifted by up to a tick; then keep it as a shape."""
        if self.tick - tick >= math.ceil(8.0 * self.rate) - self.arm or tick < self.arm:
            return 0.0
        best = -1.0 if self.shapes else 0.6
        for shift in (-1, 0, 1):
            part = self.wave[tick + shift - self.arm : tick + shift + self.arm + 1]
            part = part - part.mean()
            norm = math.sqrt(math.fsum(part * part))
            if norm > 0:
                best = max([best, *(math.fsum(shape * part) / norm for shape in self.shapes[-3:])])
        part = self.wave[tick - self.arm : tick + self.arm + 1]
        part = part - part.mean()
        norm = math.sqrt(math.fsum(part * part))
        self.shapes.append(part / norm if norm > 0 else part * 0)
        return best

    def wanted(self, tick, height):
        early = self.last is not None and tick - self.last < 0.6 * self.interval * self.rate
        return height - self.level > math.log(0.7 if early else 0.45)

    def accept(self, place):
        tick, height = self.waiting[place]
        interval = (tick - self.last) / self.rate if self.last is not None else 0.0
        alike = self.likeness(tick)
        self.heights.append(min(height, self.level + 0.7))
        self.likes.append(alike)
        self.level = median(self.heights[-8:])
        if 0.25 < interval < 2.5:
            self.intervals.append(interval)
            self.interval = median(self.intervals[-8:])
            self.evenness += 0.15 * (1.0 - min(abs(interval - self.interval) / self.interval, 1.0) - self.evenness)
        surety = median(self.likes[-8:]) * self.evenness
        self.trusted = surety >= self.trust or (self.trusted and surety >= self.trust - 0.1)
        self.last, self.due = tick, tick + int(1.66 * self.interval * self.rate)
        if self.trusted and len(self.intervals) > 2:
            self.rows.append(
                {
                    "sample": max(0, (tick + 1) * self.factor - 1 - self.delay),
                    "quality": min(max(surety, 0.0), 1.0),
                    "interval": interval if interval > 0 else math.nan,
                    "likeness": alike,
                    "confirmed": (self.tick + 1) * self.factor - 1,
                    "remarks": self.remarks,
                }
            )
        self.remarks, self.waiting = 0, self.waiting[place + 1 :]

    def candidate(self, tick, energy):
        self.waiting = [*self.waiting[-15:], (tick, math.log(energy))]
        if not self.learning and self.wanted(*self.waiting[-1]):
            self.accept(len(self.waiting) - 1)

    def overdue(self, since):
        """Learn the level from what waits, or take the highest refused candidate since the last pulse."""
        origin = self.last if self.last is not None else since
        late = [k for k, one in enumerate(self.waiting) if self.learning or one[0] - origin > 0.4 * self.interval * self.rate]
        best = max(late, key=lambda k: (self.waiting[k][1], -k), default=None)
        self.due = self.tick + int(0.3 * self.interval * self.rate) + 1
        if not self.learning:
            if best is not None and self.waiting[best][1] - self.level > -1.6:
                self.remarks |= SEARCHED
                self.accept(best)
            elif self.tick - origin > 4.0 * self.rate:
                self.learning = True
        elif best is not None:
            self.learning = False
            heights = sorted((height for _, height in self.waiting), reverse=True)
            self.level = heights[1] if len(heights) > 1 and heights[1] > heights[0] - 0.9 else heights[0]
            self.heights = [self.level] * 8
            while (place := next((k for k, one in enumerate(self.waiting) if self.wanted(*one)), None)) is not None:
                self.accept(place)

    def least(self, first):
        """Give the height below which a peak may be rounding alone."""
        away = 1e-6 * abs(self.held[self.tick] - self.held[first])
        return away if self.rises else away * away

    def stretch(self, first, after, end):
        """Run over one stretch without a long gap."""
        y = sosfilt(self.sections, self.held[first:after] - self.held[first])
        self.wave[first:after] = y
        gains = [max(b - a, 0.0) for a, b in pairwise((0.0, *y))] if self.rises else [one * one for one in y]
        self.waiting, self.last, self.due = [], None, first + self.learning_ticks
        self.remarks |= FIRST
        peak, peak_tick, rising, before = 0.0, first, False, 0.0
        for k in range(after - first):
            self.tick = first + k
            self.remarks |= MISSING if self.lacking[self.tick] and k else 0
            energy = math.fsum(gains[max(0, k + 1 - self.span) : k + 1])
            climbs, before = energy > before, energy
            self.ties += peak > 0 and abs(energy - peak) <= 1e-12 * peak
            if energy > peak:
                peak, peak_tick, rising = energy, self.tick, climbs
            elif self.tick - peak_tick >= self.apart:
                if rising and peak_tick - first > self.span and peak > self.least(first) and energy < (1 - 1e-6) * peak:
                    self.candidate(peak_tick, peak)
                peak, peak_tick, rising = energy, self.tick, False
            if self.tick > self.due:
                self.overdue(first)
        if (
            after == end
            and rising
            and peak > self.least(first)
            and before < (1 - 1e-6) * peak
            and peak_tick - first > self.span
            and self.tick - peak_tick > self.arm
        ):
            self.candidate(peak_tick, peak)

    def run(self):
        """Give the rows of the whole signal."""
        self.wave = np.zeros(len(self.held))
        done = 0
        for first, after in self.stretches:
            self.remarks |= MISSING if self.lacking[done : first + 1].any() else 0
            self.stretch(first, after, len(self.held))
            done = after
        return self.rows
