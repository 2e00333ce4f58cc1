"""The judging halves of the comparison with C; the references themselves are built by `python -m benchmarks.kernels`."""

from __future__ import annotations

import enum

import numpy as np
import pytest

from benchmarks import kernels

ROW = np.dtype([("onset", "i8"), ("peak", "f8"), ("features", "f8", 2)])


def rows(*peaks: float) -> np.ndarray:
    made = np.zeros(len(peaks), ROW)
    made["peak"] = peaks
    return made


def test_equal_rows_are_the_same_and_a_nan_is_a_nan():
    odd = np.array([0x7FF8000000000001], np.int64).view(np.float64)[0]
    assert kernels.same(rows(1.0, np.nan), rows(1.0, odd))


@pytest.mark.parametrize("other", [rows(1.0), rows(1.0, np.nextafter(2.0, 3.0)), rows(1.0, np.nan)])
def test_one_bit_or_one_row_is_a_difference(other):
    assert not kernels.same(rows(1.0, 2.0), other)


def test_the_sign_of_zero_is_a_bit():
    assert not kernels.same(rows(0.0), rows(-0.0))


def test_parameters_become_numbers():
    class Placement(enum.StrEnum):
        WAIST = "waist"
        WRIST = "wrist"

    assert [kernels.as_number(value) for value in (Placement.WRIST, 2, 1.5, True)] == [1.0, 2.0, 1.5, 1.0]


def test_lines_of_called_kernels_are_wanted_too():
    from agetech.core import find

    wanted = {name.rpartition("/")[2] for name, _ in kernels.wanted_lines(find("falls.impact"))}
    assert "resample.py" in wanted  # of another layer, called by the step
    assert len(wanted) > 1
