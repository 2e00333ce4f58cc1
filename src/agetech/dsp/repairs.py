"""What the regulariser did to the samples: typed counts with their meaning in two languages."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Repair:
    """What one count of a report means, in both languages."""

    name: str
    unit: str
    en: str
    zh: str


REPAIRS = (
    Repair("samples", "{count}", "samples taken in", "接收的采样数"),
    Repair("rows", "{count}", "rows of the uniform grid written", "写出的均匀网格行数"),
    Repair("filled", "{count}", "rows interpolated where samples lack", "因缺少采样而插值的行数"),
    Repair("missing", "{count}", "rows left NaN in gaps longer than the limit", "超过插值上限的中断中保留为 NaN 的行数"),
    Repair("gaps", "{count}", "gaps longer than the limit", "超过插值上限的中断次数"),
    Repair("repeated", "{count}", "samples that share a stamp: kept, spread in time", "时间戳相同的采样：保留并按时间展开"),
    Repair("backward", "{count}", "stamps that step back by jitter: kept, in order of arrival", "因抖动而后退的时间戳：保留，按到达顺序"),
    Repair("moved", "{count}", "late samples of a gap still open: put in their place", "迟到但所在时段尚未写出的采样：放回原位"),
    Repair("duplicate", "{count}", "samples sent again: dropped", "重复发送的采样：丢弃"),
    Repair("late", "{count}", "samples that come late into a gap already written: dropped", "迟到、所在时段已写出的采样：丢弃"),
    Repair("unstamped", "{count}", "samples without a usable stamp", "没有可用时间戳的采样"),
    Repair("absent", "{count}", "samples without any value: taken as missing", "没有任何数值的采样：视为缺失"),
    Repair("lost", "{count}", "samples lost on the way, as the arrival clock shows", "到达时钟显示在途中丢失的采样数"),
    Repair("jumps", "{count}", "times the clock was set: a new piece of the time base", "时钟被重新设定的次数：时间基准新开一段"),
    Repair("slewed", "{count}", "samples moved closer together because the clock had run ahead", "因时钟超前而压缩间距的采样数"),
    Repair(
        "bunched",
        "{count}",
        "intervals below a quarter of a period: arrival stamps have many",
        "小于四分之一周期的间隔数：到达时间戳会有很多",
    ),
)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the regulariser did to the samples; `meanings()` says what each count is, in both languages.

    rate: measured rate of the source, Hz, NaN before it is known. declared: fs. delay: s that a sample can wait.
    """

    samples: int
    rows: int
    filled: int
    missing: int
    gaps: int
    repeated: int
    backward: int
    moved: int
    duplicate: int
    late: int
    unstamped: int
    absent: int
    lost: int
    jumps: int
    slewed: int
    bunched: int
    rate: float
    declared: float
    delay: float

    @property
    def looks_like_arrival(self) -> bool:
        """Return whether stamps given as those of samples come in bunches, as stamps of arrival do."""
        return self.samples > 20 and self.bunched > 0.3 * self.samples  # noqa: PLR2004 - chosen here; WEDA's watch: 0.7

    @property
    def rate_differs(self) -> bool:
        """Return whether the source's rate differs by more than 5 % from the declared one."""
        return abs(self.rate / self.declared - 1.0) > 0.05  # noqa: PLR2004 - the stated limit

    def meanings(self) -> tuple[tuple[Repair, int], ...]:
        """Return each count with its meaning."""
        return tuple((repair, int(getattr(self, repair.name))) for repair in REPAIRS)

    def as_dict(self) -> dict[str, object]:
        """Return the counts as plain values for JSON; a rate that is not known is None."""
        counts: dict[str, object] = {repair.name: value for repair, value in self.meanings()}
        return {**counts, "rate": None if math.isnan(self.rate) else self.rate, "declared": self.declared, "delay": self.delay}
