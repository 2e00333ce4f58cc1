"""Shared datatypes of major version 1: codes, quantities, periods, references, who did what."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Discriminator, Tag, model_validator

from agetech.schemas.kinds import (
    At,
    Flag,
    Json,
    Line,
    Moment,
    Name,
    Natural,
    Number,
    Prose,
    Sha256,
    Share,
    Token,
    Ucum,
    Uri,
    Version,
    Whole,
)
from agetech.schemas.meaning import said
from agetech.schemas.model import Broken, Model
from agetech.schemas.ucum import same_dimension

AbsentReason = Literal[
    "unknown", "asked-unknown", "temp-unknown", "not-asked", "asked-declined", "masked", "not-applicable", "unsupported", "as-text",
    "error", "not-a-number", "negative-infinity", "positive-infinity", "not-performed", "not-permitted",
]  # fmt: skip
Role = Literal[
    "elder",
    "spouse",
    "child",
    "relative",
    "guardian",
    "neighbour",
    "volunteer",
    "aide",
    "nurse",
    "doctor",
    "call_centre",
    "device",
    "software",
    "unknown",
]


class Coding(Model):
    """A code of a code system; the edition stands beside it, the display is never compared."""

    system: Uri = said("Code system", "编码体系", binding="code-systems")
    code: Line = said("Code, without blanks around it", "代码，首尾无空格", binding="code-systems")
    version: Line | None = said("Edition of the code system", "编码体系的版次", optional=True)
    display: Line | None = said("Name to show; never compared", "显示名称，不参与比较", optional=True)


class Quantity(Model):
    """A number with its UCUM unit; the digits written are kept."""

    value: Number = said("Number, digits as written", "数值，保留书写的位数", label="sensitive", category="health", unit="any")
    comparator: Literal["<", "<=", ">=", ">"] | None = said(
        "The true value is below or above", "真实值小于或大于所给值", optional=True, binding="quantity-comparator"
    )
    unit: Ucum = said("UCUM code", "UCUM 单位代码", binding="ucum")
    display_unit: Line | None = said("Unit as the source wrote it", "来源所写的单位", optional=True)


def in_unit(unit: str) -> Any:
    """Return an annotation for a Quantity that must measure the same kind of quantity as `unit`."""

    def check(quantity: Quantity) -> Quantity:
        if not same_dimension(quantity.unit, unit):
            raise Broken("dimension", "unit", unit)
        return quantity

    return AfterValidator(check)


Length = Annotated[Quantity, in_unit("cm")]
Mass = Annotated[Quantity, in_unit("kg")]
Duration = Annotated[Quantity, in_unit("s")]
Rate = Annotated[Quantity, in_unit("Hz")]


class Ratio(Model):
    """A ratio of two quantities, kept as written (1:128)."""

    numerator: Quantity = said("Numerator", "分子", label="sensitive", category="health", unit="any")
    denominator: Quantity = said("Denominator", "分母", label="sensitive", category="health", unit="any")


class Range(Model):
    """A range of a quantity; an open end is absent."""

    rules: ClassVar[dict[str, tuple[str, str]]] = {"range-order": ("low <= high, in one unit", "下限不大于上限，单位一致")}
    low: Quantity | None = said("Lowest value", "下限", optional=True, unit="any")
    high: Quantity | None = said("Highest value", "上限", optional=True, unit="any")
    note: Line | None = said("For whom or when it holds", "适用对象或情形", optional=True)

    @model_validator(mode="after")
    def _order(self) -> Self:
        low, high = self.low, self.high
        if low and high and low.unit == high.unit and low.value > high.value:
            raise Broken("range-order", "high", "high >= low")
        return self


class Period(Model):
    """A span of time: two of start, end and duration; with all three they agree."""

    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "period-parts": ("start, or end with duration, is given", "须有起点，或有终点与时长"),
        "period-order": ("end is not before start", "终点不早于起点"),
    }
    start: Moment | None = said("Start", "开始时间", optional=True, label="quasi")
    end: Moment | None = said("End", "结束时间", optional=True, label="quasi")
    duration: Duration | None = said("Length of time", "时长", optional=True, unit="s")

    @model_validator(mode="after")
    def _parts(self) -> Self:
        if self.start is None and self.end is None:
            raise Broken("period-parts", "start", "start or end")
        start, end = getattr(self.start, "ns", None), getattr(self.end, "ns", None)
        if start is not None and end is not None and end < start:
            raise Broken("period-order", "end", "end >= start")
        return self


class DataAbsent(Model):
    """Why there is no value; a sentinel of a vendor (0, -1) becomes this, never a number."""

    reason: AbsentReason = said("Reason", "缺失原因", binding="data-absent-reason")
    detail: Line | None = said("Words of the source", "来源的说明", optional=True, label="sensitive", category="health")


class Identifier(Model):
    """An identifier in a system; a national number is stored hashed or not at all."""

    system: Uri = said("Who gives the number", "标识体系", binding="identifier-systems")
    value: Line = said("Identifier", "标识值", label="direct")
    hashed: Flag = said("True where only a keyed hash is stored", "是否仅保存带密钥的散列值")


class Reference(Model):
    """A pointer to another document, thing or person by kind and id; a person is named by the pseudonym only."""

    kind: Token = said("Kind of document or thing", "所指对象的种类", binding="reference-kinds")
    id: Name = said("Its id; of a person the pseudonym", "其标识；人以假名代替", label="quasi")


class Producer(Model):
    """The program that wrote a document."""

    name: Line = said("Program", "程序名称")
    version: Line = said("Its version", "程序版本")
    organization: Line | None = said("Who runs it", "运行机构", optional=True)


class Provenance(Model):
    """Where a document came from: source digest, adapter, upcast path, what was not mapped."""

    step: Literal["imported", "upcast", "downcast", "derived", "redacted", "merged"] = said("What was done", "处理步骤", binding="agetech")
    tool: Line | None = said("Adapter or program with version", "适配器或程序及版本", optional=True)
    source_format: Line | None = said("Format it came in (fhir-r4, omh ...)", "来源格式", optional=True)
    source_sha256: Sha256 | None = said("Digest of the source text", "来源文本的摘要", optional=True)
    path: tuple[Line, ...] | None = said("Versions passed through", "经过的版本", optional=True)
    unmapped: tuple[Line, ...] | None = said("JSON Pointers of source content that no field holds", "未映射内容的 JSON 指针", optional=True)
    at: At | None = said("When", "时间", optional=True)


class Validity(Model):
    """How far a measured value can be trusted."""

    code: Literal["valid", "validated", "ongoing", "questionable", "calibration", "invalid", "overflow", "underflow", "na"] = said(
        "Validity of the measurement", "测量有效性", binding="biceps-validity"
    )
    index: Share | None = said("Quality index, 0 to 1", "质量指数（0 至 1）", optional=True, unit="1")


def _inside(path: str) -> str:
    parts = path.replace("\\", "/").split("/")
    if ".." in parts or path.startswith(("/", "\\")) or ":" in parts[0] or "" in parts:
        raise Broken("relative-path", expected="a path inside the folder")
    return path


class Attachment(Model):
    """A file beside the document, by digest; or small bytes inside it."""

    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "attachment-place": ("exactly one of path, inline_base64 and uri", "path、inline_base64、uri 三者恰有其一"),
        "relative-path": ("a path stays inside the folder", "路径不得离开所在文件夹"),
    }
    media_type: Line = said("Media type", "媒体类型", binding="media-types")
    sha256: Sha256 = said("Digest of the bytes", "内容摘要")
    bytes: Natural = said("Size", "字节数", unit="By")
    path: Annotated[Line, AfterValidator(_inside)] | None = said("Path relative to the document", "相对路径", optional=True)
    inline_base64: Prose | None = said("The bytes themselves", "内嵌内容", optional=True, label="sensitive", category="health")
    uri: Uri | None = said("Where else it is published", "公开地址", optional=True)

    @model_validator(mode="after")
    def _place(self) -> Self:
        if (self.path is not None) + (self.inline_base64 is not None) + (self.uri is not None) != 1:
            raise Broken("attachment-place", "path", "exactly one of path, inline_base64, uri")
        return self


class BodySite(Model):
    """A place on the body or in the room where a device measures."""

    site: Token = said("Place", "部位或位置", binding="agetech-body-sites")
    side: Literal["left", "right", "bilateral", "none"] | None = said("Side", "侧别", optional=True, binding="agetech")
    code: Coding | None = said("The same in another code system", "其他编码体系中的对应代码", optional=True, binding="code-systems")


class Frame(Model):
    """A frame of coordinates: its axes, and the rotation to the next frame."""

    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "rotation": ("nine numbers, orthonormal within 1e-6, determinant +1", "九个数，正交误差不超过 1e-6，行列式为 +1")
    }
    name: Literal["device", "body_anatomical", "world_enu", "radar_range_azimuth", "room"] = said("Frame", "坐标系", binding="agetech")
    axes: tuple[Line, ...] = said("Names of the axes, right-handed", "坐标轴名称，右手系")
    rotation_to: tuple[Number, ...] | None = said("Rotation matrix, row by row", "旋转矩阵（按行）", optional=True, unit="1")
    origin: Line | None = said("Where zero is", "原点位置", optional=True)

    @model_validator(mode="after")
    def _rotation(self) -> Self:
        if self.rotation_to is not None and not _proper([float(v) for v in self.rotation_to]):
            raise Broken("rotation", "rotation_to", "a proper rotation")
        return self


def _proper(r: list[float]) -> bool:
    if len(r) != 9:  # noqa: PLR2004 - three by three
        return False
    rows = [r[0:3], r[3:6], r[6:9]]
    for i in range(3):
        for k in range(3):
            if abs(sum(a * b for a, b in zip(rows[i], rows[k], strict=True)) - (i == k)) > 1e-6:  # noqa: PLR2004 - as the rule says
                return False
    a, b, c = rows
    det = a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0])
    return det > 0


class Actor(Model):
    """Who did something: a role, and where known a handle without identity."""

    role: Role = said("Role", "角色", binding="agetech-roles")
    ref: Reference | None = said("Handle of the person or device", "人员或设备的句柄", optional=True, label="quasi")


class Moments(Model):
    """A value that is a moment."""

    at: Moment = said("The moment", "时刻", label="quasi")


def _kind_of(value: Any) -> str | None:
    kind = type(value)
    if kind is dict:
        if "unit" in value or "comparator" in value:
            return "is:quantity"
        if "numerator" in value:
            return "is:ratio"
        if "code" in value:
            return "is:coding"
        if "at" in value:
            return "is:moment"
        return "is:period" if "value" not in value else "is:quantity"
    return _KINDS.get(kind)


_KINDS: dict[type, str] = {
    Quantity: "is:quantity", Coding: "is:coding", Ratio: "is:ratio", Period: "is:period", Moments: "is:moment",
    list: "is:codings", tuple: "is:codings", bool: "is:flag", int: "is:whole", str: "is:text",
}  # fmt: skip
Value = Annotated[
    Annotated[Quantity, Tag("is:quantity")]
    | Annotated[Coding, Tag("is:coding")]
    | Annotated[tuple[Coding, ...], Tag("is:codings")]
    | Annotated[Flag, Tag("is:flag")]
    | Annotated[Whole, Tag("is:whole")]
    | Annotated[Prose, Tag("is:text")]
    | Annotated[Period, Tag("is:period")]
    | Annotated[Ratio, Tag("is:ratio")]
    | Annotated[Moments, Tag("is:moment")],
    Discriminator(_kind_of),
]


def _time_of(value: Any) -> str:
    return "is:period" if type(value) is dict or type(value) is Period else "is:moment"


When = Annotated[Annotated[Moment, Tag("is:moment")] | Annotated[Period, Tag("is:period")], Discriminator(_time_of)]


class Document(Model):
    """What every document carries: its schema, its id, when and by what it was written."""

    name: ClassVar[str] = ""
    version: ClassVar[str] = ""
    rules: ClassVar[dict[str, tuple[str, str]]] = {}
    schema: Any = said(  # the wire name; it hides a method that pydantic deprecates
        "Schema of the document, by major version", "文档所属模式（按主版本）"
    )
    schema_version: Version = said("Full version of the schema it was written with", "书写时的模式完整版本")
    id: Name = said(
        "Id of the document: never a national number, a phone number or a device address", "文档标识；不得用证件号、电话或设备地址"
    )
    recorded_at: At = said("When it was written", "书写时间")
    producer: Producer = said("The program that wrote it", "书写程序")
    extensions: dict[Uri, Json] | None = said(
        "Content of others, by absolute URI; kept, never needed",
        "以绝对 URI 为键的扩展内容；保留但不影响核心含义",
        optional=True,
        label="sensitive",
    )
    provenance: tuple[Provenance, ...] | None = said("Where it came from", "来源与处理经过", optional=True)


AUTHORITY = "https://schemas.agetech.example/"


def of(name: str) -> Any:
    """Return the declaration of the `schema` field of document `name`, major version 1."""
    return said("Schema of the document, by major version", "文档所属模式（按主版本）", default=f"{AUTHORITY}{name}/1")


def stamped(version: str) -> Any:
    """Return the declaration of the `schema_version` field; readers keep the version of a newer minor."""
    return said("Full version of the schema it was written with", "书写时的模式完整版本", default=version)
