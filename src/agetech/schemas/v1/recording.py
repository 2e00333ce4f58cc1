"""Recording header: what an array beside it means. Samples live in arrays, never one object a sample."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from agetech.schemas.kinds import At, Line, Natural, Number, Share, Token, Ucum, Whole
from agetech.schemas.meaning import said
from agetech.schemas.model import Broken, Model
from agetech.schemas.v1.datatypes import Attachment, BodySite, Coding, Document, Frame, Reference, Validity, of, stamped
from agetech.schemas.v1.device import Dtype


class RecordedChannel(Model):
    """One channel of the array: physical = offset + gain * raw."""

    rules: ClassVar[dict[str, tuple[str, str]]] = {"gain": ("gain is not zero", "增益不为零")}
    id: Token = said("Id of the channel", "通道标识")
    observation_type: Token = said("Observation type of the catalogue", "观测类型", binding="agetech-observation-types")
    unit: Ucum = said("Unit of the physical value", "物理量单位", binding="ucum")
    dtype: Dtype = said("Type of the stored numbers", "存储数值类型", binding="agetech")
    columns: Whole = said("Columns in the array", "数组列数", default=1, unit="1", ge=1)
    gain: Number | None = said("Factor of the raw number; 1 if absent", "原始值的比例系数，缺省为 1", optional=True, unit="any")
    offset: Number | None = said("Physical value of raw zero; 0 if absent", "原始零值对应的物理量，缺省为 0", optional=True, unit="any")
    lowest: Number | None = said("Lowest physical value the device can give", "可给出的最小物理值", optional=True, unit="any")
    highest: Number | None = said("Highest physical value the device can give", "可给出的最大物理值", optional=True, unit="any")
    missing_value: Number | None = said("Raw number that stands for no value", "表示缺失的原始值", optional=True, unit="any")
    placement: BodySite | None = said("Where it measures", "测量部位", optional=True)
    frame: Frame | None = said("Frame of coordinates", "坐标系", optional=True)

    @model_validator(mode="after")
    def _gain(self) -> Self:
        if self.gain is not None and self.gain == 0:
            raise Broken("gain", "gain", "not zero")
        return self


class Gap(Model):
    """Samples that are not there: from start on, before end."""

    start: Natural = said("First missing sample", "首个缺失采样", unit="{sample}")
    end: Natural = said("First sample after the gap", "缺口后首个采样", unit="{sample}")
    reason: Literal["off_body", "lost_packet", "artefact", "paused", "power", "unknown"] = said("Why", "原因", binding="agetech")


class QualitySpan(Model):
    """Quality of a span of samples."""

    start: Natural = said("First sample", "起始采样", unit="{sample}")
    end: Natural = said("First sample after the span", "区间后首个采样", unit="{sample}")
    channel: Token | None = said("Channel; all if absent", "通道，缺省为全部", optional=True)
    validity: Validity = said("Quality", "质量")


class Annotation(Model):
    """A label on a span, by whom."""

    start: Natural = said("First sample", "起始采样", unit="{sample}")
    end: Natural = said("First sample after the span", "区间后首个采样", unit="{sample}")
    code: Coding = said("Label", "标注", label="sensitive", category="health", binding="observation-codes")
    annotator: Line | None = said("Who labelled", "标注者", optional=True, label="quasi")
    confidence: Share | None = said("Confidence", "置信度", optional=True, unit="1")


class SyncPoint(Model):
    """A coincident time stamp: a sample, the device's clock and the gateway's."""

    sample: Natural = said("Sample", "采样序号", unit="{sample}")
    device_time: Line = said("Device clock as written", "设备时钟原文")
    gateway_time: At = said("Gateway clock", "网关时钟", label="quasi")


class Recording(Document):
    """The header of a time series."""

    name: ClassVar[str] = "recording"
    version: ClassVar[str] = "1.0.0"
    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "epoch": ("epoch_ns is the moment of start", "epoch_ns 与 start 为同一时刻"),
        "rate": ("uniform has a rate above 0, timestamps has none", "等间隔须有大于 0 的采样率，时间戳方式不得有"),
        "spans": ("gaps are sorted, disjoint and inside", "缺口须有序、互不重叠且在范围内"),
        "channel-ids": ("channel ids are unique", "通道标识不得重复"),
        "byte-order": ("inline and raw bytes state their order", "内嵌字节须注明字节序"),
    }
    schema: Literal["https://schemas.agetech.example/recording/1"] = of("recording")
    schema_version: Annotated[str, Strict(), Field(pattern=r"^1\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")] = stamped("1.0.0")
    subject: Reference | None = said("Person by pseudonym", "对象（假名）", optional=True, label="quasi")
    device: Reference = said("Device", "设备")
    start: At = said("Moment of the first sample", "首个采样的时刻", label="quasi")
    timezone: Line | None = said("IANA name of the zone", "时区名称（IANA）", optional=True, label="quasi", binding="iana-time-zones")
    epoch_ns: Whole = said("The same moment, ns since 1970 UTC", "同一时刻，自 1970 年起的纳秒数（UTC）", label="quasi", unit="ns")
    time_base: Literal["uniform", "timestamps"] = said("Even spacing, or an array of times", "等间隔或逐点时间戳", binding="agetech")
    sample_rate: Number | None = said("Samples per second", "每秒采样数", optional=True, unit="Hz")
    n_samples: Natural = said("Samples", "采样数", unit="{sample}")
    channels: tuple[RecordedChannel, ...] = said("Channels, in the order of columns", "通道，按列顺序", min_length=1)
    gaps: tuple[Gap, ...] | None = said("What is missing", "缺失区间", optional=True)
    quality: tuple[QualitySpan, ...] | None = said("Quality by span", "分段质量", optional=True)
    storage: Literal["npy", "npz", "arrow-ipc", "parquet", "wfdb", "edf", "csv", "raw", "inline-base64", "fhir-sampleddata"] = said(
        "Form of the data", "数据存储形式", binding="agetech"
    )
    data: Attachment = said("The array", "数据文件")
    byte_order: Literal["little", "big"] | None = said("Order of bytes", "字节序", optional=True, binding="agetech")
    annotations: tuple[Annotation, ...] | None = said("Labels", "标注", optional=True)
    sync: tuple[SyncPoint, ...] | None = said("Coincident time stamps", "同步时间点", optional=True)

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.epoch_ns != self.start.ns:
            raise Broken("epoch", "epoch_ns", "the moment of start")
        if (self.sample_rate is not None) != (self.time_base == "uniform") or (self.sample_rate is not None and self.sample_rate <= 0):
            raise Broken("rate", "sample_rate", "> 0 exactly for uniform")
        spans = [(g.start, g.end) for g in self.gaps or ()]
        inside = all(0 <= a < b <= self.n_samples for a, b in spans)
        if not inside or any(a[1] > b[0] for a, b in pairwise(spans)):
            raise Broken("spans", "gaps", "sorted, disjoint, inside")
        if len({c.id for c in self.channels}) != len(self.channels):
            raise Broken("channel-ids", "channels", "unique ids")
        if self.storage in ("raw", "inline-base64") and self.byte_order is None:
            raise Broken("byte-order", "byte_order", "little or big")
        return self
