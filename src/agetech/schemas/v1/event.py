"""Event with alarm: what happened, how sure, and the append-only history of what people did about it."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from agetech.errors import SchemaError
from agetech.schemas import alarms
from agetech.schemas.instants import Instant
from agetech.schemas.kinds import At, Flag, Line, Name, Number, Prose, Share, Token
from agetech.schemas.meaning import said
from agetech.schemas.model import Broken, Model
from agetech.schemas.v1.datatypes import Actor, Coding, Document, Duration, Reference, Role, of, stamped
from agetech.schemas.v1.person import Place


class Transition(Model):
    """One entry of the history: when, to which state, by whom."""

    at: At = said("When", "时间", label="quasi")
    to: alarms.State = said("State entered", "进入的状态", binding="agetech-alarm-states")
    actor: Actor = said("By whom", "操作者")
    contact: Reference | None = said("Who was called, for an escalation", "升级时呼叫的对象", optional=True, label="quasi")
    reason: Line | None = said("Why", "原因", optional=True, label="sensitive", category="health")

    @property
    def role(self) -> str:
        """Return the actor's role."""
        return self.actor.role

    @property
    def ns(self) -> int:
        """Return the moment in ns since 1970."""
        return self.at.ns


class EscalationStep(Model):
    """Whom to call, and how long after raising."""

    after: Duration = said("Time after raising", "报警后时长", unit="s")
    role: Role = said("Role to call", "呼叫角色", binding="agetech-roles")
    contact: Name | None = said("Handle to call", "呼叫句柄", optional=True, label="quasi")
    channel: Token | None = said(
        "Way: call, message, nurse_call ...", "方式：电话、消息、呼叫系统等", optional=True, binding="agetech-channels"
    )


class EscalationPolicy(Model):
    """The contact order; times rise strictly."""

    rules: ClassVar[dict[str, tuple[str, str]]] = {"ladder": ("times rise strictly, in one unit", "时长严格递增且单位一致")}
    steps: tuple[EscalationStep, ...] = said("Contacts in order", "呼叫顺序", min_length=1)

    @model_validator(mode="after")
    def _ladder(self) -> Self:
        if any(a.after.unit != b.after.unit or a.after.value >= b.after.value for a, b in pairwise(self.steps)):
            raise Broken("ladder", "steps", "rising times")
        return self


class Feature(Model):
    """A named number that the algorithm gives with its event."""

    name: Token = said("Name, as the algorithm describes it", "名称，与算法说明一致")
    value: Number | Literal["NaN"] = said(
        "Value; NaN where the algorithm has none",
        "数值；算法未给出时为 NaN",
        label="sensitive",
        category="health",
        unit="any",
        binding="agetech-algorithms",
    )
    unit: Line = said("Unit", "单位", binding="ucum")


class AlgorithmRun(Model):
    """Which algorithm made the event, with which parameters."""

    id: Line = said("Algorithm id", "算法标识", binding="agetech-algorithms")
    version: Line = said("Algorithm version", "算法版本")
    parameters_digest: Line | None = said("Digest of the parameters", "参数摘要", optional=True)


class FieldVerdict(Model):
    """What a carer found once the alarm was closed: the field evidence that benchmarks read later. Since 1.1.0."""

    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "verdict-cause": ("a false alarm names its cause, the others have none", "误报须注明原因，其余不得有原因")
    }
    outcome: Literal["true", "false", "test", "unknown"] = said(
        "Was it real", "是否属实", label="sensitive", category="health", binding="agetech"
    )
    cause: Token | None = said("Cause of a false alarm", "误报原因", optional=True, binding="agetech-false-causes")
    by: Role = said("Who says so, by role", "判定者角色", binding="agetech-roles")
    at: At = said("When it was said", "判定时间", label="quasi")

    @model_validator(mode="after")
    def _cause(self) -> Self:
        if (self.cause is not None) != (self.outcome == "false"):
            raise Broken("verdict-cause", "cause", "given exactly for false")
        return self


class Event(Document):
    """Something that happened to a person, a device or a place, with the alarm it raised."""

    name: ClassVar[str] = "event"
    version: ClassVar[str] = "1.1.0"
    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "verdict-closed": ("a verdict follows the closing", "判定须在报警关闭之后"),
        "detected-after-onset": ("detected_at is not before onset", "检出时间不早于发生时间"),
        "transition": ("every step of the history is legal", "历史中每一步均须合法"),
        "replay": ("the history comes to the state, signal and acknowledgement given", "由历史推得的状态须与所给一致"),
        "acknowledged-by": ("an acknowledged alarm names by whom", "已确认的报警须注明确认者"),
        "countdown": ("a pending alarm has its countdown", "预报警须有倒计时"),
    }
    schema: Literal["https://schemas.agetech.example/event/1"] = of("event")
    schema_version: Annotated[str, Strict(), Field(pattern=r"^1\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")] = stamped("1.1.0")
    subject: Reference = said("Who or what it is about", "事件对象", label="quasi")
    device: Reference | None = said("Device", "设备", optional=True)
    type: Token = said(
        "Type: fall bed_exit apnea call_button ...",
        "类型：跌倒、离床、呼吸暂停、呼叫等",
        label="sensitive",
        category="health",
        binding="agetech-events",
    )
    kind: Literal["physiological", "technical", "other"] = said("Kind of alarm condition", "报警条件种类", binding="biceps-alert-kind")
    priority: alarms.Priority = said("Priority", "优先级", binding="alarm-priority")
    onset: At = said("When it began", "发生时间", label="quasi")
    detected_at: At = said("When it was known", "检出时间", label="quasi")
    ended_at: At | None = said("When the condition ended", "情形结束时间", optional=True, label="quasi")
    confidence: Share | None = said("Confidence", "置信度", optional=True, unit="1")
    stage: Token | None = said(
        "Stage: detected recovered long_lie ...",
        "阶段：检出、恢复、久卧等",
        optional=True,
        label="sensitive",
        category="health",
        binding="agetech-stages",
    )
    state: alarms.State = said("State of the alarm", "报警状态", binding="agetech-alarm-states")
    signal: alarms.Signal = said("Signal", "报警信号", binding="biceps-signal-presence")
    latching: Flag = said("Stays on until acknowledged", "是否锁存")
    countdown: Duration | None = said("Time in which the person can cancel", "可取消的倒计时", optional=True, unit="s")
    transitions: tuple[Transition, ...] = said("History, append-only", "历史，只可追加", min_length=1)
    escalation: EscalationPolicy | None = said("Contact order", "升级呼叫顺序", optional=True)
    acknowledged_by: Actor | None = said("Who took it", "确认者", optional=True)
    response: Coding | None = said(
        "What was done", "处置", optional=True, label="sensitive", category="health", binding="observation-codes"
    )
    location: Place | None = said("Where", "地点", optional=True, label="sensitive", category="whereabouts")
    evidence: tuple[Reference, ...] | None = said("Recordings and observations", "证据（记录、观测）", optional=True)
    algorithm: AlgorithmRun | None = said("Algorithm that found it", "检出算法", optional=True)
    features: tuple[Feature, ...] | None = said(
        "Fields of the algorithm's row", "算法输出的各字段", optional=True, label="sensitive", category="health", unit="any"
    )
    verdict: FieldVerdict | None = said(
        "What a carer found after closing; since 1.1.0",
        "关闭后照护者的判定；自 1.1.0 起",
        optional=True,
        label="sensitive",
        category="health",
    )
    note: Prose | None = said("Words", "备注", optional=True, label="sensitive", category="health")

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.detected_at.ns < self.onset.ns:
            raise Broken("detected-after-onset", "detected_at", "not before onset")
        try:
            now = alarms.replay(self.transitions, priority=self.priority, latching=self.latching)
        except SchemaError as fault:
            raise Broken("transition", fault.path.lstrip("/"), fault.expected) from None
        if (now.state, now.signal) != (self.state, self.signal):
            raise Broken("replay", "state", f"{now.state}, {now.signal}")
        if now.acknowledged and self.acknowledged_by is None:
            raise Broken("acknowledged-by", "acknowledged_by", "who took it")
        if self.transitions[0].to == "pending" and self.countdown is None:
            raise Broken("countdown", "countdown", "the countdown")
        if self.verdict is not None and (not now.over or self.verdict.at.ns < now.ns):
            raise Broken("verdict-closed", "verdict", "after closing")
        return self

    def then(self, at: Instant | str, to: str, actor: Actor, **more: Any) -> Self:
        """Return the event with one more entry in its history; SchemaError for a step that is not legal.

        more: contact, reason of the entry. The history before stays as it is. An escalation goes to the next contact of the alarm's own
        order, which is filled in; another contact is refused.
        """
        if to == "escalated" and self.escalation is not None:
            more = more | self._next_contact(more.get("contact"))
        entry = Transition(at=at if isinstance(at, Instant) else Instant(at), to=to, actor=actor, **more)
        now = alarms.replay((*self.transitions, entry), priority=self.priority, latching=self.latching)
        taken = entry.actor if to == "acknowledged" else (self.acknowledged_by if now.acknowledged else None)
        changes: dict[str, Any] = {
            "transitions": (*self.transitions, entry),
            "state": now.state,
            "signal": now.signal,
            "acknowledged_by": taken,
        }
        if now.over and self.ended_at is None:
            changes["ended_at"] = entry.at
        return self.replace(**changes)

    def _next_contact(self, given: Reference | None) -> dict[str, Reference]:
        steps = self.escalation.steps if self.escalation else ()
        done = sum(entry.to == "escalated" for entry in self.transitions)
        wanted = steps[min(done, len(steps) - 1)].contact
        if wanted is None:
            return {}
        if given is not None and given.id != wanted:
            place = f"event#/transitions/{len(self.transitions)}/contact"
            raise SchemaError("E_TRANSITION", place, expected="the next contact in order", got="another")
        return {"contact": given or Reference(kind="contact", id=wanted)}

    def judged(self, outcome: str, *, by: str, at: Instant | str, cause: str | None = None) -> Self:
        """Return the closed event with what a carer found: true, false (with its cause), test or unknown.

        SchemaError E_TRANSITION where it is not closed, or not a person says so: a device cannot vouch for its own alarm.
        """
        if self.state not in alarms.FINAL:
            raise SchemaError("E_TRANSITION", "event#/verdict", expected=", ".join(sorted(alarms.FINAL)), got=self.state)
        if by not in alarms.HUMAN:
            raise SchemaError("E_TRANSITION", "event#/verdict/by", expected="a person", got=by)
        when = at if isinstance(at, Instant) else Instant(at)
        return self.replace(verdict=FieldVerdict(outcome=outcome, cause=cause, by=by, at=when))


__all__ = ["AlgorithmRun", "EscalationPolicy", "EscalationStep", "Event", "Feature", "FieldVerdict", "Transition"]
