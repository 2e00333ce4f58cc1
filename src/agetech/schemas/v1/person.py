"""Elder profile: pseudonymous; the minimal profile holds what care needs, the extended one what assessments need.

Identity (names, numbers, addresses, pictures) never stands here: it lives with the care home and joins at export only.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from agetech.schemas.kinds import At, Day, Flag, Line, Name, Natural, Pseudonym, Token, Whole
from agetech.schemas.meaning import said
from agetech.schemas.model import Broken, Model
from agetech.schemas.v1.datatypes import Coding, Document, Length, Mass, Quantity, Reference, Role, in_unit, of, stamped

HearingLevel = Annotated[Quantity, in_unit("dB")]
MINIMAL = frozenset({"care_level", "risk_flags", "assistive_needs"})
SENSITIVE = (
    "height", "weight", "care_level", "risk_flags", "conditions", "implants", "sensory", "mobility", "cognition", "assistive_needs",
)  # fmt: skip
_EXTENDED = ("birth_date", "height", "weight", "conditions", "implants", "sensory", "cognition", "education_years", "carers")


class CareLevel(Model):
    """A level of care need under a scheme and edition."""

    scheme: Token = said("Scheme of levels", "分级体系", binding="care-level-schemes")
    edition: Line = said("Edition of the scheme", "体系版次")
    level: Natural = said("Level; 0 is intact", "等级，0 为能力完好", label="sensitive", category="health", unit="1")
    label: Line | None = said("Name of the level", "等级名称", optional=True, label="sensitive", category="health")
    assessed_at: At = said("When it was assessed", "评定时间", label="quasi")
    assessment: Reference | None = said("The assessment it rests on", "所依据的评估", optional=True)


class RiskFlag(Model):
    """A risk with its level, what it rests on and when it must be looked at again."""

    rules: ClassVar[dict[str, tuple[str, str]]] = {"risk-expiry": ("expires_at is after assessed_at", "失效时间晚于评定时间")}
    risk: Token = said("Risk", "风险种类", label="sensitive", category="health", binding="agetech-risks")
    level: Literal["low", "medium", "high", "unknown"] = said("Level", "风险等级", label="sensitive", category="health", binding="agetech")
    basis: Reference | None = said("Assessment or algorithm it rests on", "所依据的评估或算法", optional=True)
    assessed_at: At = said("When it was assessed", "评定时间", label="quasi")
    expires_at: At | None = said("When it must be assessed again", "须再次评定的时间", optional=True)

    @model_validator(mode="after")
    def _expiry(self) -> Self:
        if self.expires_at is not None and self.expires_at.ns <= self.assessed_at.ns:
            raise Broken("risk-expiry", "expires_at", "after assessed_at")
        return self


class Sense(Model):
    """What one sense can do: a level, and for hearing the pure-tone average of each ear."""

    level: Literal["normal", "mild", "moderate", "severe", "none", "unknown"] = said(
        "Loss with the aid in use", "佩戴辅具时的程度", label="sensitive", category="health", binding="agetech"
    )
    uncorrected: Literal["normal", "mild", "moderate", "severe", "none", "unknown"] | None = said(
        "Loss without an aid", "未佩戴辅具时的程度", optional=True, label="sensitive", category="health", binding="agetech"
    )
    pta4_left: HearingLevel | None = said(
        "Pure-tone average of 0.5, 1, 2, 4 kHz, left ear",
        "左耳 0.5、1、2、4 kHz 纯音平均听阈",
        optional=True,
        label="sensitive",
        category="health",
        unit="dB",
    )
    pta4_right: HearingLevel | None = said(
        "Pure-tone average of 0.5, 1, 2, 4 kHz, right ear",
        "右耳 0.5、1、2、4 kHz 纯音平均听阈",
        optional=True,
        label="sensitive",
        category="health",
        unit="dB",
    )


class Sensory(Model):
    """Vision, hearing and touch."""

    vision: Sense | None = said("Vision", "视觉", optional=True, label="sensitive", category="health")
    hearing: Sense | None = said("Hearing", "听觉", optional=True, label="sensitive", category="health")
    touch: Sense | None = said("Touch", "触觉", optional=True, label="sensitive", category="health")


class AssistiveNeed(Model):
    """A kind of device the person needs, has or gave up."""

    device_type: Token = said(
        "Device type of the catalogue", "设备类型", label="sensitive", category="health", binding="agetech-device-types"
    )
    classification: Coding | None = said(
        "Class of ISO 9999 or GB/T 16432 with edition", "ISO 9999 或 GB/T 16432 类目及版次", optional=True, binding="iso-9999"
    )
    status: Literal["needed", "prescribed", "in_use", "abandoned"] = said(
        "Status", "状态", label="sensitive", category="health", binding="agetech"
    )
    reason: Line | None = said("Why", "原因", optional=True, label="sensitive", category="health")


class Place(Model):
    """Where, no finer than needed: an institution and its parts, or a zone at home, by opaque ids."""

    district: Line | None = said("District", "区县", optional=True, label="quasi", category="whereabouts", binding="gb-2260")
    institution: Name | None = said("Institution id", "机构标识", optional=True, label="quasi", category="whereabouts")
    ward: Name | None = said("Ward", "楼层或病区", optional=True, label="sensitive", category="whereabouts")
    room: Name | None = said("Room", "房间", optional=True, label="sensitive", category="whereabouts")
    bed: Name | None = said("Bed", "床位", optional=True, label="sensitive", category="whereabouts")
    zone: Name | None = said("Zone at home", "居家分区", optional=True, label="sensitive", category="whereabouts")


class Carer(Model):
    """A carer by role and opaque handle, with the place in the order of calls."""

    role: Role = said("Role", "角色", binding="agetech-roles")
    handle: Pseudonym = said("Opaque handle; the number behind it is kept elsewhere", "不透明句柄，联系方式另行保存", label="quasi")
    escalation_order: Whole | None = said("Place in the order of calls, from 1", "呼叫顺序，从 1 起", optional=True, unit="1", ge=1)


class ElderProfile(Document):
    """One person by pseudonym."""

    name: ClassVar[str] = "elder-profile"
    version: ClassVar[str] = "1.0.0"
    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "minimal-profile": ("the minimal profile holds no extended field", "最小档案不含扩展字段"),
        "birth-year": ("birth_date falls into birth_year", "出生日期与出生年份一致"),
        "sensitive-needs-consent": ("a sensitive field needs at least one consent", "含敏感字段时须至少引用一份同意书"),
        "sensitive-needs-retention": ("a sensitive field needs retention_until", "含敏感字段时须给出保存期限"),
        "guardian": ("limited or no legal capacity needs a guardian among the carers", "行为能力受限者须有监护人"),
        "escalation-unique": ("places in the order of calls are unique", "呼叫顺序不得重复"),
    }
    schema: Literal["https://schemas.agetech.example/elder-profile/1"] = of("elder-profile")
    schema_version: Annotated[str, Strict(), Field(pattern=r"^1\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")] = stamped("1.0.0")
    profile: Literal["minimal", "extended"] = said("Which fields it may hold", "档案范围", binding="agetech")
    pseudonym: Pseudonym = said("Pseudonym made with a key kept elsewhere", "以外部密钥生成的假名", label="quasi")
    birth_year: Whole | None = said("Year of birth", "出生年份", optional=True, label="quasi", unit="a", ge=1880, le=2100)
    birth_date: Day | None = said("Date of birth, extended profile only", "出生日期，仅限扩展档案", optional=True, label="direct")
    sex: Literal["male", "female", "other", "unknown"] | None = said(
        "Administrative sex", "性别", optional=True, label="quasi", binding="administrative-gender"
    )
    height: Length | None = said("Height", "身高", optional=True, label="sensitive", category="health", unit="cm", binding="loinc-8302-2")
    weight: Mass | None = said("Weight", "体重", optional=True, label="sensitive", category="health", unit="kg", binding="loinc-29463-7")
    languages: tuple[Line, ...] | None = said(
        "Languages and dialects (BCP 47), for speech screening",
        "语言与方言（BCP 47），供言语筛查",
        optional=True,
        label="quasi",
        binding="bcp-47",
    )
    education_years: Natural | None = said("Years of schooling", "受教育年限", optional=True, label="quasi", unit="a", le=40)
    dominant_hand: Literal["left", "right", "both", "unknown"] | None = said(
        "Dominant hand", "利手", optional=True, label="quasi", binding="agetech"
    )
    care_level: CareLevel | None = said(
        "Level of care need", "照护等级", optional=True, label="sensitive", category="health", binding="gbt-42195-2022"
    )
    risk_flags: tuple[RiskFlag, ...] | None = said("Risks", "风险标记", optional=True, label="sensitive", category="health")
    conditions: tuple[Coding, ...] | None = said(
        "Conditions, extended only", "疾病，仅限扩展档案", optional=True, label="sensitive", category="health", binding="icd"
    )
    implants: tuple[Coding, ...] | None = said(
        "Implants that rule devices out (pacemaker)",
        "限制设备使用的植入物（如起搏器）",
        optional=True,
        label="sensitive",
        category="health",
        binding="icd",
    )
    sensory: Sensory | None = said("Senses", "感官状况", optional=True, label="sensitive", category="health")
    mobility: Literal["independent", "cane", "walker", "wheelchair", "bedbound", "unknown"] | None = said(
        "Mobility", "行动能力", optional=True, label="sensitive", category="health", binding="agetech"
    )
    cognition: Literal["normal", "scd", "mci", "dementia_mild", "dementia_moderate", "dementia_severe", "unknown"] | None = said(
        "Known stage of cognition", "已知认知阶段", optional=True, label="sensitive", category="health", binding="agetech"
    )
    assistive_needs: tuple[AssistiveNeed, ...] | None = said(
        "Devices needed or used", "辅具需求", optional=True, label="sensitive", category="health"
    )
    living_context: Literal[
        "home_alone", "home_with_spouse", "home_with_family", "community_day_care", "nursing_home", "hospital", "hospice", "unknown"
    ] = said("Where the person lives", "居住情形", label="quasi", binding="agetech")
    place: Place | None = said(
        "Place, no finer than needed", "所在位置，以够用为限", optional=True, label="sensitive", category="whereabouts"
    )
    carers: tuple[Carer, ...] | None = said("Carers by role", "照护者", optional=True, label="quasi")
    legal_capacity: Literal["full", "limited", "none", "unknown"] | None = said(
        "Legal capacity", "民事行为能力", optional=True, label="sensitive", category="general", binding="agetech"
    )
    consents: tuple[Reference, ...] = said("Consents given", "已有同意书", default=())
    retention_until: Day | None = said("When it must be deleted", "应删除日期", optional=True)
    test_person: Flag | None = said("True for an invented person", "是否为虚构人物", optional=True)

    @model_validator(mode="after")
    def _rules(self) -> Self:
        held = self.__dict__
        if self.profile == "minimal":
            over = next((n for n in _EXTENDED if held[n] is not None), None)
            if over:
                raise Broken("minimal-profile", over, "absent in the minimal profile")
        if self.birth_date is not None and self.birth_year is not None and not self.birth_date.startswith(f"{self.birth_year:04d}-"):
            raise Broken("birth-year", "birth_date", "the year of birth_year")
        if any(held[n] is not None for n in SENSITIVE):
            if not self.consents:
                raise Broken("sensitive-needs-consent", "consents", "at least one consent")
            if self.retention_until is None:
                raise Broken("sensitive-needs-retention", "retention_until", "a date")
        carers = self.carers or ()
        if self.legal_capacity in ("limited", "none") and not any(c.role == "guardian" for c in carers):
            raise Broken("guardian", "carers", "a guardian")
        order = [c.escalation_order for c in carers if c.escalation_order is not None]
        if len(set(order)) != len(order):
            raise Broken("escalation-unique", "carers", "unique places")
        return self


__all__ = ["AssistiveNeed", "CareLevel", "Carer", "ElderProfile", "Place", "RiskFlag", "Sense", "Sensory"]
