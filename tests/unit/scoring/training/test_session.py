"""Sessions: what comes next, why they end, and that a resumed one is the uninterrupted one byte for byte."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from random import Random

import pytest

from agetech.errors import CheckpointError, ParamsError
from agetech.scoring.training import Device, Observer, Plan, Psychometric, Session, Stop, simulate
from tests.unit.scoring.training.plans import BEGIN, RULES, TABLE, at, plan, played, session


def sealed(document):
    """Return a document as bytes with a checksum that fits."""
    body = {name: value for name, value in document.items() if name != "checksum"}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    whole = {**body, "checksum": "sha256:" + hashlib.sha256(text).hexdigest()}
    return json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


@pytest.mark.parametrize("kind", sorted(RULES))
def test_resuming_at_every_trial_is_the_uninterrupted_run(kind):
    random = Random(kind)
    whole, resumed = session(kind, trials=40), session(kind, trials=40)
    number = 0
    while whole.reason is None:
        number += 1
        correct, practice = random.random() < 0.7, random.random() < 0.1
        reaction = random.choice([None, 512.25, 300])
        assert (resumed.level, resumed.place) == (whole.level, whole.place)
        for one in (whole, resumed):
            one.answer(at(number), correct=correct, reaction=reaction, practice=practice)
        assert resumed.save() == whole.save()
        resumed = Session.load(resumed.save())  # die and resume
        assert resumed.save() == whole.save()
        assert resumed.result() == whole.result()
    assert resumed.reason == whole.reason == "trials"
    assert resumed.trials == whole.trials


def test_a_trial_says_what_was_presented():
    found = session("3-1")
    level, place = found.level, found.place
    trial = found.answer(at(2), correct=True, reaction=431.5)
    assert (trial.number, trial.level, trial.place, trial.correct, trial.reaction, trial.practice) == (0, level, place, True, 431.5, False)
    assert trial.at == "2026-05-04T09:30:02+00:00"
    assert level == 10.0


def test_places_come_from_seed_and_number():
    places = [plan("3-1").place(i) for i in range(2000)]
    assert places == [plan("3-1").place(i) for i in range(2000)]
    assert set(places) == {0, 1}
    assert 900 < sum(places) < 1100
    other = Plan("spot-the-change", "2.1.0", RULES["3-1"], Stop(80), seed=8)
    assert [other.place(i) for i in range(50)] != places[:50]
    assert plan("2-1").place(0) is None


def test_practice_is_recorded_and_not_counted():
    found = session("2-1", trials=21)
    for number in range(5):
        found.answer(at(number), correct=True, practice=True)
    assert (found.level, found.reason) == (10.0, None)
    found.answer(at(6), correct=True)
    assert found.level == 10.0
    found.answer(at(7), correct=True)
    assert found.level == 6.0
    result = found.result()
    assert (result.trials, result.practice, result.correct, result.estimate) == (2, 5, 1.0, None)


def test_nothing_answered_gives_no_share():
    assert session().result().correct is None


def test_it_ends_by_trials():
    found = played("2-1", [1, 1, 0] * 7, trials=21)
    assert found.reason == "trials"
    assert found.result().trials == 21
    with pytest.raises(ParamsError) as caught:
        found.answer(at(100), correct=True)
    assert (caught.value.code, caught.value.expected, caught.value.got) == ("E_TRAINING_ENDED", "trials", "21")
    assert len(found.trials) == 21


def test_it_ends_by_reversals_before_trials():
    found = session("2-1", reversals=10)
    number = 0
    while found.reason is None:
        number += 1
        found.answer(at(number), correct=number % 3 != 0)
    assert found.reason == "reversals"
    assert found.result().estimate.reversals == 10


def test_it_ends_by_precision_after_the_least_trials():
    least = 12
    found = session("quest", spread=50.0, least=least)  # held from the first trial on
    for number in range(least):
        assert found.reason is None
        found.answer(at(number), correct=True)
    assert found.reason == "precision"


def test_it_ends_by_precision_only_when_precise():
    found = simulate(plan("quest", spread=1.5), Observer(Psychometric("weibull", 3.5, 0.5, 0.005), 3.0, 1), BEGIN)
    assert found.reason == "precision"
    again = Session(found.plan, TABLE, BEGIN)
    spreads = []
    for trial in found.trials:
        again.answer(datetime.fromisoformat(trial.at), correct=trial.correct)
        spreads.append(again._track.spread)
    assert spreads[-1] <= 1.5 < spreads[-2]


@pytest.mark.parametrize(("correct", "edge"), [(False, 20.0), (True, 0.0)])
def test_it_ends_at_the_limit_without_a_threshold(correct, edge):
    found = session("2-1", limit=4)
    number = 0
    while found.reason is None:
        number += 1
        found.answer(at(number), correct=correct)
    assert found.reason == "limit"
    assert {trial.level for trial in found.trials[-4:]} == {edge}
    assert found.trials[-5].level != edge
    assert found.result().estimate is None


def test_it_ends_by_time():
    found = session(seconds=10.0)
    found.answer(at(9.999), correct=True)
    assert found.reason is None
    found.answer(at(10), correct=True)
    assert found.reason == "time"


def test_the_person_may_stop_and_that_is_kept():
    found = played("2-1", [1, 0, 1])
    found.stop()
    assert found.reason == "stopped"
    resumed = Session.load(found.save())
    assert resumed.reason == "stopped"
    with pytest.raises(ParamsError, match="E_TRAINING_ENDED"):
        resumed.answer(at(99), correct=True)


def test_stopping_what_has_ended_changes_nothing():
    found = played("2-1", [1, 1, 0] * 7, trials=21)
    found.stop()
    assert found.reason == "trials"


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        ({"correct": 1}, "correct"),
        ({"correct": None}, "correct"),
        ({"correct": "yes"}, "correct"),
        ({"practice": 0}, "practice"),
        ({"reaction": -1.0}, "reaction"),
        ({"reaction": 600_001}, "reaction"),
        ({"reaction": float("nan")}, "reaction"),
        ({"reaction": True}, "reaction"),
        ({"at": datetime(2026, 5, 4, 9, 31)}, "at"),  # noqa: DTZ001 - refused for that
        ({"at": "2026-05-04T09:31:00Z"}, "at"),
        ({"at": at(3)}, "at"),
    ],
)
def test_answers_that_cannot_be_leave_the_session_as_it_was(answer, field):
    found = played("2-1", [1, 0])
    before = found.save()
    with pytest.raises(ParamsError) as caught:
        found.answer(**{"at": at(60), "correct": True, **answer})
    assert (caught.value.code, caught.value.path) == ("E_TRAINING_TRIAL", f"scoring.training: {field}")
    assert found.save() == before
    for lang in ("en", "zh"):
        assert caught.value.message(lang)
        assert caught.value.remedy(lang)


def test_an_answer_at_the_same_instant_is_in_order():
    found = session()
    found.answer(BEGIN, correct=True)
    found.answer(BEGIN, correct=True)
    assert len(found.trials) == 2


def test_offsets_are_kept_as_they_came():
    shanghai = timezone(timedelta(hours=8))
    found = Session(plan(), TABLE, datetime(2026, 5, 4, 17, 30, tzinfo=shanghai))
    found.answer(at(5), correct=True)
    found.answer(datetime(2026, 5, 4, 17, 30, 7, tzinfo=shanghai), correct=True)
    assert found.started == "2026-05-04T17:30:00+08:00"
    assert [trial.at for trial in found.trials] == ["2026-05-04T09:30:05+00:00", "2026-05-04T17:30:07+08:00"]
    assert Session.load(found.save()).save() == found.save()


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Session("plan", TABLE, BEGIN), "plan"),
        (lambda: Session(plan(), "table", BEGIN), "device"),
        (lambda: Session(plan(), TABLE, BEGIN, ""), "subject"),
        (lambda: Session(plan(), TABLE, BEGIN, "a" * 101), "subject"),
        (lambda: Session(plan(), TABLE, BEGIN, "p\n1"), "subject"),
        (lambda: Session(plan(), TABLE, datetime(2026, 5, 4)), "at"),  # noqa: DTZ001 - refused for that
        (lambda: Device("", "1"), "device.model"),
        (lambda: Device("table", 1), "device.version"),
        (lambda: Device("table", "1", -1.0), "device.latency"),
        (lambda: Device("table", "1", 10_001), "device.latency"),
    ],
)
def test_sessions_that_cannot_begin(make, field):
    with pytest.raises(ParamsError) as caught:
        make()
    assert caught.value.path == f"scoring.training: {field}"


def test_a_saved_session_is_plain_json_with_version_and_checksum():
    document = json.loads(played("weighted", [1, 0, 1]).save())
    assert document["schema"] == "agetech.scoring.training/1"
    assert document["plan"]["rule"]["kind"] == "weighted"
    assert document["device"] == {"model": "table-07", "version": "1.4.2", "latency": 38.0}
    assert [trial["reaction"] for trial in document["trials"]] == [401.0, 402.0, 403.0]  # latency is not subtracted
    assert document["next"] == 11.0
    assert sealed(document) == played("weighted", [1, 0, 1]).save()


@pytest.mark.parametrize(
    ("damage", "field"),
    [
        (lambda blob: blob[:-2], "blob"),
        (lambda blob: b"", "blob"),
        (lambda blob: b"[" * 100_000, "blob"),
        (lambda blob: blob.decode(), "blob"),
        (lambda blob: b"\xff" + blob, "blob"),
        (lambda blob: b"[1]", "schema"),
        (lambda blob: blob.replace(b"training/1", b"training/2"), "schema"),
        (lambda blob: blob.replace(b'"subject"', b'"person"'), "fields"),
        (lambda blob: blob.replace(b"spot-the-change", b"spot-the-chance"), "checksum"),
        (lambda blob: blob.replace(b'"next":', b'"next":NaN,"next":'), "trials"),
        (lambda blob: blob.replace(b'"next":10.0', b'"next":NaN'), "fields"),
    ],
)
def test_damage_is_refused(damage, field):
    blob = played("2-1", [1, 0, 1], trials=30).save() if field != "fields" else session("2-1").save()
    with pytest.raises(CheckpointError) as caught:
        Session.load(damage(blob))
    assert (caught.value.code, caught.value.path) == ("E_TRAINING_STATE", field)


def edited(blob, **changes):
    document = json.loads(blob)
    for path, value in changes.items():
        place = document
        *parents, last = path.split("__")
        for name in parents:
            place = place[int(name) if name.isdigit() else name]
        place[last] = value
    return sealed(document)


@pytest.mark.parametrize(
    "changes",
    [
        {"trials__1__level": 9.0},
        {"trials__1__number": 7},
        {"trials__1__place": 1},
        {"trials__1__at": "2026-05-04T09:00:00+00:00"},
        {"trials__1__at": "yesterday"},
        {"trials__1__correct": 1},
        {"trials__1__reaction": "fast"},
        {"trials__1__extra": 1},
        {"next": 3.0},
        {"started": "2026-05-04T09:30:00"},
        {"started": 5},
        {"stopped": "no"},
        {"stopped": 1},
        {"subject": 4},
        {"trials": None},
        {"trials": [3]},
        {"plan": []},
        {"plan__seed": -1},
        {"plan__rule__kind": "guess"},
        {"plan__rule__kind": ["quest"]},
        {"plan__rule__steps": [0.0]},
        {"plan__rule__steps": 1.0},
        {"plan__rule__extra": 1},
        {"plan__stop__trials": 0},
        {"plan__stop": {}},
        {"device__model": ""},
        {"device": None},
    ],
)
def test_a_forged_session_with_a_good_checksum_is_refused(changes):
    blob = played("2-1", [1, 0, 1]).save()
    assert Session.load(sealed(json.loads(blob))).save() == blob
    with pytest.raises(CheckpointError) as caught:
        Session.load(edited(blob, **changes))
    assert caught.value.code == "E_TRAINING_STATE"


def test_trials_after_the_end_are_refused():
    blob = played("2-1", [1, 1, 0] * 7, trials=22).save()
    with pytest.raises(CheckpointError):
        Session.load(edited(blob, plan__stop__trials=20))


def test_the_same_seed_simulates_the_same_session():
    observer = Observer(Psychometric("logistic", 1.0), 6.0, 3)
    one, other = (simulate(plan("2-1"), observer, BEGIN).save() for _ in range(2))
    assert one == other
    assert simulate(plan("2-1"), Observer(Psychometric("logistic", 1.0), 6.0, 4), BEGIN).save() != one
    assert json.loads(one)["device"]["model"] == "simulated"
    assert datetime.fromisoformat(json.loads(one)["trials"][0]["at"]) == BEGIN.astimezone(UTC) + timedelta(seconds=3)
