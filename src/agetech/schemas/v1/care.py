"""Care plan: goals with a measure, activities with a time, and what triggers a review."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from agetech.schemas.kinds import Day, Line, Name, Prose, Token, Whole
from agetech.schemas.meaning import said
from agetech.schemas.model import Broken, Model
from agetech.schemas.v1.datatypes import Coding, Document, Period, Range, Reference, Role, of, stamped
from agetech.schemas.v1.person import Carer


class Target(Model):
    """What a goal wants to see measured, in which range, by when."""

    measure: Token = said(
        "Observation type of the catalogue", "观测类型", label="sensitive", category="health", binding="agetech-observation-types"
    )
    range: Range | None = said("Range aimed at", "目标范围", optional=True, label="sensitive", category="health", unit="any")
    due: Day | None = said("By when", "期限", optional=True)


class CareGoal(Model):
    """A goal in the plan."""

    id: Name = said("Id in the plan", "计划内标识")
    description: Prose = said("Goal in words", "目标描述", label="sensitive", category="health")
    lifecycle: Literal["proposed", "planned", "accepted", "active", "on-hold", "completed", "cancelled", "entered-in-error", "rejected"] = (
        said("Life of the goal", "目标状态", binding="goal-status")
    )
    start: Day | None = said("From when", "开始日期", optional=True)
    targets: tuple[Target, ...] | None = said("What is measured", "衡量指标", optional=True)
    code: Coding | None = said("Coded goal", "目标代码", optional=True, label="sensitive", category="health", binding="observation-codes")


class Timing(Model):
    """When an activity is done: daily times, or so many times in a period."""

    times: tuple[Annotated[str, Strict(), Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")], ...] | None = said(
        "Times of day, HH:MM local", "每日时刻（当地时间 HH:MM）", optional=True
    )
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] | None = said(
        "Days of the week", "星期", optional=True, binding="agetech"
    )
    frequency: Whole | None = said("Times in a period", "每周期次数", optional=True, unit="1", ge=1)
    period: Whole | None = said("Length of the period", "周期长度", optional=True, unit="any", ge=1)
    period_unit: Literal["h", "d", "wk", "mo"] | None = said("Unit of the period", "周期单位", optional=True, binding="ucum")


class Activity(Model):
    """Something to be done, by whom, with what."""

    id: Name = said("Id in the plan", "计划内标识")
    kind: Literal["monitor", "assist", "train", "medicate", "visit", "device_use", "other"] = said("Kind", "种类", binding="agetech")
    description: Prose = said("Activity in words", "活动描述", label="sensitive", category="health")
    status: Literal[
        "not-started", "scheduled", "in-progress", "on-hold", "completed", "cancelled", "stopped", "unknown", "entered-in-error"
    ] = said("Status", "状态", binding="care-plan-activity-status")
    code: Coding | None = said(
        "Coded activity", "活动代码", optional=True, label="sensitive", category="health", binding="observation-codes"
    )
    timing: Timing | None = said("When", "时间安排", optional=True)
    performer: Role | None = said("Who does it", "执行者角色", optional=True, binding="agetech-roles")
    device_type: Token | None = said("Device used", "所用设备类型", optional=True, binding="agetech-device-types")
    goals: tuple[Name, ...] | None = said("Goals it serves", "所服务的目标", optional=True)


class CarePlan(Document):
    """A plan of care for one person."""

    name: ClassVar[str] = "care-plan"
    version: ClassVar[str] = "1.0.0"
    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "active-content": ("an active plan has a goal or an activity", "执行中的计划须有目标或活动"),
        "review": ("review_due is after the start", "复评日期晚于开始日期"),
        "plan-ids": ("ids of goals and activities are unique; goals named exist", "目标与活动标识不得重复，引用的目标须存在"),
    }
    schema: Literal["https://schemas.agetech.example/care-plan/1"] = of("care-plan")
    schema_version: Annotated[str, Strict(), Field(pattern=r"^1\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")] = stamped("1.0.0")
    subject: Reference = said("Person by pseudonym", "对象（假名）", label="quasi")
    title: Line | None = said("Title", "标题", optional=True, label="sensitive", category="health")
    status: Literal["draft", "active", "on-hold", "revoked", "completed", "ended", "entered-in-error", "unknown"] = said(
        "Status", "状态", binding="request-status"
    )
    intent: Literal["proposal", "plan", "order", "option", "directive"] = said("Intent", "意图", default="plan", binding="care-plan-intent")
    period: Period | None = said("From when to when", "期间", optional=True, label="quasi")
    setting: Literal["home", "community", "institution", "unknown"] = said("Where", "服务场所", binding="agetech")
    goals: tuple[CareGoal, ...] = said("Goals", "目标", default=(), label="sensitive", category="health")
    activities: tuple[Activity, ...] = said("Activities", "活动", default=(), label="sensitive", category="health")
    triggers: tuple[Token, ...] | None = said("Events that call for a review", "触发复评的事件", optional=True, binding="agetech-events")
    review_due: Day | None = said("When it is reviewed", "复评日期", optional=True)
    team: tuple[Carer, ...] | None = said("Team", "照护团队", optional=True, label="quasi")
    basis: tuple[Reference, ...] | None = said("Assessments it rests on", "所依据的评估", optional=True)
    addresses: tuple[Reference, ...] | None = said(
        "Conditions it is about", "所针对的健康问题", optional=True, label="sensitive", category="health"
    )

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.status == "active" and not self.goals and not self.activities:
            raise Broken("active-content", "goals", "a goal or an activity")
        if (
            self.review_due is not None
            and self.period is not None
            and self.period.start is not None
            and self.review_due <= str(self.period.start)[:10]
        ):
            raise Broken("review", "review_due", "after the start")
        ids = [g.id for g in self.goals] + [a.id for a in self.activities]
        named = {g for a in self.activities for g in a.goals or ()}
        if len(set(ids)) != len(ids) or named - {g.id for g in self.goals}:
            raise Broken("plan-ids", "goals", "unique ids that exist")
        return self


__all__ = ["Activity", "CareGoal", "CarePlan", "Target", "Timing"]
