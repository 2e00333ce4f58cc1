"""`agetech tasks`: a table for readers, JSON for machines, refusals with their exit codes."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from agetech.cli.tasks import COMMANDS, pairs
from agetech.scoring.tasks import csv_of_events, lines_of_events, measure_task
from tests.unit.scoring.tasks.made import run

ROWS = run("reaction_time", [300 + k for k in range(12)])


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("AGETECH_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")


def call(*arguments):
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command("tasks")(COMMANDS["tasks"])
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def record(tmp_path):
    path = tmp_path / "run.csv"
    path.write_text(csv_of_events(ROWS), encoding="utf-8")
    return path


def test_a_table_with_the_notice(record, monkeypatch):
    got = call(record)
    assert got.exit_code == 0
    assert "Reaction time" in got.output
    assert "0.3055" in got.output
    assert "fewer than the least number" in got.output
    assert "Screening, not diagnosis." in got.output
    assert "trials 12" in got.output
    monkeypatch.setenv("AGETECH_LANG", "zh")
    assert "不能作为诊断" in call(record).output


def test_json_is_the_result(record, tmp_path):
    assert json.loads(call(record, "--json").output) == measure_task(ROWS).as_dict()
    path = tmp_path / "run.jsonl"
    path.write_text(lines_of_events(ROWS), encoding="utf-8")
    got = json.loads(call(path, "--json", "--set", "lapse=0.305", "--least", "mean=3").output)
    assert (got["counts"]["lapses"], got["measures"]["mean"]["n"], got["settings"]["least"]) == (6, 6, {"mean": 3})


def test_refusals_have_exit_codes(record, tmp_path):
    assert call(record, "--set", "laps=3").exit_code == 4
    assert call(record, "--set", "lapse").exit_code == 2
    assert call(tmp_path / "none.csv").exit_code == 5
    record.write_text(csv_of_events([ROWS[1], ROWS[0]]), encoding="utf-8")
    got = call(record)
    assert got.exit_code == 3
    assert "E_TASK_CLOCK" in got.output


def test_values_are_numbers_or_words():
    assert pairs(["a=3", " b = up", "c=1.5"], "--set") == {"a": 3, "b": "up", "c": 1.5}
    for bad in ("a", "=3"):
        with pytest.raises(typer.BadParameter):
            pairs([bad], "--set")
