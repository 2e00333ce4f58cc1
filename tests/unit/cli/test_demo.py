"""`agetech demo`: a simulated day, live, with a page."""

import pytest

from agetech.cli.exits import ExitCode
from agetech.core import run
from agetech.simulate import Sensor, day
from tests.unit.cli.made import PEAKS


def test_the_demo_finds_prints_and_writes(agetech, tmp_path):
    said = agetech("demo", "--algorithm", "made.peaks", "--out", "page.html")
    assert said.code == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    for word in ("made.peaks@1.0.0", "fall", "What was simulated", "not how well it does on people", str(tmp_path / "page.html")):
        assert word in said.out
    assert "simulated" in page
    assert "simulated day, seed 1" in page
    assert "judged" not in said.out
    assert said.err == ""


def test_the_demo_in_chinese(agetech, tmp_path):
    said = agetech("demo", "--algorithm", "made.peaks", "--lang", "zh")
    assert "模拟" in said.out
    assert 'lang="zh-Hans"' in (tmp_path / "agetech-demo.html").read_text(encoding="utf-8")


def test_the_demo_as_json_is_one_batch_run(agetech):
    found = agetech("demo", "--algorithm", "made.peaks", "--seed", "2", "--placement", "wrist", "--json").json
    scene = day(seed=2, sensor=Sensor(placement="wrist"))
    rows = run(PEAKS, scene.signal, scene.fs, placement="wrist")
    assert found["params"]["placement"] == "wrist"
    assert [row["impact"] for row in found["rows"]] == rows["impact"].tolist()
    assert [row["peak"] for row in found["rows"]] == rows["peak"].tolist()
    assert [one["kind"] for one in found["truth"]] == ["toss", "fall"]
    assert found["units"]["peak"] == "m/s2"
    assert found["labels"]["kind"] == {"0": "IMPACT", "2": "FALL"}
    assert found["source"] == {"name": "simulated day, seed 2", "origin": "simulated", "fs": 50.0, "samples": len(scene.signal)}


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("--algorithm", "made.nothing"), ExitCode.UNKNOWN, "E_ALGORITHM"),
        (("--placement", "ankle"), ExitCode.UNKNOWN, "waist | chest | pocket | wrist"),
        (("--algorithm", "made.whole"), ExitCode.REFUSED, "rr"),
        (("--algorithm", "made.level", "--out", "nowhere/page.html"), ExitCode.FILE, "page.html"),
        (("--seed", "-1"), ExitCode.USAGE, "seed"),
    ],
)
def test_the_demo_refuses(agetech, arguments, code, word):
    said = agetech("demo", *arguments)
    assert said.code == code
    assert word in said.err
    assert "Traceback" not in said.err
