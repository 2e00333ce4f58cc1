import random
from itertools import pairwise
from types import SimpleNamespace

import pytest

from agetech.errors import SchemaError
from agetech.schemas import alarms, v1
from agetech.schemas.documents import read
from benchmarks.schemas.make import make

NURSE, MACHINE = v1.Actor(role="nurse"), v1.Actor(role="software")


STATES = sorted(alarms.LEGAL)


def fall(**changes):
    at = "2026-11-23T08:00:00+08:00"
    fields = {
        "id": "e1",
        "recorded_at": at,
        "producer": v1.Producer(name="t", version="1"),
        "subject": v1.Reference(kind="elder-profile", id="p1"),
        "type": "fall",
        "kind": "physiological",
        "priority": "high",
        "onset": at,
        "detected_at": at,
        "state": "active",
        "signal": "on",
        "latching": True,
        "transitions": [v1.Transition(at=at, to="active", actor=MACHINE)],
    }
    return v1.Event(**fields | changes)


def test_a_high_alarm_is_taken_closed_and_judged():
    taken = fall().then("2026-11-23T08:00:20+08:00", "escalated", MACHINE).then("2026-11-23T08:01:00+08:00", "acknowledged", NURSE)
    closed = taken.then("2026-11-23T08:05:00+08:00", "resolved", NURSE)
    assert (closed.state, closed.signal, closed.acknowledged_by) == ("resolved", "off", NURSE)
    verdict = v1.FieldVerdict(outcome="false", cause="sat_down_hard", by="nurse", at="2026-11-23T08:06:00+08:00")
    assert closed.replace(verdict=verdict).verdict == verdict
    with pytest.raises(SchemaError):
        taken.replace(verdict=verdict)
    with pytest.raises(SchemaError):
        v1.FieldVerdict(outcome="false", by="nurse", at="2026-11-23T08:06:00+08:00")


@pytest.mark.parametrize("to", ["resolved", "expired", "paused", "cancelled", "false_alarm"])
def test_no_unacknowledged_high_alarm_ends_or_falls_silent(to):
    with pytest.raises(SchemaError) as caught:
        fall().then("2026-11-23T08:00:20+08:00", to, NURSE)
    assert caught.value.code == "E_TRANSITION"


def test_a_machine_acknowledges_nothing_and_time_does_not_run_back():
    with pytest.raises(SchemaError):
        fall().then("2026-11-23T08:00:20+08:00", "acknowledged", MACHINE)
    with pytest.raises(SchemaError):
        fall().then("2026-11-23T07:00:00+08:00", "acknowledged", NURSE)


def test_a_countdown_can_be_cancelled_by_the_person_only_before_it_ends():
    at = "2026-11-23T08:00:00+08:00"
    pending = fall(
        state="pending",
        signal="off",
        countdown=v1.Quantity(value=30, unit="s"),
        transitions=[v1.Transition(at=at, to="pending", actor=MACHINE)],
    )
    assert pending.then("2026-11-23T08:00:10+08:00", "cancelled", v1.Actor(role="elder")).state == "cancelled"
    raised = pending.then("2026-11-23T08:00:30+08:00", "active", MACHINE)
    with pytest.raises(SchemaError):
        raised.then("2026-11-23T08:00:40+08:00", "cancelled", v1.Actor(role="elder"))
    with pytest.raises(SchemaError):
        pending.replace(countdown=None)


def test_a_history_that_does_not_come_to_the_state_is_refused():
    for change in ({"state": "acknowledged"}, {"signal": "off"}, {"transitions": []}, {"detected_at": "2026-11-23T07:00:00+08:00"}):
        with pytest.raises(SchemaError):
            fall(**change)


def test_a_latched_alarm_stays_latched_until_acknowledged():
    low = fall(priority="low").then("2026-11-23T08:00:20+08:00", "resolved", MACHINE)
    assert low.signal == "latch"


def history(r, priority, latching):
    """Return the steps of a random history that were accepted, and the standing they left."""
    steps, now = [], None
    for k in range(r.randint(1, 8)):
        step = SimpleNamespace(to=r.choice(STATES), role=r.choice(("nurse", "software", "elder")), ns=k)
        try:
            now = alarms.first(step.to, step.ns) if now is None else alarms.follow(now, step, priority=priority, latching=latching)
        except SchemaError:
            assert now is None or step.to not in alarms.LEGAL[now.state] or step.role == "software" or priority == "high"
            continue
        steps.append(step)
    return steps, now


def test_random_steps_replay_to_their_state_and_no_illegal_one_passes():
    r = random.Random(1)
    for _ in range(3000):
        priority, latching = r.choice(("high", "medium", "low", "information")), r.random() < 0.5
        steps, now = history(r, priority, latching)
        if not steps:
            continue
        assert alarms.replay(steps, priority=priority, latching=latching) == now
        assert all(b.to in alarms.LEGAL[a.to] for a, b in pairwise(steps))
        assert (now.state, now.escalations) == (steps[-1].to, sum(s.to == "escalated" for s in steps))
        for n in range(1, len(steps)):
            assert not alarms.replay(steps[:n], priority=priority, latching=latching).over


def test_no_raised_high_alarm_ends_or_falls_silent_before_someone_took_it_since():
    r, ended = random.Random(2), 0
    for _ in range(6000):
        steps, _ = history(r, "high", True)
        taken, raised = False, False
        for step in steps:
            if step.to == "active":
                taken, raised = False, True
            taken = taken or step.to == "acknowledged"
            if step.to in alarms.FINAL or step.to == "paused":
                assert taken or not raised
                ended += raised
    assert ended > 50


def test_the_contacts_are_called_in_order_and_never_run_out():
    ladder = [(30.0, "aide", "a"), (60.0, "nurse", "b"), (180.0, "child", "c")]
    now = alarms.first("active", 0)
    called = []
    for _ in range(6):
        call = alarms.next_call(now, raised_ns=0, ladder=ladder)
        called.append((call.contact, call.due_ns / 1e9))
        now = alarms.follow(now, SimpleNamespace(to="escalated", role="software", ns=call.due_ns), priority="high", latching=True)
    assert called == [("a", 30), ("b", 60), ("c", 180), ("c", 300), ("c", 420), ("c", 540)]
    taken = alarms.follow(now, SimpleNamespace(to="acknowledged", role="nurse", ns=10**12), priority="high", latching=True)
    assert alarms.next_call(taken, raised_ns=0, ladder=ladder) is None


def test_made_events_are_what_they_say():
    r = random.Random(8)
    for _ in range(100):
        event = read(make(r, "event"))
        standing = alarms.replay(event.transitions, priority=event.priority, latching=event.latching)
        assert (standing.state, standing.signal) == (event.state, event.signal)


def test_an_escalation_goes_to_the_next_contact_of_the_alarms_own_order():
    steps = [v1.EscalationStep(after=v1.Quantity(value=n, unit="s"), role="nurse", contact=c) for n, c in ((30, "a"), (60, "b"))]
    event = fall(escalation=v1.EscalationPolicy(steps=steps))
    for k in range(1, 4):
        event = event.then(f"2026-11-23T08:0{k}:00+08:00", "escalated", MACHINE)
    assert [t.contact.id for t in event.transitions[1:]] == ["a", "b", "b"]
    with pytest.raises(SchemaError) as caught:
        fall(escalation=event.escalation).then(
            "2026-11-23T08:01:00+08:00", "escalated", MACHINE, contact=v1.Reference(kind="contact", id="b")
        )
    assert caught.value.path.endswith("/transitions/1/contact")
    assert fall().then("2026-11-23T08:01:00+08:00", "escalated", MACHINE).transitions[1].contact is None


def test_the_verdict_is_a_persons_and_comes_after_closing():
    open_ = fall().then("2026-11-23T08:01:00+08:00", "acknowledged", NURSE)
    closed = open_.then("2026-11-23T08:05:00+08:00", "resolved", NURSE)
    told = closed.judged("false", by="nurse", at="2026-11-23T08:06:00+08:00", cause="sat_down_hard")
    assert (told.verdict.outcome, told.verdict.by, told.state, told.transitions) == ("false", "nurse", "resolved", closed.transitions)
    for event, by, at in ((open_, "nurse", "08:06"), (closed, "software", "08:06"), (closed, "nurse", "08:04")):
        with pytest.raises(SchemaError):
            event.judged("true", by=by, at=f"2026-11-23T{at}:00+08:00")


def test_a_countdown_says_when_it_raises():
    assert alarms.raise_due(alarms.first("pending", 5), 30.0) == 30_000_000_005
    assert alarms.raise_due(alarms.first("active", 5), 30.0) is None
