"""Filter design and the streaming cascade against scipy."""

import numpy as np
import pytest
from scipy.signal import butter, sosfilt, sosfreqz

from agetech.dsp.biquad import ROOM, bandpass, cascade, highpass, lowpass
from agetech.errors import ParamsError

ORDERS = (1, 2, 3, 4, 5, 6)


def response(sections, fs):
    return sosfreqz(sections, np.linspace(0.001, 0.499, 400) * fs, fs=fs)[1]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("cutoff", "fs"), [(0.5, 50.0), (5.0, 100.0), (40.0, 250.0), (240.0, 500.0)])
@pytest.mark.parametrize(("design", "kind"), [(lowpass, "lowpass"), (highpass, "highpass")])
def test_low_and_high_pass_are_scipys(design, kind, order, cutoff, fs):
    made, theirs = design(order, cutoff, fs), butter(order, cutoff, kind, fs=fs, output="sos")
    assert made.shape == theirs.shape == ((order + 1) // 2, 6)
    np.testing.assert_allclose(response(made, fs), response(theirs, fs), rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("low", "high", "fs"), [(0.6, 6.0, 50.0), (4.0, 11.0, 50.0), (8.0, 20.0, 100.0), (8.0, 20.0, 196.7), (0.1, 0.4, 8.0)]
)
def test_band_passes_are_scipys(order, low, high, fs):
    made, theirs = bandpass(order, low, high, fs), butter(order, (low, high), "bandpass", fs=fs, output="sos")
    assert made.shape == theirs.shape == (order, 6)
    np.testing.assert_allclose(response(made, fs), response(theirs, fs), rtol=1e-6, atol=1e-9)
    edges = np.abs(sosfreqz(made, [low, high], fs=fs)[1])
    np.testing.assert_allclose(edges, np.sqrt(0.5), rtol=1e-6)


def test_every_pole_lies_inside_the_circle():
    for order in ORDERS:
        for row in bandpass(order, 0.05, 0.4, 50.0):
            assert np.abs(np.roots(row[3:])).max() < 1.0


@pytest.mark.parametrize("sections", [lowpass(3, 5.0, 50.0), highpass(4, 1.0, 50.0), bandpass(2, 4.0, 11.0, 50.0)])
def test_the_cascade_streams_what_scipy_filters(sections):
    x = np.random.default_rng(0).normal(size=500)
    state, at = np.zeros(7 + ROOM * len(sections)), 5
    got = [cascade(sections, state, at, float(one)) for one in x]
    np.testing.assert_allclose(got, sosfilt(sections, x), rtol=1e-9, atol=1e-12)
    assert (state[:at] == 0.0).all()
    assert (state[at + ROOM * len(sections) :] == 0.0).all()


@pytest.mark.parametrize("cutoff", [0.0, -1.0, 25.0, 30.0, float("nan")])
def test_a_frequency_that_cannot_be_is_refused(cutoff):
    for design in (lowpass, highpass):
        with pytest.raises(ParamsError, match="E_RANGE"):
            design(2, cutoff, 50.0)
    with pytest.raises(ParamsError, match="E_RANGE"):
        bandpass(2, 1.0, cutoff, 50.0)
