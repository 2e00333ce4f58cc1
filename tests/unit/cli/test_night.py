"""`agetech demo --night`: a simulated night, streamed, with a page for a carer."""

import re

import numpy as np
import pytest

from agetech.cli.exits import ExitCode
from agetech.signals.respiration import estimate_rate
from agetech.signals.sleep import detect_breath_events
from agetech.simulate.night import simulated_night


@pytest.fixture
def night():
    return simulated_night(0.5, seed=3)


def test_the_night_as_json_is_one_batch_run(agetech, tmp_path, night):
    found = agetech("demo", "--night", "--hours", "0.5", "--seed", "3", "--out", "night.html", "--json").json
    rows = detect_breath_events(night.breathing, night.fs, spo2=night.spo2, spo2_fs=1.0)
    rates = estimate_rate(night.breathing, night.fs, source="displacement")
    assert sorted(row["onset"] for row in found["rows"]) == rows["onset"].tolist()
    assert found["breathing_rate"] == pytest.approx(float(np.nanmedian(rates["rate"])))
    assert found["heart_rate"] == pytest.approx(62.0, abs=1.0)
    assert found["source"]["origin"] == "simulated"
    assert [one["start"] for one in found["truth"]] == [one.start for one in night.events]
    assert found["index"]["apneas"] + found["index"]["hypopneas"] >= 1
    page = (tmp_path / "night.html").read_text(encoding="utf-8")
    for word in ("simulated", "Heart rate", "SpO2", "Breathing rate", "Apnea"):
        assert word in page
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", page)  # nothing is fetched from elsewhere


def test_the_night_is_told_in_both_languages(agetech, tmp_path):
    said = agetech("demo", "--night", "--hours", "0.5", "--seed", "3", "--lang", "zh")
    assert said.code == ExitCode.OK
    for word in ("模拟的一夜", "呼吸暂停", "模拟数据", str(tmp_path / "agetech-demo.html")):
        assert word in said.out
    assert 'lang="zh-Hans"' in (tmp_path / "agetech-demo.html").read_text(encoding="utf-8")
    english = agetech("demo", "--night", "--hours", "0.5", "--seed", "3", "--lang", "en").out
    assert "What was simulated" in english
    assert "REI" in english


@pytest.mark.parametrize("hours", ["0", "13", "long"])
def test_an_impossible_night_is_refused(agetech, hours):
    assert agetech("demo", "--night", "--hours", hours).code == ExitCode.USAGE
