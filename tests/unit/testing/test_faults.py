"""Every fault of the catalogue is there, repeatable, does something, and is met with a typed answer."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from agetech.core import Stream
from agetech.errors import CheckpointError, ParamsError
from agetech.testing import FAULTS, Sampled, cases, robustness
from agetech.testing.faults.processes import failing
from tests import toys

T = np.arange(1500) / 50.0
ACC = np.column_stack([np.sin(T), 0.3 * np.cos(3 * T), 9.8 + 0.2 * np.sin(7 * T)])
SIGNAL = Sampled(ACC, 50.0, times=T, scale=9.8, limit=160.0)
TABLE = "time,x,y,z\n0.00,0.1,0.2,9.8\n0.02,0.1,0.2,9.7\n"
DOCUMENT = {"schema_version": "1.2.0", "name": "张三", "value": 1.5}


def blob() -> bytes:
    stream = Stream(toys.HITS, 50.0)
    stream.push(ACC)
    return stream.save()


def edf() -> bytes:
    fields = [("0", 8), ("X", 80), ("Y", 80), ("01.01.26", 8), ("00.00.00", 8), ("512", 8), ("", 44), ("2", 8), ("1", 8), ("1", 4)]
    fields += [("breath", 16), ("", 80), ("mV", 8), ("-1", 8), ("1", 8), ("-32768", 8), ("32767", 8), ("", 80), ("10", 8), ("", 32)]
    return "".join(text.ljust(width) for text, width in fields).encode("ascii") + bytes(40)


def subject(target: str, name: str):
    if name in ("F32", "F34"):
        return datetime(2026, 5, 1, 12, tzinfo=UTC)
    return {
        "params": toys.HitParams,
        "text": "王" if name in ("F47", "F72") else DOCUMENT,
        "table": TABLE,
        "file": edf(),
        "archive": b"",
        "state": blob() if target == "state" else b"",
        "answers": {"q1": 1, "q2": 2, "q3": 0},
        "person": [{"subject": "a", "x": k} for k in range(4)]
        if name == "F68"
        else {"purposes": ["care"], "until": "2030-01-01T00:00:00+08:00"},
    }.get(target, SIGNAL)


WITHOUT_PROCESS = [fault for fault in FAULTS.values() if fault.target != "process"]


def test_the_catalogue_is_complete() -> None:
    assert sorted(FAULTS) == [f"F{number:02d}" for number in range(1, 73)]
    for fault in FAULTS.values():
        assert fault.en
        assert fault.zh
        assert fault.right
        assert fault.right <= set("RAFX")
        assert (fault.variants.__doc__ or "").strip()


def _digest(variant) -> str:
    held = variant.subject
    if isinstance(held, Sampled):
        values = np.asarray(held.values) if not callable(held.values) else np.zeros(0)
        numbers = repr(values.tolist()) if values.dtype == object else values.tobytes()
        held = (numbers, held.fs, None if held.times is None else held.times.tobytes())
    return hashlib.sha256(repr((variant.name, held)).encode()).hexdigest()


@pytest.mark.parametrize("fault", WITHOUT_PROCESS, ids=lambda one: one.id)
def test_a_fault_is_repeatable_and_leaves_its_subject_alone(fault) -> None:
    given = subject(fault.target, fault.id)
    before = pickle.dumps(given)
    first, again = fault.inject(given, 3), fault.inject(given, 3)
    assert first
    assert [_digest(v) for v in first] == [_digest(v) for v in again]
    assert pickle.dumps(given) == before
    assert len({v.name for v in first}) == len(first)


@pytest.mark.parametrize("fault", [f for f in WITHOUT_PROCESS if f.target in ("signal", "clock", "array")], ids=lambda one: one.id)
def test_a_fault_of_a_signal_changes_it(fault) -> None:
    given = subject(fault.target, fault.id)
    if not isinstance(given, Sampled):
        assert all(v.subject != given for v in fault.inject(given))
        return
    clean = _digest(type("V", (), {"name": "", "subject": given})())
    for variant in fault.inject(given):
        made = type("V", (), {"name": "", "subject": variant.subject})()
        same_numbers = fault.id == "F39"
        assert same_numbers or _digest(made) != clean, variant.name


def test_a_day_of_signal_comes_in_chunks() -> None:
    (variant,) = FAULTS["F44"].inject(SIGNAL)
    sizes = [len(chunk) for chunk in variant.subject.values(0.1)]
    assert sum(sizes) == 0.1 * 3600 * 50
    assert max(sizes) == 3000


@pytest.mark.parametrize("name", ["F56", "F57"])
def test_every_damaged_state_is_refused(name: str) -> None:
    for variant in FAULTS[name].inject(blob()):
        with pytest.raises(CheckpointError):
            Stream.load(variant.subject, algorithm=toys.HITS, fs=50.0)


def test_every_bad_parameter_is_refused() -> None:
    for variant in FAULTS["F45"].inject(toys.HitParams):
        with pytest.raises(ParamsError):
            toys.HitParams(**variant.subject)


def test_json_that_python_reads_is_among_the_hostile_one() -> None:
    """The plain reader takes NaN and a key given twice: that is why the catalogue has them."""
    variants = {v.name: v.subject for v in FAULTS["F46"].inject(DOCUMENT)}
    assert json.loads(variants["NaN"])
    assert json.loads(variants["duplicate key"])


def test_failing_operations_are_put_back(tmp_path: Path) -> None:
    kept = os.replace

    def work() -> None:
        (tmp_path / "a").write_text("x", encoding="utf-8")
        os.replace(tmp_path / "a", tmp_path / "b")  # noqa: PTH105 - the call that is made to fail

    for variant in FAULTS["F59"].inject(work):
        with pytest.raises(OSError, match="space|ead-only|ermission"):
            variant.subject()
    outcomes = []
    for variant in FAULTS["F60"].inject(work):
        try:
            variant.subject()
            outcomes.append("done")
        except OSError:
            outcomes.append("failed")
    assert outcomes[0] == "failed"
    assert outcomes[-1] == "done"
    assert os.replace is kept
    with failing(("replace",), 5, 5) as calls:
        work()
    assert calls == [1]


def test_threads_interrupts_plugins_and_environments() -> None:
    (threads,) = FAULTS["F61"].inject(lambda: 7)
    assert threads.subject() == [7] * 8
    for variant in FAULTS["F63"].inject(lambda breaks: [breaks() for _ in range(5)]):
        with pytest.raises((KeyboardInterrupt, RuntimeError)):
            variant.subject()
    assert {v.subject[0] for v in FAULTS["F64"].inject("bad")} == {"bad.module", "bad.name", "bad.type", "bad.syntax"}
    assert all(v.subject["HOME"] == "/h" and len(v.subject) == 2 for v in FAULTS["F66"].inject({"HOME": "/h"}))
    assert len(FAULTS["F58"].inject(["true"])) == 40
    assert [v.subject() for v in FAULTS["F65"].inject(["true"])] == [0, 0, 0]


@pytest.mark.parametrize("algorithm", [toys.HITS, toys.AVERAGES, toys.DIPS, toys.PAUSES, toys.WHOLE], ids=lambda one: one.id)
def test_the_robustness_table_has_a_cell_for_every_fault_and_no_crash(algorithm) -> None:
    cells = robustness(cases(algorithm, seconds=40.0)[0])
    assert {cell.fault for cell in cells} == set(FAULTS)
    assert not [cell for cell in cells if cell.response == "crash"]
    assert all(cell.detail for cell in cells)
    if algorithm is toys.HITS:
        by = {(cell.fault, cell.variant): cell for cell in cells}
        assert by["F40", "1e+30"].response == "R"
        assert by["F03", "all"].response == "A"
        assert by["F39", "strided"].response == "X"
        assert by["F17", "g"].response == "R"
        assert by["F46", ""].response == "n/a"
