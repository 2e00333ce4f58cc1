"""`agetech run` on the files of recorders: EDF, WFDB, raw radar; units, the choice of a channel, and what is refused."""

import json

import edfio
import numpy as np
import pytest
import wfdb

from agetech.cli.exits import ExitCode
from agetech.core import Recording, find, run
from agetech.errors import ExchangeError, SignalError
from agetech.exchange import read
from agetech.exchange.channels import chosen, fitted
from agetech.exchange.radar import layout_of
from agetech.signals.cardiac import detect_beats
from agetech.simulate.ecg import simulate_ecg
from tests.unit.exchange import test_radar_dump as radar

BEATS, RATE, EVENTS = (find(name) for name in ("cardiac.beats", "respiration.rate", "sleep.breathing"))


@pytest.fixture(scope="module")
def ecg():
    return simulate_ecg(20.0, 250.0, seed=1)


@pytest.fixture
def record(tmp_path, ecg):
    """Write a WFDB record with two leads in uV and a respiration channel."""
    signals = np.column_stack([1e3 * ecg.signal, -1e3 * ecg.signal, np.sin(np.arange(5000) / 200.0)])
    wfdb.wrsamp("record", 250.0, ["uV", "uV", "NU"], ["MLII", "V1", "RESP"], p_signal=signals, fmt=["32"] * 3, write_dir=str(tmp_path))
    return tmp_path / "record.hea"


@pytest.fixture
def night(tmp_path):
    """Write an EDF file with breathing at 10 Hz and SpO2 at 1 Hz."""
    t = np.arange(1200) / 10.0
    signals = [
        edfio.EdfSignal(np.sin(2 * np.pi * t / 4.0), 10.0, label="Thorax", physical_dimension="uV", physical_range=(-2, 2)),
        edfio.EdfSignal(96.0 + np.zeros(120), 1.0, label="SaO2", physical_dimension="%", physical_range=(0, 100)),
    ]
    path = tmp_path / "night.edf"
    edfio.Edf(signals).write(path)
    return path


def test_beats_of_a_record_in_microvolts(agetech, record, ecg):
    found = agetech("run", "cardiac.beats", record, "--channel", "MLII", "--json").json
    assert [row["sample"] for row in found["rows"]] == detect_beats(ecg.signal, 250.0)["sample"].tolist()
    assert found["rows"][5]["amplitude"] == pytest.approx(detect_beats(ecg.signal, 250.0)["amplitude"][5], abs=1e-4)
    assert found["source"]["fs"] == 250.0
    named = agetech("run", "cardiac.beats", record, "--channel", "ecg=MLII", "--json").json
    assert named["rows"] == found["rows"]


def test_two_leads_are_not_guessed_between(agetech, record):
    said = agetech("run", "cardiac.beats", record)
    assert said.code == ExitCode.FILE
    assert "E_CHANNEL_CHOICE" in said.err
    assert "ecg=MLII | ecg=V1" in said.err
    assert "请指明通道" in agetech("run", "cardiac.beats", record, "--lang", "zh").err


@pytest.mark.parametrize(
    ("channel", "code", "word"),
    [
        ("V9", ExitCode.REFUSED, "MLII, V1, RESP"),
        ("ecg=RESP", ExitCode.REFUSED, "E_UNIT_DECLARED"),
        ("ppg=MLII", ExitCode.REFUSED, "MLII, V1, RESP"),
        ("ecg=", ExitCode.FILE, "ecg=CHANNEL"),
    ],
)
def test_a_wrong_channel_is_refused(agetech, record, channel, code, word):
    said = agetech("run", "cardiac.beats", record, "--channel", channel)
    assert said.code == code
    assert word in said.err
    assert "Traceback" not in said.err


def test_breathing_of_a_night(agetech, night):
    found = agetech("run", "respiration.rate", night, "--set", "source=belt", "--channel", "Thorax", "--json").json
    assert np.nanmedian([row["rate"] for row in found["rows"]]) == pytest.approx(15.0, abs=0.2)
    both = agetech("run", "sleep.breathing", night, "--channel", "breathing=Thorax", "--channel", "spo2=SaO2", "--json").json
    assert both["rows"] == []
    alone = agetech("run", "respiration.rate", night, "--set", "source=belt")  # SaO2 comes too slowly to be meant
    assert alone.code == ExitCode.OK


def test_the_library_reads_what_the_command_reads(night, record):
    assert set(read(night).channels) == {"Thorax", "SaO2"}
    assert read(record).units["MLII"] == "uV"
    with pytest.raises(ExchangeError, match="E_FILE_DAMAGED"):
        night.write_bytes(night.read_bytes()[:700])
        read(night)


def test_fitting_keeps_what_fits_and_where_it_came_from(ecg):
    plain = Recording({"ecg": ecg.signal}, fs=250.0, units="mV")
    assert fitted(plain, BEATS) is plain
    other = Recording({"II": 1e3 * ecg.signal, "SpO2": np.full(5000, 96.0)}, fs=250.0, units={"II": "uV", "SpO2": "%"}, device="d1")
    made = fitted(other, BEATS)
    assert made.quality["channels"] == {"ecg": "II"}
    assert made.device == "d1"
    np.testing.assert_array_equal(run(BEATS, made)["sample"], detect_beats(ecg.signal, 250.0)["sample"])
    nothing = Recording({"SpO2": np.full(100, 96.0)}, fs=1.0, units="%")
    with pytest.raises(SignalError, match="E_INPUTS"):
        run(BEATS, fitted(nothing, BEATS))


def test_a_choice_is_read_as_it_stands():
    assert chosen(["II=x"], BEATS) == {"ecg": "II=x"}
    assert chosen(["ecg=II=x"], BEATS) == {"ecg": "II=x"}
    assert chosen(["spo2=A", "breathing=B"], EVENTS) == {"spo2": "A", "breathing": "B"}
    for pair in ("A", "flow=A", "spo2="):
        with pytest.raises(ExchangeError, match="E_CHANNEL_CHOICE"):
            chosen([pair], EVENTS)


LAYOUT = radar.HOW


@pytest.fixture
def dump(tmp_path):
    """Write 70 s of one person at 1.1 m who breathes 15 times a minute, before a wall, and the layout beside it."""
    (tmp_path / "radar.bin").write_bytes(radar.raw(radar.dump()))
    (tmp_path / "layout.json").write_text(json.dumps(LAYOUT), encoding="utf-8")
    return tmp_path / "radar.bin"


def test_a_radar_dump_by_its_layout(agetech, dump):
    found = agetech("run", "respiration.rate", dump, "--layout", dump.parent / "layout.json", "--set", "source=displacement", "--json").json
    told = [row["rate"] for row in found["rows"] if row["rate"] is not None]
    assert told
    assert np.nanmedian(told) == pytest.approx(15.0, abs=0.3)
    assert agetech("run", "respiration.presence", dump, "--layout", dump.parent / "layout.json").code == ExitCode.OK


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"samples": 63}, "E_FILE_DAMAGED"),
        ({"iq": "qi"}, "swapped"),
        ({"colour": 1}, "E_PROFILE"),
        ({"samples": "many"}, "E_PROFILE"),
        ({"chirps": True}, "E_PROFILE"),
        ({"number": "int8"}, "E_PROFILE"),
        ({"carrier": None}, "E_PROFILE"),
    ],
)
def test_a_wrong_layout_is_refused(agetech, dump, change, word):
    (dump.parent / "layout.json").write_text(json.dumps({**LAYOUT, **change}), encoding="utf-8")
    said = agetech("run", "respiration.rate", dump, "--layout", dump.parent / "layout.json", "--set", "source=displacement")
    assert said.code == ExitCode.FILE
    assert word in said.err


def test_a_layout_lacks_nothing():
    with pytest.raises(ExchangeError, match="E_PROFILE"):
        layout_of({"samples": 64})
    assert layout_of(LAYOUT).carrier == 60e9
    assert layout_of(layout_of(LAYOUT)) == layout_of(LAYOUT)
