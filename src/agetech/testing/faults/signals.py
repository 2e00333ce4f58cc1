"""Faults of the samples themselves: F01 to F22, F39 to F42, F71."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from agetech.testing.faults.fault import Sampled, Variant, fault

Rng = np.random.Generator


def _copy(subject: Sampled) -> Any:
    return np.array(subject.values, np.float64)


def _run(subject: Sampled, seconds: float, rng: Rng) -> slice:
    """Return a run of samples that lasts `seconds`, at a random place."""
    n, size = len(subject.values), max(1, round(seconds * subject.fs))
    start = int(rng.integers(0, max(1, n - size + 1)))
    return slice(start, min(n, start + size))


@fault("F01", "signal", "single missing samples", "单个采样缺失", "FA")
def missing_samples(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Give 0.1, 1 and 5 % NaN samples."""
    for share in (0.001, 0.01, 0.05):
        x = _copy(subject)
        x[rng.random(len(x)) < share] = np.nan
        yield Variant(f"{share:.1%}", subject.but(values=x))


@fault("F02", "signal", "a run of missing samples", "连续缺失", "FA")
def missing_run(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Give runs of 0.1, 2 and 30 s of NaN."""
    for seconds in (0.1, 2.0, 30.0):
        x = _copy(subject)
        x[_run(subject, seconds, rng)] = np.nan
        yield Variant(f"{seconds:g} s", subject.but(values=x))


@fault("F03", "signal", "all samples missing", "全部缺失", "A")
def all_missing(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Give NaN only."""
    yield Variant("all", subject.but(values=np.full_like(_copy(subject), np.nan)))


@fault("F04", "signal", "infinite samples count as missing", "无穷值按缺失处理", "FA")
def infinite(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Give 1 % Inf of both signs."""
    x = _copy(subject)
    hit = rng.random(len(x)) < 0.01
    x[hit] = np.where(rng.random(int(hit.sum())) < 0.5, np.inf, -np.inf)[(...,) + (None,) * (x.ndim - 1)]
    yield Variant("1 %", subject.but(values=x))


@fault("F05", "signal", "an exactly flat line", "完全平直", "AX")
def flat(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Hold the last value for 5 and 60 s, and for all of the signal."""
    for seconds in (5.0, 60.0, len(subject.values) / subject.fs):
        x = _copy(subject)
        run = _run(subject, seconds, rng)
        x[run] = x[run.start]
        yield Variant(f"{seconds:g} s", subject.but(values=x))


@fault("F06", "signal", "a flat line with the last bit alive", "平直仅末位抖动", "AFX")
def dithered(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Hold one value with a dither of one step of a 13-bit converter."""
    x = _copy(subject)
    step = 2 * subject.limit / 2**13
    x[:] = x[0] + step * rng.integers(0, 2, x.shape)
    yield Variant("1 LSB", subject.but(values=x))


@fault("F07", "signal", "stuck after motion", "运动后卡死", "AX")
def stuck(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Hold the value of two thirds of the signal to its end."""
    x = _copy(subject)
    at = len(x) * 2 // 3
    x[at:] = x[at : at + 1]
    yield Variant("last third", subject.but(values=x))


@fault("F08", "signal", "clipped at full scale", "满量程截幅", "FX")
def clipped(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Clip where 10, 100 and 1,000 samples are beyond."""
    size = np.sort(np.abs(_copy(subject)).reshape(len(subject.values), -1).max(axis=1))[::-1]
    for count in (10, 100, 1000):
        if count < len(size):
            level = size[count]
            yield Variant(f"{count} samples", subject.but(values=np.clip(_copy(subject), -level, level)))


@fault("F09", "signal", "spikes of one sample", "单点尖峰", "FXA")
def spikes(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Add spikes of ten times full scale, one a minute on average."""
    x = _copy(subject)
    count = max(1, rng.poisson(len(x) / subject.fs / 60))
    at = rng.integers(0, len(x), count)
    x[at] = 10 * subject.limit * np.where(rng.random(count) < 0.5, 1, -1)[(...,) + (None,) * (x.ndim - 1)]
    yield Variant("1 a minute", subject.but(values=x))


@fault("F10", "signal", "bursts of noise", "突发噪声", "FAX")
def bursts(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Add noise to a third of the signal at 10, 0 and -6 dB."""
    power = float(np.nanvar(_copy(subject))) or subject.scale**2
    for level in (10, 0, -6):
        x = _copy(subject)
        run = slice(len(x) // 3, 2 * len(x) // 3)
        x[run] += rng.normal(0, np.sqrt(power / 10 ** (level / 10)), x[run].shape)
        yield Variant(f"{level} dB", subject.but(values=x))


@fault("F11", "signal", "mains hum", "工频干扰", "XFA")
def hum(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Add 50 and 60 Hz with their second harmonic, aliased where the rate is low."""
    t = np.arange(len(subject.values)) / subject.fs
    for mains in (50.0, 60.0):
        wave = 0.2 * subject.scale * (np.sin(2 * np.pi * mains * t) + 0.5 * np.sin(4 * np.pi * mains * t))
        x = _copy(subject)
        yield Variant(f"{mains:g} Hz", subject.but(values=x + (wave[:, None] if x.ndim > 1 else wave)))


@fault("F12", "signal", "baseline wander and offset", "基线漂移与偏置", "XFRA")
def wander(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Add a slow wave and an offset of the signal's own scale."""
    t = np.arange(len(subject.values)) / subject.fs
    x = _copy(subject)
    wave = subject.scale * np.sin(2 * np.pi * 0.05 * t)
    yield Variant("0.05 Hz", subject.but(values=x + (wave[:, None] if x.ndim > 1 else wave)))
    yield Variant("offset", subject.but(values=x + subject.scale / 2))


@fault("F13", "signal", "slow drift of the gain", "增益缓慢漂移", "FX")
def gain_drift(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Let the gain grow by 20 % an hour."""
    x = _copy(subject)
    gain = 1 + 0.2 * np.arange(len(x)) / subject.fs / 3600
    yield Variant("20 % an hour", subject.but(values=x * (gain[:, None] if x.ndim > 1 else gain)))


@fault("F14", "signal", "coarse quantisation", "粗量化", "FX")
def quantised(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Keep 16, 8 and 4 bits over full scale."""
    for bits in (16, 8, 4):
        step = 2 * subject.limit / 2**bits
        yield Variant(f"{bits} bits", subject.but(values=np.round(_copy(subject) / step) * step))


@fault("F15", "signal", "wrap-around of 16-bit counts", "16 位计数回绕", "FRAX")
def wrapped(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Let counts overflow at a quarter of the largest value."""
    x = _copy(subject)
    top = max(float(np.nanmax(np.abs(x))) / 4, 1e-12)
    yield Variant("int16", subject.but(values=(x + top) % (2 * top) - top))


@fault("F16", "signal", "counts of the wrong sign or byte order", "符号或字节序错误", "RA")
def miscounted(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Read int16 counts as uint16, and with their bytes swapped, at 256 counts a unit of scale."""
    counts = np.clip(np.nan_to_num(_copy(subject)) / subject.scale * 256, -32768, 32767).astype("<i2")
    yield Variant("uint16", subject.but(values=counts.view("<u2").astype(np.float64) / 256 * subject.scale))
    yield Variant("swapped", subject.but(values=counts.view(">i2").astype(np.float64) / 256 * subject.scale))


@fault("F17", "signal", "g instead of m/s2", "重力单位与 m/s2 混淆", "RFA")
def in_g(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Divide by standard gravity, and multiply by it."""
    yield Variant("g", subject.but(values=_copy(subject) / 9.80665))
    yield Variant("x g", subject.but(values=_copy(subject) * 9.80665))


UNIT_MISTAKES = (
    ("mg/dL as mmol/L", 18.016),
    ("kg as jin", 0.5),
    ("cm as m", 100.0),
    ("ms as s", 1000.0),
    ("rad as deg", 57.29577951308232),
)


@fault("F18", "signal", "a unit taken for another", "单位混淆", "RAFX")
def other_unit(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Scale by the factors of the usual mistakes, and take Fahrenheit for Celsius."""
    for name, factor in UNIT_MISTAKES:
        yield Variant(name, subject.but(values=_copy(subject) * factor))
    yield Variant("degF as Cel", subject.but(values=_copy(subject) * 1.8 + 32))


@fault("F19", "signal", "error codes of devices as values", "设备错误码当作数值", "ARFX")
def error_codes(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Replace a run of 5 s by each of the usual codes."""
    for code in (10.0, 38.0, 127.0, -1.0, 0.0, 9999.0):
        x = _copy(subject)
        x[_run(subject, 5.0, rng)] = code
        yield Variant(f"{code:g}", subject.but(values=x))


@fault("F20", "signal", "axes turned, swapped or inverted", "轴向颠倒或互换", "XF")
def turned(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Permute the axes, invert all of them, and turn by 90 degrees."""
    x = _copy(subject)
    if x.ndim < 2 or x.shape[1] < 3:
        yield Variant("inverted", subject.but(values=-x))
        return
    yield Variant("permuted", subject.but(values=x[:, [2, 0, 1]]))
    yield Variant("inverted", subject.but(values=-x))
    yield Variant("turned", subject.but(values=np.column_stack([-x[:, 1], x[:, 0], x[:, 2]])))


@fault("F21", "signal", "one axis missing", "缺一轴", "AFRX")
def lost_axis(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Set the last axis to zero."""
    x = _copy(subject)
    if x.ndim > 1:
        x[:, -1] = 0.0
        yield Variant("zero", subject.but(values=x))


@fault("F22", "signal", "channels swapped", "通道互换", "FXA")
def swapped_channels(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Exchange the first two channels."""
    x = _copy(subject)
    if x.ndim > 1 and x.shape[1] > 1:
        x[:, :2] = x[:, 1::-1] if x.shape[1] == 2 else x[:, [1, 0]]
        yield Variant("first two", subject.but(values=x))


@fault("F39", "array", "other layouts of the same numbers", "内存布局不同", "X")
def layouts(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Give big-endian, strided, Fortran and read-only arrays."""
    x = _copy(subject)
    yield Variant("big-endian", subject.but(values=x.astype(">f8")))
    yield Variant("strided", subject.but(values=np.repeat(x, 2, axis=0)[::2]))
    yield Variant("Fortran", subject.but(values=np.asfortranarray(x)))
    x.flags.writeable = False
    yield Variant("read-only", subject.but(values=x))


@fault("F40", "signal", "huge values", "超大数值", "R")
def huge(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Put 1e30 and 1e300 into one sample."""
    for value in (1e30, 1e300):
        x = _copy(subject)
        x[len(x) // 2] = value
        yield Variant(f"{value:g}", subject.but(values=x))


@fault("F41", "signal", "denormal values", "非规格化数", "XA")
def denormal(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Replace a run of 5 s by 1e-310."""
    x = _copy(subject)
    x[_run(subject, 5.0, rng)] = 1e-310
    yield Variant("1e-310", subject.but(values=x))


@fault("F42", "signal", "negative zero and no variance", "负零与零方差", "AX")
def signed_zero(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Give -0.0 everywhere, and a run of it."""
    yield Variant("all", subject.but(values=np.full_like(_copy(subject), -0.0)))
    x = _copy(subject)
    x[_run(subject, 5.0, rng)] = -0.0
    yield Variant("5 s", subject.but(values=x))


@fault("F71", "signal", "a signal that sits on a threshold", "恰在阈值上", "X")
def on_threshold(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Move the signal by one unit in the last place up and down: the tie rule must hold, answers must be repeatable."""
    x = _copy(subject)
    yield Variant("+1 ulp", subject.but(values=np.nextafter(x, np.inf)))
    yield Variant("-1 ulp", subject.but(values=np.nextafter(x, -np.inf)))
