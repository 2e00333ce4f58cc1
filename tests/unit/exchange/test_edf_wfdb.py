"""EDF and WFDB: values come back, and a header that lies is an error."""

import edfio
import numpy as np
import pytest
import wfdb

from agetech.errors import ExchangeError
from agetech.exchange.edf import read_edf, read_header
from agetech.exchange.wfdb import read_wfdb


@pytest.fixture
def edf(tmp_path):
    t = np.arange(400) / 20
    signals = [
        edfio.EdfSignal(np.sin(t), 20.0, label="Chest", physical_dimension="mV", physical_range=(-2, 2)),
        edfio.EdfSignal(95 + np.zeros(20), 1.0, label="SpO2", physical_dimension="%", physical_range=(0, 100)),
    ]
    path = tmp_path / "night.edf"
    edfio.Edf(signals).write(path)
    return path


def test_edf_values(edf):
    recording = read_edf(edf)
    np.testing.assert_allclose(recording.channels["Chest"], np.sin(np.arange(400) / 20), atol=1e-4)
    assert read_edf(edf, signals=("SpO2",)).channels["SpO2"].shape == (20,)
    header = read_header(edf)
    assert (header.names, header.units) == (("Chest", "SpO2"), ("mV", "%"))


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (236, "-1      "),
        (236, "99999999"),
        (244, "0       "),
        (252, "0   "),
        (252, "abc "),
        (184, "1       "),
        (256 + 2 * (16 + 80 + 8), "2       "),
        (256 + 2 * (16 + 80 + 8 + 8 + 8), "32767   "),
        (256, "\u00e4"),
        (192, "EDF+D"),
    ],
)
def test_a_lying_edf_header_is_an_error(edf, at, text):
    raw = bytearray(edf.read_bytes())
    raw[at : at + len(text)] = text.encode("latin-1")
    edf.write_bytes(raw)
    with pytest.raises(ExchangeError):
        read_edf(edf)


@pytest.mark.parametrize("size", [0, 100, 300, 800, -1])
def test_a_cut_edf_file_is_an_error(edf, size):
    edf.write_bytes(edf.read_bytes()[:size])
    with pytest.raises(ExchangeError):
        read_edf(edf)


def test_unknown_signals_and_files(edf, tmp_path):
    with pytest.raises(ExchangeError):
        read_edf(edf, signals=("Flow",))
    with pytest.raises(ExchangeError, match="E_FILE_PLACE"):
        read_edf(tmp_path / "none.edf")


@pytest.fixture
def record(tmp_path):
    x = np.column_stack([np.sin(np.arange(500) / 20), 90 + np.zeros(500)])
    wfdb.wrsamp("r1", fs=50, units=["mV", "%"], sig_name=["II", "SpO2"], p_signal=x, fmt=["16", "16"], write_dir=str(tmp_path))
    return tmp_path / "r1"


def test_wfdb_values(record):
    recording = read_wfdb(record)
    np.testing.assert_allclose(recording.channels["II"], np.sin(np.arange(500) / 20), atol=1e-3)
    assert read_wfdb(f"{record}.hea").channels["SpO2"].shape == (500,)


@pytest.mark.parametrize(
    ("old", "new"),
    [("r1 2 50 500", "r1 2 50 5000"), ("r1 2 50", "r1 0 50"), ("r1 2 50", "r1 2 x"), ("r1.dat", "../r1.dat"), ("r1.dat", "r2.dat")],
)
def test_a_lying_wfdb_header_is_an_error(record, old, new):
    header = record.with_suffix(".hea")
    header.write_text(header.read_text().replace(old, new))
    with pytest.raises(ExchangeError):
        read_wfdb(record)
