"""From events to results: what is declared of every measure, least counts, settings, statuses, JSON, and one replay a record."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

import agetech.scoring
from agetech.errors import ParamsError, SignalError
from agetech.scoring import tasks as package
from agetech.scoring.result import SCREENING
from agetech.scoring.tasks import Measure, TaskResult, declared, lines_of_events, measure_task, tasks
from agetech.scoring.tasks.declaration import document, reason, source
from agetech.scoring.tasks.measuring import DOORS
from agetech.scoring.tasks.result import MEASURE_STATUSES, TASK_STATUSES
from agetech.units import UNITS
from tests.unit.scoring.tasks.made import row, run

HAN = re.compile(r"[\u4e00-\u9fff]")
LEVELS = {"verified", "secondary", "memory"}


def steady(n, **more):
    return run("reaction_time", [300 + k for k in range(n)], **more)


def test_every_task_has_a_door_and_every_door_a_task():
    assert set(tasks()) == set(DOORS)
    assert list(tasks()) == sorted(DOORS)


@pytest.mark.parametrize("name", tasks())
def test_every_measure_says_all_about_itself(name):
    task = declared(name)
    assert re.fullmatch(r"\d+\.\d+\.\d+", task.version)
    assert task.hash.startswith("sha256:")
    assert set(task.labels) == {"en", "zh"}
    for one in task.measures.values():
        assert one.unit in UNITS
        assert one.needs >= 0
        assert one.source
        assert one.level in LEVELS
        assert one.formula
        assert one.labels["en"]
        assert one.labels["zh"]
    assert any(not one.optional for one in task.measures.values())


def test_sources_and_reasons_are_used_and_both_languages_speak():
    whole = document()
    used = {one["source"] for task in whole["tasks"].values() for one in task["measures"].values()}
    assert used == set(whole["sources"])
    for name, entry in whole["sources"].items():
        assert source(name) == (entry["citation"], entry["level"])
        assert entry["level"] == "verified" or entry["wanted"]
    for code in whole["reasons"]:
        assert HAN.search(reason(code)["zh"])
        assert not HAN.search(reason(code)["en"])
    assert reason(None) == {}


def test_a_measure_carries_everything():
    got = measure_task(steady(12)).measures["median"]
    assert got == Measure(
        "median",
        pytest.approx(0.3055, abs=1e-15),
        "s",
        12,
        10,
        "ok",
        None,
        "1.0.0",
        declared("reaction_time").measures["median"].source,
        "memory",
        {"en": "median", "zh": "中位数"},
        {},
    )


def test_a_result_names_its_origin():
    rows = steady(12, latency_ms=12.5)
    got = measure_task([*rows, row("reaction_time", 13, 90_000, 200, practice=True, latency_ms=12.5)])
    assert (got.task, got.version, got.content_hash) == ("reaction_time", "1.0.0", declared("reaction_time").hash)
    assert (got.device, got.software, got.latency_ms, got.events) == ("Tablet 10", "1.2.0", 12.5, 13)
    assert got.counts["practice"] == 1
    assert got.value("mean") == measure_task(steady(12)).value("mean")  # the latency is never taken off
    assert got.notice == SCREENING
    assert got.labels == {"en": "Reaction time", "zh": "反应时"}
    with pytest.raises(KeyError):
        got.value("span")


def test_too_few_trials_give_no_number():
    got = measure_task(steady(9)).measures["mean"]
    assert (got.value, got.n, got.needs, got.status, got.reason) == (None, 9, 10, "insufficient_data", "too_few")
    assert got.reasons["zh"]
    enough = measure_task(steady(9), least={"mean": 9})
    assert enough.value("mean") is not None
    assert enough.status == "partial"
    assert enough.settings["least"] == {"mean": 9}
    assert measure_task(steady(10), least={"mean": 11}).value("mean") is None


def test_a_number_without_a_denominator_is_undefined():
    got = measure_task([row("trail_making", 1, 0, 0, condition="A", expected="1", response="1")], {"targets": 2}).measures["a"]
    assert (got.status, got.reason) == ("undefined", "part_not_complete")
    silent = [row("stroop", k, 5000.0 * k, 500, condition="congruent", expected="x", response="x") for k in range(6)]
    one = measure_task(silent).measures["interference"]
    assert (one.status, one.reason, one.n) == ("insufficient_data", "too_few", 0)
    first = measure_task(
        [
            row("word_list", 1, k, kind="study", stimulus=word) if kind else row("word_list", 1, k, 0, condition="recall", response=word)
            for k, (kind, word) in enumerate([(1, "a"), (1, "b"), (1, "c"), (0, "a")])
        ],
        least={"learning_slope": 1},
    )
    assert (first.measures["learning_slope"].status, first.measures["learning_slope"].reason) == ("undefined", "no_denominator")


@pytest.mark.parametrize("least", [{"span": 3}, {"mean": 0}, {"mean": 1.5}, {"mean": 10**6 + 1}])
def test_least_counts_that_are_none(least):
    with pytest.raises(ParamsError) as caught:
        measure_task(steady(3), least=least)
    assert caught.value.code == "E_TASK_SETTING"


def test_unknown_tasks_and_settings_are_refused():
    with pytest.raises(ParamsError) as caught:
        measure_task([row("chess", 1, 0)])
    assert (caught.value.code, caught.value.got) == ("E_TASK", "chess")
    with pytest.raises(ParamsError) as caught:
        measure_task(steady(3), {"laps": 3})
    assert (caught.value.path, caught.value.expected) == ("task reaction_time: laps", "anticipation, lapse")
    with pytest.raises(ParamsError) as caught:
        measure_task([row("word_list", 1, 0)], {"words": 3})
    assert caught.value.expected == "no settings"
    with pytest.raises(SignalError):
        measure_task([])


def test_statuses():
    assert measure_task(steady(10)).status == "ok"
    assert measure_task(steady(3)).status == "insufficient_data"
    assert set(TASK_STATUSES) == {"ok", "partial", "censored", "insufficient_data"}
    assert set(MEASURE_STATUSES) == {"ok", "censored", "insufficient_data", "undefined"}


def test_results_survive_json():
    got = measure_task(steady(60))
    plain = json.loads(json.dumps(got.as_dict(), allow_nan=False))
    assert TaskResult.from_dict(plain) == got
    assert TaskResult.from_dict({**plain, "later": 1, "measures": {k: {**v, "more": 2} for k, v in plain["measures"].items()}}) == got
    assert plain["schema"] == "agetech.scoring.task-result/1"
    assert plain["notice"] == dict(SCREENING)
    assert TaskResult.from_dict(json.loads(got.as_json())).as_json() == got.as_json()


def test_another_process_gives_the_same_bytes(tmp_path):
    path = tmp_path / "run.jsonl"
    rows = run("reaction_time", [300 + 7.3 * (k % 41) + k * k / 50 for k in range(120)])
    path.write_text(lines_of_events(rows), encoding="utf-8")
    program = "import sys; from agetech.scoring import measure_task, read_events; "
    program += "sys.stdout.buffer.write(measure_task(read_events(sys.argv[1])).as_json().encode())"
    seen = set()
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed}
        ran = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, check=True, env=env)
        seen.add(ran.stdout)
    assert seen == {measure_task(rows).as_json().encode()}


def test_the_doors_load_lazily():
    assert agetech.scoring.measure_task is measure_task
    assert agetech.scoring.TaskResult is TaskResult
    assert set(package.__all__) == {name for names in package._HOMES.values() for name in names}
    assert all(getattr(package, name) is not None for name in package.__all__)
    with pytest.raises(AttributeError):
        package.nothing  # noqa: B018
    program = "import sys, agetech.scoring.tasks as t; t.measure_task, t.TaskEvent, t.read_events; "
    program += "print([m for m in ('numpy', 'scipy', 'pydantic') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
