"""A simulated night from the signal to the page."""

import numpy as np
import pytest

from agetech.errors import ParamsError
from agetech.report.night import NightEvidence, night_page
from agetech.signals.respiration import estimate_rate
from agetech.signals.sleep import BreathEventKind, detect_breath_events
from agetech.simulate.night import simulated_night


@pytest.fixture(scope="module")
def night():
    return simulated_night(1.0, seed=2)


def test_events_of_a_simulated_night(night):
    rows = detect_breath_events(night.breathing, night.fs, spo2=night.spo2, spo2_fs=1.0)
    found = rows[np.isin(rows["kind"], [BreathEventKind.APNEA, BreathEventKind.HYPOPNEA])]
    assert len(night.events) >= 6
    assert abs(len(found) - len(night.events)) <= 1
    assert abs(np.count_nonzero(rows["kind"] == BreathEventKind.DESATURATION) - len(night.events)) <= 1


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_page(night, lang):
    rates = estimate_rate(night.breathing, night.fs, source="displacement")
    rows = detect_breath_events(night.breathing, night.fs, spo2=night.spo2, spo2_fs=1.0)
    page = night_page(NightEvidence(seconds=3600.0, fs=night.fs, rates=rates, events=rows, spo2=night.spo2, simulated=True), lang=lang)
    assert page.startswith("<!")
    assert "REI" in page
    assert ("仿真" if lang == "zh" else "simulated") in page


def test_a_page_of_nothing():
    rates, rows = estimate_rate(np.zeros(0), 25.0, source="belt"), detect_breath_events(np.zeros(0), 25.0)
    assert "REI" in night_page(NightEvidence(seconds=60.0, fs=25.0, rates=rates, events=rows), lang="en")


def test_settings():
    with pytest.raises(ParamsError):
        simulated_night(0.0)
    assert simulated_night(0.5, seed=1).breathing.tobytes() == simulated_night(0.5, seed=1).breathing.tobytes()
