"""reference/c/cardiac.beats.c: built without a warning, its rows equal to the kernel's to the bit, its state resumes."""

import base64
import ctypes
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import agetech
from agetech.core import find
from agetech.signals.cardiac import detect_beats
from agetech.simulate.ecg import simulate_ecg
from benchmarks import kernels
from benchmarks.cardiac import c_coefficients

BEATS = find("cardiac.beats")
BOOK = Path(agetech.__file__).parent / "conformance" / "vectors" / "cardiac.beats" / "1.0.0.json"
pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return kernels.build("cardiac.beats", kernels.FLAGS, tmp_path_factory.mktemp("c"))


def same(library, x, fs, **values):
    ours = detect_beats(x, fs, **values)
    theirs = kernels.c_rows(kernels.Machine(BEATS, library, fs, values), np.ascontiguousarray(x), 64)
    assert kernels.same(ours, theirs)
    return len(ours)


def test_the_header_is_what_the_coefficients_give():
    assert c_coefficients.PATH.read_text(encoding="utf-8") == c_coefficients.text()


def test_the_vectors_give_the_same_bits(library):
    rows = 0
    for group in json.loads(BOOK.read_text(encoding="utf-8"))["groups"]:
        for case in group["tests"]:
            if case["result"] != "invalid":
                held = case["inputs"]["ecg"]
                x = np.frombuffer(base64.b64decode(held["b64"]), "<i2").astype(float) * held["scale"]
                rows += same(library, x, group["fs"], **group["params"])
    assert rows > 200


@pytest.mark.parametrize("fs", [100.0, 128.0, 250.0, 360.0, 500.0, 1000.0, 1024.0])
def test_what_goes_wrong_in_life_gives_the_same_bits(library, fs):
    made = simulate_ecg(60.0, fs, seed=int(fs), ectopic=0.15, noise=0.08, drift=0.6, lost=[(20.0, 24.0), (40.0, 40.1)])
    x = made.signal.copy()
    x[np.random.default_rng(1).random(x.size) < 0.01] = np.nan
    x[round(50 * fs) :] *= 0.1
    x[round(30 * fs)] = np.inf
    assert same(library, x, fs) > 30
    assert same(library, -x, fs, learning=5.0, apart=0.25, trust=1.0, again=-4.0) > 30


def test_a_saved_state_goes_on_as_if_nothing_had_happened(library):
    x = simulate_ecg(30.0, 250.0, seed=5).signal
    whole = kernels.c_rows(kernels.Machine(BEATS, library, 250.0, {}), x, 64)
    first, second = (kernels.Machine(BEATS, library, 250.0, {}) for _ in range(2))
    out, more, last = (np.zeros(80, BEATS.dtype) for _ in range(3))
    n = first.push(x[:3217].copy(), out)
    saved = np.zeros_like(first.state)
    save, load = library.cardiac_beats_save, library.cardiac_beats_load
    save.restype, save.argtypes = ctypes.c_size_t, [ctypes.c_void_p, ctypes.c_void_p]
    load.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
    size = save(first.state.ctypes.data, saved.ctypes.data)
    assert load(second.state.ctypes.data, saved.ctypes.data, size - 1) != 0
    assert load(second.state.ctypes.data, saved.ctypes.data, size) == 0
    m = second.push(x[3217:].copy(), more)
    k = second.finish(last)
    assert kernels.same(whole, np.concatenate([out[:n], more[:m], last[:k]]))


@pytest.mark.parametrize("fs", [50.0, 97.9, 1025.0, float("nan"), 101.7])
def test_other_rates_are_refused(library, fs):
    with pytest.raises(ValueError, match="refuses"):
        kernels.Machine(BEATS, library, fs, {})
