"""Observation: one measured, derived or reported value with unit, time, quality and source."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from agetech.schemas.catalogue import observation_types
from agetech.schemas.kinds import Line, Prose, Token
from agetech.schemas.meaning import said
from agetech.schemas.model import Broken, Model
from agetech.schemas.ucum import UNKNOWN, same_dimension
from agetech.schemas.v1.datatypes import (
    Attachment,
    BodySite,
    Coding,
    DataAbsent,
    Document,
    Quantity,
    Range,
    Reference,
    Validity,
    Value,
    When,
    of,
    stamped,
)

UNITS = {name: one.ucum for name, one in observation_types().items()}
Modality = Literal["sensed", "self-reported", "derived", "observed_by_carer", "unknown"]
Status = Literal[
    "registered", "specimen-in-process", "preliminary", "final", "amended", "corrected", "appended", "cancelled", "entered-in-error", "unknown",  # noqa: E501 - one list
]  # fmt: skip
TimeStatus = Literal["synced", "corrected", "local_guess", "device_fault", "unknown"]


class Component(Model):
    """A part of an observation: its own type, and a value or why there is none."""

    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "one-value": ("exactly one of value and absent", "value 与 absent 恰有其一"),
        "value-unit": ("the unit measures what the type measures", "单位须与观测类型的量纲一致"),
    }
    type: Token = said(
        "Observation type of the catalogue", "观测类型", label="sensitive", category="health", binding="agetech-observation-types"
    )
    codes: tuple[Coding, ...] | None = said("Codes of the source", "来源代码", optional=True, binding="observation-codes")
    value: Value | None = said(
        "Value", "数值", optional=True, label="sensitive", category="health", unit="any", binding="observation-codes"
    )
    absent: DataAbsent | None = said("Why there is no value", "缺失原因", optional=True)
    interpretation: tuple[Token, ...] | None = said(
        "Interpretation", "解读", optional=True, label="sensitive", category="health", binding="interpretation"
    )
    reference_range: tuple[Range, ...] | None = said("Reference ranges", "参考范围", optional=True, unit="any")

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if (self.value is None) == (self.absent is None):
            raise Broken("one-value", "value", "exactly one of value and absent")
        if type(self.value) is Quantity:
            check_unit(self.type, self.value)
        return self


def check_unit(kind: str, value: Quantity) -> None:
    """Raise Broken where the unit of `value` cannot measure what the observation type `kind` measures."""
    unit = UNITS.get(kind)
    if unit is not None and value.unit not in (unit, UNKNOWN) and not same_dimension(unit, value.unit) and not _molar(unit, value.unit):
        raise Broken("value-unit", "value/unit", unit)


def _molar(one: str, other: str) -> bool:
    """Return True for the two ways to state a concentration: by mole and by mass; nothing is converted here."""
    return same_dimension(one, "mmol/L") and same_dimension(other, "mg/dL")


class Observation(Document):
    """A value of a person, a device or a place."""

    name: ClassVar[str] = "observation"
    version: ClassVar[str] = "1.0.0"
    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "one-value": ("exactly one of value, absent and components", "value、absent、components 恰有其一"),
        "effective-or-unknown": (
            "a time is given unless time_status says unknown or device_fault",
            "除非时间状态为不明或设备故障，否则须给出时间",
        ),
        "value-unit": ("the unit measures what the type measures", "单位须与观测类型的量纲一致"),
        "derived-algorithm": ("a derived value names its algorithm", "推算值须注明算法"),
        "pressure-order": ("systolic is not below diastolic", "收缩压不低于舒张压"),
    }
    schema: Literal["https://schemas.agetech.example/observation/1"] = of("observation")
    schema_version: Annotated[str, Strict(), Field(pattern=r"^1\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")] = stamped("1.0.0")
    subject: Reference = said("Who or what is observed", "观测对象", label="quasi")
    device: Reference | None = said("Device", "设备", optional=True)
    gateway: Reference | None = said("Gateway it came through", "经由的网关", optional=True, binding="fhir-gateway-device")
    type: Token = said(
        "Observation type of the catalogue", "观测类型", label="sensitive", category="health", binding="agetech-observation-types"
    )
    codes: tuple[Coding, ...] | None = said("Codes that say the same", "等价代码", optional=True, binding="observation-codes")
    effective: When | None = said(
        "When it was true; absent only where the time is unknown", "观测时间；仅在时间不明时缺省", optional=True, label="quasi"
    )
    time_status: TimeStatus = said("What the time is worth", "时间可信程度", binding="agetech")
    value: Value | None = said(
        "Value", "数值", optional=True, label="sensitive", category="health", unit="any", binding="observation-codes"
    )
    components: tuple[Component, ...] | None = said(
        "Parts, such as systolic and diastolic", "组成部分，如收缩压与舒张压", optional=True, label="sensitive", category="health"
    )
    absent: DataAbsent | None = said("Why there is no value", "缺失原因", optional=True)
    status: Status = said("Status", "状态", binding="observation-status")
    modality: Modality = said("How it was got", "获取方式", binding="ieee-1752-modality")
    validity: Validity | None = said("Trust in the value", "数值有效性", optional=True)
    method: Coding | None = said("Method", "方法", optional=True, binding="observation-codes")
    body_site: BodySite | None = said("Place on the body", "测量部位", optional=True, label="sensitive", category="health")
    posture: Token | None = said("Posture", "体位", optional=True, label="sensitive", category="health", binding="ieee-1752-posture")
    statistic: Token | None = said("Statistic over the period", "统计量", optional=True, binding="ieee-1752-statistic")
    statistic_of: Token | None = said(
        "Denominator of the statistic (d, wk, session ...)", "统计量的分母", optional=True, binding="ieee-1752-statistic"
    )
    reference_range: tuple[Range, ...] | None = said("Reference ranges", "参考范围", optional=True, unit="any")
    interpretation: tuple[Token, ...] | None = said(
        "Interpretation", "解读", optional=True, label="sensitive", category="health", binding="interpretation"
    )
    context: tuple[Coding, ...] | None = said(
        "Relation to meal, sleep, activity",
        "与进餐、睡眠、活动的关系",
        optional=True,
        label="sensitive",
        category="health",
        binding="omh-context",
    )
    derived_from: tuple[Reference, ...] | None = said("What it was derived from", "推算依据", optional=True)
    algorithm: Reference | None = said("Algorithm (id@version) of a derived value", "推算算法（标识@版本）", optional=True)
    attachment: Attachment | None = said("Picture or other file", "图像或其他文件", optional=True, label="sensitive", category="biometric")
    note: Prose | None = said("Words of the source", "来源备注", optional=True, label="sensitive", category="health")
    dedup_key: Line | None = said(
        "Key under which a second sending is recognised", "重复发送的识别键", optional=True, label="quasi", binding="phd-conditional-create"
    )
    performer: Reference | None = said("Who measured", "测量人", optional=True, label="quasi")

    @model_validator(mode="after")
    def _rules(self) -> Self:
        held = self.__dict__
        value, components = held["value"], held["components"]
        if (value is not None) + (held["absent"] is not None) + (components is not None) != 1:
            raise Broken("one-value", "value", "exactly one of value, absent, components")
        if held["effective"] is None and held["time_status"] not in ("unknown", "device_fault"):
            raise Broken("effective-or-unknown", "effective", "a time")
        if type(value) is Quantity:
            check_unit(held["type"], value)
        if held["modality"] == "derived" and held["algorithm"] is None:
            raise Broken("derived-algorithm", "algorithm", "the algorithm")
        if components is not None:
            _check_pressure(components)
        return self


def _check_pressure(components: tuple[Component, ...]) -> None:
    held = {c.type: c.value for c in components if type(c.value) is Quantity}
    high, low = held.get("bp_systolic"), held.get("bp_diastolic")
    if isinstance(high, Quantity) and isinstance(low, Quantity) and high.unit == low.unit and high.value < low.value:
        raise Broken("pressure-order", "components", "systolic >= diastolic")


__all__ = ["Component", "Observation"]
