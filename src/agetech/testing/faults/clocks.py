"""Faults of time, rate, shape and length: F23 to F38, F43 to F45."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from agetech.core.params import Params, bounds
from agetech.testing.faults.fault import Sampled, Variant, fault

Rng = np.random.Generator
DAY = 86400.0


def _times(subject: Sampled) -> Any:
    if subject.times is not None:
        return np.array(subject.times, np.float64)
    return np.arange(len(subject.values)) / subject.fs


@fault("F23", "clock", "a wrong sampling rate is declared", "采样率申报错误", "RF")
def wrong_rate(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Declare half, double and 1 % more than the rate that the stamps show."""
    for factor in (0.5, 2.0, 1.01):
        yield Variant(f"x {factor:g}", subject.but(fs=subject.fs * factor, times=_times(subject)))


@fault("F24", "clock", "irregular sampling", "采样不均匀", "XFR")
def jitter(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Shift each stamp by up to 1, 10 and 50 % of a period."""
    for share in (0.01, 0.1, 0.5):
        times = _times(subject) + rng.uniform(-share / 2, share / 2, len(subject.values)) / subject.fs
        yield Variant(f"{share:.0%}", subject.but(times=times))


def _dropped(subject: Sampled, rng: Rng, share: float) -> Any:
    return rng.random(len(subject.values)) >= share


@fault("F25", "clock", "dropped samples with true stamps", "丢样但时间戳正确", "F")
def dropped(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Drop 1, 10, 30 and 50 % of the rows with their stamps."""
    for share in (0.01, 0.1, 0.3, 0.5):
        kept = _dropped(subject, rng, share)
        yield Variant(f"{share:.0%}", subject.but(values=np.array(subject.values)[kept], times=_times(subject)[kept]))


@fault("F26", "clock", "dropped samples without stamps", "丢样且无时间戳", "FX")
def compressed(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Drop 1 and 10 % of the rows and give no stamps: time is compressed."""
    for share in (0.01, 0.1):
        yield Variant(f"{share:.0%}", subject.but(values=np.array(subject.values)[_dropped(subject, rng, share)], times=None))


@fault("F27", "clock", "a clock that drifts", "时钟漂移", "X")
def drift(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Let the clock run 50 and 200 parts per million fast."""
    for ppm in (50, 200):
        yield Variant(f"{ppm} ppm", subject.but(times=_times(subject) * (1 + ppm * 1e-6)))


@fault("F28", "clock", "a clock that jumps forward", "时钟前跳", "F")
def jump_forward(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Jump by 1 s (leap second), 2 s (time server) and 1 h (summer time) in the middle."""
    for seconds in (1.0, 2.0, 3600.0):
        times = _times(subject)
        times[len(times) // 2 :] += seconds
        yield Variant(f"{seconds:g} s", subject.but(times=times))


@fault("F29", "clock", "a clock that jumps backward", "时钟回跳", "F")
def jump_backward(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Jump back by 2 s and 1 h in the middle."""
    for seconds in (2.0, 3600.0):
        times = _times(subject)
        times[len(times) // 2 :] -= seconds
        yield Variant(f"{seconds:g} s", subject.but(times=times))


@fault("F30", "clock", "repeated stamps and chunks sent again", "时间戳重复与重发", "FX")
def repeated(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Round stamps to milliseconds, and send a second of rows twice."""
    times, x = _times(subject), np.array(subject.values)
    yield Variant("ms stamps", subject.but(times=np.floor(times * 1000) / 1000))
    at, size = len(x) // 2, max(1, round(subject.fs))
    order = np.concatenate([np.arange(at), np.arange(max(0, at - size), len(x))])
    yield Variant("sent again", subject.but(values=x[order], times=times[order]))


@fault("F31", "clock", "chunks out of order", "数据块乱序", "FR")
def out_of_order(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Exchange two neighbouring seconds, and delay one second by three."""
    times, x = _times(subject), np.array(subject.values)
    size, at = max(1, round(subject.fs)), len(x) // 2
    index = np.arange(len(x))
    for name, late in (("swapped", 1), ("delayed by 3", 3)):
        block, after = index[at : at + size], index[at + size : at + size + late * size]
        order = np.concatenate([index[:at], after, block, index[at + size + late * size :]])
        yield Variant(name, subject.but(values=x[order], times=times[order]))


@fault("F32", "clock", "instants without a zone, and mixed zones", "缺时区或时区混用", "R")
def zones(subject: datetime, rng: Rng) -> Iterator[Variant]:
    """Take the zone of an aware instant away, and give text of both kinds."""
    yield Variant("naive", subject.replace(tzinfo=None))
    yield Variant("naive text", subject.replace(tzinfo=None).isoformat())


@fault("F33", "clock", "dates at the edge", "边界日期", "XR")
def edge_dates(subject: object, rng: Rng) -> Iterator[Variant]:
    """Give the year 1, 1969, the end of 32-bit seconds, of 64-bit nanoseconds, and a leap day."""
    for text in ("0001-01-01", "1969-12-31", "2038-01-19", "2262-04-12", "2024-02-29", "1896-02-29"):
        yield Variant(text, date.fromisoformat(text))


@fault("F34", "clock", "data from the future, and stale data", "未来数据与过期数据", "A")
def stale(subject: datetime, rng: Rng) -> Iterator[Variant]:
    """Shift an instant by +6 min, and by -13 min (the limit of glucose sensors)."""
    for minutes in (6, -13):
        yield Variant(f"{minutes:+d} min", subject.astimezone(UTC) + timedelta(minutes=minutes))


@fault("F35", "length", "no sample", "空输入", "X")
def empty(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Give no row: legal, with zero rows as the answer."""
    yield Variant("0", subject.but(values=np.array(subject.values)[:0]))


@fault("F36", "length", "too few samples", "采样过少", "X")
def short(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Give 1, 2 and 10 rows: legal, with zero rows as the answer."""
    for n in (1, 2, 10):
        yield Variant(str(n), subject.but(values=np.array(subject.values)[:n]))


@fault("F37", "array", "a wrong shape", "数组形状错误", "R")
def wrong_shape(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Exchange channels and time, drop all axes, and add one."""
    x = np.array(subject.values)[:50]
    yield Variant("transposed", subject.but(values=x.T if x.ndim > 1 else x[None]))
    yield Variant("0-d", subject.but(values=np.float64(1.0)))
    yield Variant("3-d", subject.but(values=x.reshape(1, len(x), -1)))


@fault("F38", "array", "a wrong type", "数据类型错误", "R")
def wrong_type(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Give objects, text, complex, boolean, dates and half precision."""
    x = np.array(subject.values)[:50]
    for kind in ("O", "U8", "c16", "?", "M8[s]", "f2"):
        yield Variant(kind, subject.but(values=np.nan_to_num(x).astype("i8").astype(kind) if kind == "M8[s]" else x.astype(kind)))


@fault("F43", "clock", "an impossible rate", "采样率不可能", "R")
def impossible_rate(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Declare 0, -1, NaN and 1e9 Hz."""
    for fs in (0.0, -1.0, float("nan"), 1e9):
        yield Variant(f"{fs:g} Hz", subject.but(fs=fs))


@fault("F44", "length", "a very long signal", "超长信号", "X")
def very_long(subject: Sampled, rng: Rng) -> Iterator[Variant]:
    """Repeat the signal to 24 h, as a generator of chunks of one minute."""
    x = np.array(subject.values)

    def chunks(hours: float = 24.0) -> Iterator[Any]:
        left, size, at = int(hours * 3600 * subject.fs), int(60 * subject.fs), 0
        while left > 0:
            yield np.take(x, np.arange(at, at + min(size, left)), axis=0, mode="wrap")
            at, left = at + size, left - size

    yield Variant("24 h", subject.but(values=chunks))


@fault("F45", "params", "parameters out of bounds, unknown, or of a wrong type", "参数越界、未知或类型错误", "R")
def bad_params(subject: type[Params], rng: Rng) -> Iterator[Variant]:
    """Give values that each declaration refuses, and an unknown name."""
    for name, declared in subject.model_fields.items():
        limits = bounds(subject, name)
        outside = [limits[k] - 1 for k in ("ge", "gt") if k in limits] + [limits[k] + 1 for k in ("le", "lt") if k in limits]
        numbers = [float("nan"), float("inf"), True] if declared.annotation in (int, float) else []
        for value in [*outside, *numbers, "no such value", None]:
            yield Variant(f"{name} = {value!r}", {name: value})
    yield Variant("unknown", {"no_such_parameter": 1.0})
