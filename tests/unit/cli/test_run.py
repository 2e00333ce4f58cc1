"""`agetech run`: a file through an algorithm, in every format, in both languages, and what is refused."""

import csv
import json
from datetime import UTC, datetime

import numpy as np
import pytest

from agetech.cli.exits import ExitCode
from agetech.core import Recording, run
from agetech.exchange import read, write
from agetech.simulate import Direction, Fall, GetUp, Still, Walk, perform
from tests.unit.cli.made import PEAKS


@pytest.fixture(scope="module")
def scene():
    return perform([Still(5.0), Walk(15.0), Fall(Direction.LEFT, 20.0), GetUp(), Still(5.0)], seed=4)


@pytest.fixture
def file(scene, tmp_path):
    """Return a recording on disk that knows its rate, unit, placement and start."""
    path = tmp_path / "walk.npz"
    start = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    write(Recording({"acc": scene.signal}, fs=scene.fs, units="m/s2", placement="waist", start=start, device="made"), path)
    return path


def test_the_rows_are_those_of_the_library(agetech, file, scene):
    rows = run(PEAKS, scene.signal, scene.fs, placement="waist")
    found = agetech("run", "made.peaks", file, "--json").json
    assert [row["impact"] for row in found["rows"]] == rows["impact"].tolist()
    assert found["params"] == {"placement": "waist", "impact": 35.0, "strict": False}
    assert found["source"] == {"name": "walk.npz", "origin": "recorded", "fs": 50.0, "samples": len(scene.signal)}


def test_the_table_has_times_of_day_and_words(agetech, file, scene):
    said = agetech("run", "made.peaks", file)
    impact = scene.truth[0].impact / scene.fs
    assert said.code == 0
    assert f"08:00:{int(impact):02d}" in said.out
    assert "fall" in said.out
    assert "跌倒" in agetech("run", "made.peaks", file, "--lang", "zh").out


def test_settings_reach_the_algorithm(agetech, file):
    found = agetech("run", "made.peaks", file, "--set", "impact=150", "--set", "strict=true", "--json").json
    assert found["rows"] == []
    assert found["params"]["impact"] == 150.0
    assert "No rows." in agetech("run", "made.peaks", file, "--set", "impact=150").out


@pytest.mark.parametrize("suffix", [".html", ".json", ".csv", ".jsonl"])
def test_every_format_is_written(agetech, file, tmp_path, suffix):
    out = tmp_path / f"rows{suffix}"
    said = agetech("run", "made.peaks", file, "--out", out, "--subject", "p-7")
    assert said.code == 0
    assert str(out) in said.out
    text = out.read_text(encoding="utf-8")
    impacts = agetech("run", "made.peaks", file, "--json").json["rows"]
    if suffix == ".html":
        assert text.startswith("<!doctype html>")
        assert "not checked by a person" in text
    elif suffix == ".json":
        assert json.loads(text)["rows"] == impacts
    elif suffix == ".csv":
        assert len(list(csv.reader(text.splitlines()))) == 1 + len(impacts)
    else:
        (document,) = (json.loads(line) for line in text.splitlines())
        assert document["subject"] == "p-7"
        assert document["onset"].startswith("2026-03-01T08:00:2")
        assert len(document["id"]) == 64


@pytest.mark.parametrize(("origin", "word"), [("staged", "fell on purpose"), ("simulated", "nobody fell")])
def test_the_origin_stands_on_the_page(agetech, file, tmp_path, origin, word):
    said = agetech("run", "made.peaks", file, "--origin", origin, "--out", tmp_path / "page.html", "--json")
    assert said.json["source"]["origin"] == origin
    assert word in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert agetech("run", "made.peaks", file, "--origin", "real").code == ExitCode.USAGE


def test_windows_have_a_table_and_a_page(agetech, file, tmp_path):
    said = agetech("run", "made.level", file, "--out", tmp_path / "level.html")
    assert said.code == 0
    assert "Level m/s²" in said.out
    assert "Course" in (tmp_path / "level.html").read_text(encoding="utf-8")


def test_a_table_of_another_maker_needs_a_profile(agetech, scene, tmp_path):
    path = tmp_path / "walk.csv"
    lines = [f"{row / scene.fs:.6f},{x:.6f},{y:.6f},{z:.6f}" for row, (x, y, z) in enumerate(scene.signal)]
    path.write_text("\n".join(["time,x,y,z", *lines]) + "\n", encoding="utf-8")
    refused = agetech("run", "made.peaks", path, "--set", "placement=waist")
    assert refused.code == ExitCode.FILE
    assert "time-xyz" in refused.err
    found = agetech("run", "made.peaks", path, "--profile", "time-xyz", "--fs", "50", "--set", "placement=waist", "--json")
    assert found.code == 0
    assert len(found.json["rows"]) == 1


def test_a_refusal_gives_the_rows_before_it(agetech, scene, tmp_path):
    signal = scene.signal.copy()
    signal[-20:] = 1e6
    path = tmp_path / "bad.npz"
    write(Recording({"acc": signal}, fs=50.0, units="m/s2", placement="waist"), path)
    said = agetech("run", "made.peaks", path)
    assert said.code == ExitCode.REFUSED
    assert "E_RANGE" in said.err
    assert "fall" in said.out
    found = agetech("run", "made.peaks", path, "--out", tmp_path / "bad.json", "--json")
    assert found.code == ExitCode.REFUSED
    assert found.json["error"]["code"] == "E_RANGE"
    assert len(found.json["rows"]) == 1
    assert json.loads((tmp_path / "bad.json").read_text(encoding="utf-8"))["error"]["code"] == "E_RANGE"


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("made.nothing", "FILE"), ExitCode.UNKNOWN, "E_ALGORITHM"),
        (("made.peaks", "nowhere.csv"), ExitCode.FILE, "nowhere.csv"),
        (("made.peaks", "FILE", "--set", "impact=1"), ExitCode.UNKNOWN, "impact"),
        (("made.peaks", "FILE", "--set", "size=1"), ExitCode.UNKNOWN, "E_PARAM_UNKNOWN"),
        (("made.peaks", "FILE", "--set", "placement=wrist"), ExitCode.UNKNOWN, "placement"),
        (("made.peaks", "FILE", "--set", "impact"), ExitCode.USAGE, "NAME=VALUE"),
        (("made.peaks", "FILE", "--out", "rows.docx"), ExitCode.USAGE, ".html"),
        (("made.peaks", "FILE", "--out", "rows.jsonl"), ExitCode.USAGE, "pseudonym"),
        (("made.whole", "FILE"), ExitCode.REFUSED, "rr"),
        (("made.peaks", "."), ExitCode.FILE, "E_FILE"),
    ],
)
def test_what_is_wrong_is_said_with_its_code(agetech, file, arguments, code, word):
    said = agetech("run", *(file if one == "FILE" else one for one in arguments))
    assert said.code == code
    assert word in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


def test_a_hostile_file_name_is_harmless(agetech, file, tmp_path):
    hostile = tmp_path / "a\x1b[31m<script>\u202eb.npz"
    hostile.write_bytes(file.read_bytes())
    out = tmp_path / "page.html"
    said = agetech("run", "made.peaks", hostile, "--out", out)
    assert said.code == 0
    assert "\x1b" not in said.out + said.err
    page = out.read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "\u202e" not in page
    assert "\\u202e" in page


def test_nothing_is_written_over_what_was_read(agetech, file):
    before = file.read_bytes()
    agetech("run", "made.peaks", file)
    assert file.read_bytes() == before
    assert np.array_equal(read(file).channels["acc"], read(file).channels["acc"])
