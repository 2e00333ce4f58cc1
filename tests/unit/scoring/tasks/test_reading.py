"""Reading events: both formats hold the same rows, and a line that does not hold is named."""

from __future__ import annotations

import json

import pytest

from agetech.errors import ExchangeError, SignalError
from agetech.scoring.tasks import TaskEvent, csv_of_events, events_of_csv, events_of_lines, lines_of_events, read_events, reading
from tests.unit.scoring.tasks.made import pen, row

ROWS = (
    row("word_list", 0, 0.1, 321.25, response='猫, "狗"', condition="recall", practice=True, latency_ms=8.0),
    row("word_list", 1, 5000, stimulus="马", kind="study", level=0.0),
    TaskEvent("word_list", 2, 1e15, "d", "v", kind="pen", x=0.1, y=-2.5, pressure=0.0),
)
LINE = '{"task": "stroop", "trial": 1, "onset_ms": 10, "device": "d", "version": "v"}'
HEAD = "task,trial,onset_ms,device,version"


def test_both_formats_hold_the_same_rows(tmp_path):
    assert events_of_lines(lines_of_events(ROWS)) == ROWS
    assert events_of_csv(csv_of_events(ROWS)) == ROWS
    for name, text in (("e.csv", csv_of_events(ROWS)), ("e.jsonl", lines_of_events(ROWS)), ("E.NDJSON", lines_of_events(ROWS))):
        (tmp_path / name).write_text("\ufeff" + text, encoding="utf-8", newline="")
        assert read_events(tmp_path / name) == ROWS


def test_lines_leave_out_what_says_nothing():
    assert json.loads(lines_of_events([row("stroop", 1, 0)])) == {
        "task": "stroop",
        "trial": 1,
        "onset_ms": 0.0,
        "device": "Tablet 10",
        "version": "1.2.0",
    }


def test_blank_lines_and_line_ends():
    assert len(events_of_lines(f"\n{LINE}\r\n\n{LINE}")) == 2
    assert len(events_of_csv(f"{HEAD}\r\nstroop,1,10,d,v\r\n,,,,\r\n\r\n")) == 1


@pytest.mark.parametrize(
    "line",
    [
        "[1]",
        "7",
        "{",
        '{"task": "stroop"}',
        LINE[:-1] + ', "pratice": true}',
        LINE[:-1] + ', "trial": 2}',
        "[" * 100_000,
    ],
)
def test_lines_that_are_no_rows(line):
    with pytest.raises(ExchangeError) as caught:
        events_of_lines(f"{LINE}\n{line}", "e.jsonl")
    assert (caught.value.code, caught.value.path) == ("E_TASK_FILE", "e.jsonl:2")


def test_rows_that_do_not_hold_are_named_with_their_line():
    with pytest.raises(SignalError) as caught:
        events_of_lines(f"{LINE}\n{LINE.replace('10', 'NaN')}", "e.jsonl")
    assert (caught.value.code, caught.value.path, caught.value.got) == ("E_TASK_EVENT", "e.jsonl:2: task event: onset_ms", "nan")
    with pytest.raises(SignalError) as caught:
        events_of_csv(f"{HEAD}\nstroop,1,nan,d,v\n", "e.csv")
    assert caught.value.path == "e.csv:2: task event: onset_ms"


@pytest.mark.parametrize(
    "cells", ["stroop,1.5,10,d,v", "stroop,1,1_0,d,v", "stroop,١,10,d,v", "stroop," + "9" * 20 + ",10,d,v", "stroop,1,x,d,v"]
)
def test_cells_that_are_no_numbers(cells):
    with pytest.raises(SignalError):
        events_of_csv(f"{HEAD}\n{cells}\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("task,trial,onset_ms,device\n", 1),
        (HEAD + ",pratice\n", 1),
        (HEAD + ",task\n", 1),
        ("", 1),
        (f'{HEAD}\nstroop,1,10,d,"v\n', 2),
    ],
)
def test_headings_and_quotes(text, line):
    with pytest.raises(ExchangeError) as caught:
        events_of_csv(text, "e.csv")
    assert caught.value.path == f"e.csv:{line}"


def test_a_row_of_another_width_and_an_empty_required_cell():
    with pytest.raises(ExchangeError):
        events_of_csv(f"{HEAD}\nstroop,1,10,d\n")
    with pytest.raises(ExchangeError):
        events_of_csv(f"{HEAD}\nstroop,1,10,d,\n")


@pytest.mark.parametrize(("cell", "wanted"), [("true", True), ("1", True), ("FALSE", False), ("0", False), ("", False)])
def test_truth_in_a_cell(cell, wanted):
    assert events_of_csv(f"{HEAD},practice\nstroop,1,10,d,v,{cell}\n")[0].practice is wanted
    with pytest.raises(SignalError):
        events_of_csv(f"{HEAD},practice\nstroop,1,10,d,v,maybe\n")


def test_files_that_cannot_be_read(tmp_path, monkeypatch):
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"\xff\xfe\x00")
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    for path in (bad, folder, tmp_path / "none.jsonl", tmp_path / "e.txt", tmp_path / "none"):
        with pytest.raises(ExchangeError) as caught:
            read_events(path)
        assert caught.value.code == "E_TASK_FILE"
    large = tmp_path / "large.jsonl"
    large.write_text(LINE, encoding="utf-8")
    monkeypatch.setattr(reading, "LARGEST", len(LINE))
    assert len(read_events(large)) == 1
    monkeypatch.setattr(reading, "LARGEST", len(LINE) - 1)
    with pytest.raises(ExchangeError):
        read_events(str(large))


def test_pen_rows_survive():
    sample = pen(12.5, 0.1 + 0.2, 1 / 3, 0.0, condition="contour")
    assert events_of_csv(csv_of_events([sample])) == (sample,)
