"""Episode: the summary of an interval (a night, a walk, a training session)."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from agetech.schemas.instants import Instant
from agetech.schemas.kinds import At, Flag, Token
from agetech.schemas.meaning import said
from agetech.schemas.model import Broken, Model
from agetech.schemas.ucum import parse
from agetech.schemas.v1.datatypes import Document, Period, Quantity, Reference, of, stamped
from agetech.schemas.v1.observation import Modality, check_unit

_NS = 1_000_000_000


class Segment(Model):
    """A part of the interval in one state."""

    start: At = said("Start", "开始时间", label="quasi")
    end: At = said("End", "结束时间", label="quasi")
    stage: Token = said(
        "State: wake n1 n2 n3 rem light deep nrem walking ...",
        "状态：清醒、N1、N2、N3、REM、浅睡、深睡、步行等",
        label="sensitive",
        category="health",
        binding="agetech-stages",
    )


class Episode(Document):
    """An interval with its summary by observation type."""

    name: ClassVar[str] = "episode"
    version: ClassVar[str] = "1.0.0"
    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "segments": ("segments are sorted, disjoint and inside the period", "各段有序、互不重叠且在期间内"),
        "sleep-sum": (
            "sleep, wake after onset and latency fit into the time in bed (1 s)",
            "总睡眠、入睡后清醒与潜伏期之和不超过卧床时间（容差 1 秒）",
        ),
        "summary-unit": ("units fit the observation types", "单位须与观测类型相符"),
        "derived-algorithm": ("a derived summary names its algorithm", "推算结果须注明算法"),
    }
    schema: Literal["https://schemas.agetech.example/episode/1"] = of("episode")
    schema_version: Annotated[str, Strict(), Field(pattern=r"^1\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")] = stamped("1.0.0")
    subject: Reference = said("Person by pseudonym", "对象（假名）", label="quasi")
    device: Reference | None = said("Device", "设备", optional=True)
    kind: Token = said(
        "Kind: sleep physical_activity wandering bed_exit rehab_session ...",
        "种类：睡眠、身体活动、徘徊、离床、康复训练等",
        label="sensitive",
        category="health",
        binding="agetech-episodes",
    )
    period: Period = said("From when to when", "期间", label="quasi")
    summary: dict[Token, Quantity] = said(
        "Quantity by observation type",
        "按观测类型的汇总量",
        label="sensitive",
        category="health",
        unit="any",
        binding="agetech-observation-types",
    )
    segments: tuple[Segment, ...] | None = said("Parts of the interval", "分段", optional=True, label="sensitive", category="health")
    is_main: Flag | None = said("The main sleep of the day", "是否主睡眠", optional=True)
    modality: Modality = said("How it was got", "获取方式", default="sensed", binding="ieee-1752-modality")
    algorithm: Reference | None = said("Algorithm (id@version)", "算法（标识@版本）", optional=True)
    derived_from: tuple[Reference, ...] | None = said("What it was derived from", "推算依据", optional=True)

    @model_validator(mode="after")
    def _rules(self) -> Self:
        for kind, quantity in self.summary.items():
            try:
                check_unit(kind, quantity)
            except Broken as fault:
                raise Broken("summary-unit", f"summary/{kind}/unit", fault.expected) from None
        parts = self.segments or ()
        start, end = self.period.start, self.period.end
        low = start.ns if isinstance(start, Instant) else None
        high = end.ns if isinstance(end, Instant) else None
        sound = all(p.start.ns < p.end.ns for p in parts) and all(a.end.ns <= b.start.ns for a, b in pairwise(parts))
        if not sound or (parts and ((low is not None and parts[0].start.ns < low) or (high is not None and parts[-1].end.ns > high))):
            raise Broken("segments", "segments", "sorted, disjoint, inside")
        if self.modality == "derived" and self.algorithm is None:
            raise Broken("derived-algorithm", "algorithm", "the algorithm")
        self._check_sleep()
        return self

    def _check_sleep(self) -> None:
        bed = self.summary.get("time_in_bed")
        parts = [self.summary.get(name) for name in ("total_sleep_time", "wake_after_sleep_onset", "sleep_onset_latency")]
        if bed is None or all(p is None for p in parts):
            return
        if sum((_seconds(p) for p in parts if p is not None), Decimal(0)) > _seconds(bed) + 1:
            raise Broken("sleep-sum", "summary", "parts within the time in bed")


def _seconds(quantity: Quantity) -> Decimal:
    return quantity.value * Decimal(repr(parse(quantity.unit).factor))


__all__ = ["Episode", "Segment"]
