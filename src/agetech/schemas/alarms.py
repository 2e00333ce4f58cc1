"""The life of an alarm as pure functions: which step is legal, what a history comes to, who is called next.

States. `pending`: the countdown before an alarm, the person can still cancel. `active`: raised. `escalated`: the next contact is
called. `acknowledged`: a person has taken it. `paused`: its sound only, for a while. `resolved`, `cancelled`, `false_alarm`,
`expired` end it. A high alarm that nobody acknowledged has one way on: to be escalated again. It cannot be paused, it cannot
expire, and it ends only after an acknowledgement (or a cancel by the person during the countdown).
The signal follows BICEPS: on, off, latch (the condition is over, nobody has acknowledged), ack.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from agetech.errors import SchemaError

State = Literal["pending", "active", "acknowledged", "paused", "escalated", "resolved", "cancelled", "false_alarm", "expired"]
Signal = Literal["on", "off", "latch", "ack"]
Priority = Literal["high", "medium", "low", "information"]
FINAL = frozenset({"resolved", "cancelled", "false_alarm", "expired"})
START = frozenset({"pending", "active"})
LEGAL: dict[str, frozenset[str]] = {
    "pending": frozenset({"active", "cancelled"}),
    "active": frozenset({"acknowledged", "escalated", "paused", "resolved", "cancelled", "false_alarm", "expired"}),
    "escalated": frozenset({"acknowledged", "escalated", "resolved", "false_alarm"}),
    "acknowledged": frozenset({"resolved", "active", "false_alarm"}),
    "paused": frozenset({"active"}),
    "resolved": frozenset(),
    "cancelled": frozenset(),
    "false_alarm": frozenset(),
    "expired": frozenset(),
}
HUMAN = frozenset({"elder", "spouse", "child", "relative", "guardian", "neighbour", "volunteer", "aide", "nurse", "doctor", "call_centre"})


class Step(Protocol):
    """What the functions read of a transition."""

    @property
    def to(self) -> str: ...  # noqa: D102 - the state entered
    @property
    def role(self) -> str: ...  # noqa: D102 - of who did it
    @property
    def ns(self) -> int: ...  # noqa: D102 - since 1970


@dataclass(frozen=True, slots=True)
class Standing:
    """What a history comes to."""

    state: State
    signal: Signal
    acknowledged: bool
    escalations: int
    condition_over: bool
    ns: int

    @property
    def over(self) -> bool:
        """Return True once nothing can follow."""
        return self.state in FINAL


def first(to: str, ns: int) -> Standing:
    """Return the standing after the first entry of a history."""
    if to not in START:
        raise SchemaError("E_TRANSITION", "/transitions/0/to", expected="pending, active", got=to)
    return Standing(to, "on" if to == "active" else "off", acknowledged=False, escalations=0, condition_over=False, ns=ns)  # type: ignore[arg-type]


def follow(now: Standing, step: Step, *, priority: str, latching: bool, n: int = 0) -> Standing:
    """Return the standing after one more step; SchemaError E_TRANSITION for one that is not legal."""
    place = f"/transitions/{n}"
    to, role = step.to, step.role
    if step.ns < now.ns:
        raise SchemaError("E_TRANSITION", f"{place}/at", expected="not before the step before", got="earlier")
    allowed = _allowed(now, priority)
    if to not in allowed:
        raise SchemaError(
            "E_TRANSITION", f"{place}/to", expected=", ".join(sorted(allowed)) or "none: it is over", got=f"{now.state} to {to}"
        )
    if to in ("acknowledged", "false_alarm", "cancelled") and role not in HUMAN:
        raise SchemaError("E_TRANSITION", f"{place}/actor", expected="a person", got=role)
    acknowledged = to == "acknowledged" or (now.acknowledged and to != "active")
    signal = _signal(to, acknowledged=acknowledged, latching=latching)
    return Standing(to, signal, acknowledged, now.escalations + (to == "escalated"), to in FINAL, step.ns)  # type: ignore[arg-type]


def _allowed(now: Standing, priority: str) -> frozenset[str]:
    legal = LEGAL[now.state]
    if priority == "high" and now.state in ("active", "escalated") and not now.acknowledged:
        return legal & {"acknowledged", "escalated"}
    return legal


def _signal(to: str, *, acknowledged: bool, latching: bool) -> Signal:
    if to in ("active", "escalated"):
        return "on"
    if to == "acknowledged":
        return "ack"
    if to == "resolved" and latching and not acknowledged:
        return "latch"
    return "off"


def replay(steps: Iterable[Step], *, priority: str, latching: bool) -> Standing:
    """Return what a whole history comes to; the first entry raises the alarm. SchemaError for an illegal step or no entry."""
    now: Standing | None = None
    for n, step in enumerate(steps):
        now = first(step.to, step.ns) if now is None else follow(now, step, priority=priority, latching=latching, n=n)
    if now is None:
        raise SchemaError("E_TRANSITION", "/transitions", expected="at least one entry", got="none")
    return now


@dataclass(frozen=True, slots=True)
class Call:
    """Who is to be called next, and when (ns since 1970)."""

    role: str
    contact: str
    due_ns: int


def raise_due(now: Standing, countdown: float) -> int | None:
    """Return when (ns since 1970) a pending alarm becomes active unless the person cancels; None for any other state.

    countdown: s, from the moment it became pending.
    """
    return now.ns + round(countdown * 1e9) if now.state == "pending" else None


def next_call(now: Standing, *, raised_ns: int, ladder: Iterable[tuple[float, str, str]]) -> Call | None:
    """Return the next contact of an alarm nobody has taken: `ladder` rows are (seconds after raising, role, contact), in order.

    After the last row its contact is called again at the ladder's last interval: a high alarm never runs out of people.
    None once the alarm is acknowledged, paused, pending or over.
    """
    rows = list(ladder)
    if now.state not in ("active", "escalated") or now.acknowledged or not rows:
        return None
    if now.escalations < len(rows):
        after, role, contact = rows[now.escalations]
        return Call(role, contact, raised_ns + round(after * 1e9))
    last, role, contact = rows[-1]
    interval = last - (rows[-2][0] if len(rows) > 1 else 0.0)
    return Call(role, contact, raised_ns + round((last + interval * (now.escalations - len(rows) + 1)) * 1e9))
