"""Raw radar dumps: layouts, refusals with their cause, and the way to a rate."""

import numpy as np
import pytest

from agetech.core import run
from agetech.errors import ExchangeError
from agetech.exchange.radar import RadarLayout, displacement_recording, read_radar
from agetech.signals.respiration.frames import IqOrder, NumberType

HOW = {"samples": 64, "carrier": 60e9, "slope": 60e12, "sample_rate": 4e6, "frame_rate": 20.0, "chirps": 2, "channels": 2}


def dump(seconds=70, rate=15.0, seed=0):
    """Frames (n, 2, 2, 64) of a breathing chest at 1.1 m and a wall at 2.2 m."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * 20)) / 20
    fast = np.arange(64) / 4e6
    total = 0
    for distance, size in ((1.1 + 0.003 * np.sin(2 * np.pi * rate / 60 * t), 1.0), (2.2 + 0 * t, 1.5)):
        beat = 2 * 60e12 * distance / 299792458.0
        phase = 4 * np.pi * 60e9 * distance / 299792458.0
        total = total + size * np.exp(1j * (2 * np.pi * beat[:, None] * fast + phase[:, None]))
    frames = np.repeat(np.repeat(total[:, None, None, :], 2, 1), 2, 2)
    return 2000 * (frames + 0.05 * (rng.normal(size=frames.shape) + 1j * rng.normal(size=frames.shape)))


def raw(frames, kind="<i2", swap=False, pairs=False):
    i, q = (frames.imag, frames.real) if swap else (frames.real, frames.imag)
    flat = np.stack([i.reshape(-1, 2), q.reshape(-1, 2)], axis=1) if pairs else np.stack([i, q], axis=-1)
    return np.round(flat).astype(kind).tobytes() if "i" in kind else flat.astype(kind).tobytes()


@pytest.mark.parametrize(
    ("bytes_", "layout"),
    [
        ({}, {}),
        ({"swap": True}, {"iq": IqOrder.QI}),
        ({"pairs": True}, {"parts": "pairs"}),
        ({"kind": ">i2"}, {"big_endian": True}),
        ({"kind": "<f4"}, {"number": NumberType.FLOAT32}),
    ],
)
def test_layouts_give_the_rate(tmp_path, bytes_, layout):
    path = tmp_path / "dump.bin"
    path.write_bytes(raw(dump(), **bytes_))
    recording = displacement_recording(read_radar(path, RadarLayout(**HOW, **layout)), nearest=0.5, farthest=1.6)
    rows = run("respiration.rate", recording, source="displacement")
    assert np.abs(rows["rate"] - 15.0).max() < 0.2


@pytest.mark.parametrize(
    ("bytes_", "cause"),
    [({"swap": True}, "I and Q are swapped"), ({"kind": ">i2"}, "bytes of each number")],
)
def test_a_wrong_layout_is_refused_with_its_cause(tmp_path, bytes_, cause):
    path = tmp_path / "dump.bin"
    path.write_bytes(raw(dump(20), **bytes_))
    with pytest.raises(ExchangeError, match="E_RADAR_LAYOUT") as caught:
        read_radar(path, RadarLayout(**HOW))
    assert cause in caught.value.got


def test_noise_cut_and_missing_files_are_refused(tmp_path):
    path = tmp_path / "dump.bin"
    path.write_bytes(np.random.default_rng(0).integers(-9, 9, 64 * 2 * 2 * 2 * 50).astype("<i2").tobytes())
    with pytest.raises(ExchangeError, match="E_RADAR_LAYOUT"):
        read_radar(path, RadarLayout(**HOW))
    path.write_bytes(raw(dump(2))[:-2])
    with pytest.raises(ExchangeError, match="E_FILE_DAMAGED"):
        read_radar(path, RadarLayout(**HOW))
    with pytest.raises(ExchangeError, match="E_FILE_PLACE"):
        read_radar(tmp_path / "none.bin", RadarLayout(**HOW))
