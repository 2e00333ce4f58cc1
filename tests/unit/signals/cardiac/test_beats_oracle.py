"""The beat detector against its naive twin on simulated ECG."""

import numpy as np
import pytest

from agetech.signals.cardiac import detect_beats
from agetech.signals.cardiac.tables import table
from agetech.simulate.ecg import simulate_ecg
from tests.oracle.cardiac_beats import Twin


@pytest.mark.parametrize("fs", [100.0, 250.0, 360.0])
@pytest.mark.parametrize(
    "kind", [{}, {"irregular": True}, {"ectopic": 0.15}, {"noise": 0.1, "drift": 0.5}, {"rate": 120.0}, {"rate": 38.0}]
)
def test_rows_are_the_twins(fs: float, kind: dict) -> None:
    made = simulate_ecg(30.0, fs, seed=int(fs), **kind)
    rows = detect_beats(made.signal, fs)
    twin = Twin(made.signal, fs, table("beats")).run()
    assert len(rows) > 15
    assert rows["sample"].tolist() == [one["sample"] for one in twin]
    for name in ("rr", "amplitude", "likeness"):
        np.testing.assert_allclose(rows[name], [one[name] for one in twin], rtol=1e-6, atol=1e-9, equal_nan=True)
