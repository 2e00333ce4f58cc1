"""Batch runs over arrays, mappings and recordings, one or many."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from agetech.core import Outcome, Recording, Streams, describe, run, run_many
from agetech.errors import ParamsError, SignalError
from agetech.testing.examples import example
from tests import toys

FS = 50.0
ACC = example(toys.HITS, {"acc": FS}, seconds=40.0)["acc"]
ROWS = run(toys.HITS, ACC, FS)


def test_a_recording_gives_signal_rate_and_unit() -> None:
    assert len(ROWS)
    metric = Recording({"acc": ACC}, fs=FS, units="m/s2")
    assert run(toys.HITS, metric).tobytes() == ROWS.tobytes()
    in_g = Recording({"acc": ACC / 9.80665}, fs=FS, units={"acc": "[g]"})
    assert np.allclose(run(toys.HITS, in_g)["peak"], ROWS["peak"], rtol=1e-12)
    apart = Recording({axis: ACC[:, i] for i, axis in enumerate("xyz")}, fs=FS, units="m/s2")
    assert run(toys.HITS, apart, FS).tobytes() == ROWS.tobytes()
    with pytest.raises(ParamsError, match="fs"):
        run(toys.HITS, metric, 100.0)
    with pytest.raises(SignalError, match="E_INPUTS"):
        run(toys.HITS, Recording({"gyro": ACC}, fs=FS, units="rad/s"))
    with pytest.raises(SignalError, match="m/s2"):
        run(toys.HITS, Recording({"acc": ACC}, fs=FS, units="rad/s"))


def test_placement_comes_from_the_recording() -> None:
    from enum import StrEnum

    from agetech.core import Param, Params

    class Placement(StrEnum):
        WAIST = "waist"
        WRIST = "wrist"

    class Placed(Params):
        placement: Placement = Param(en="place", zh="位置")

    import dataclasses

    def analyse(params, fs, x):
        rows = np.zeros(1, toys.WHOLE.dtype)
        rows["average"] = 1.0 if params.placement is Placement.WRIST else 0.0
        return rows

    algorithm = dataclasses.replace(toys.WHOLE, params=Placed, shape=dataclasses.replace(toys.WHOLE.shape, analyse=analyse))
    wrist = Recording({"breathing": np.ones(9)}, fs=10.0, units="1", placement="wrist")
    assert run(algorithm, wrist)["average"] == 1.0
    assert run(algorithm, wrist, placement="wrist")["average"] == 1.0
    assert run(algorithm, wrist, params=Placed(placement="wrist"))["average"] == 1.0
    for given in ({"placement": "waist"}, {"params": Placed(placement="waist")}):
        with pytest.raises(ParamsError, match="placement"):
            run(algorithm, wrist, **given)
    with pytest.raises(ParamsError, match="E_PARAM_MISSING"):
        run(algorithm, np.ones(9), 10.0)
    nowhere = Recording({"breathing": np.ones(9)}, fs=10.0, units="1", placement="ankle")
    with pytest.raises(ParamsError, match="waist | wrist"):
        run(algorithm, nowhere)


def test_a_late_refusal_carries_all_rows() -> None:
    strange = np.concatenate([np.tile([0.0, 0.0, 1.0], (60, 1)), np.tile([0.0, 30.0, 1.0], (30, 1))])
    with pytest.raises(SignalError) as caught:
        run(toys.HITS, strange, FS)
    assert caught.value.code == "E_UNIT"
    assert len(caught.value.rows) == 2


def test_whole_records_pass_the_gate_too() -> None:
    assert run(toys.WHOLE, np.ones(7), 10.0)["end"] == 7
    assert len(run(toys.WHOLE, [], 10.0)) == 0
    with pytest.raises(SignalError, match="E_SHAPE"):
        run(toys.WHOLE, np.ones((7, 2)), 10.0)
    with pytest.raises(SignalError, match="E_RATE"):
        run(toys.WHOLE, np.ones(7), 0.5)


def test_many_recordings_one_bad() -> None:
    good = Recording({"acc": ACC}, fs=FS, units="m/s2")
    bad = Recording({"acc": ACC / 9.80665}, fs=FS, units="m/s2")
    outcomes = run_many(toys.HITS, [good, bad, good])
    assert [outcome.error is None for outcome in outcomes] == [True, False, True]
    assert outcomes[2].rows.tobytes() == ROWS.tobytes()
    assert isinstance(outcomes[1], Outcome)
    assert outcomes[1].error.code == "E_UNIT"
    assert outcomes[1].rows is None
    assert [o.rows.tobytes() for o in run_many(toys.HITS, [ACC, ACC], fs=FS)] == [ROWS.tobytes()] * 2


def test_many_recordings_on_an_executor() -> None:
    from agetech.core import register, unregister

    register(toys.HITS)
    try:
        with ThreadPoolExecutor(2) as pool:
            outcomes = run_many("toy.hits", [ACC] * 4, fs=FS, executor=pool, impact=25.0)
    finally:
        unregister(toys.HITS)
    expected = run(toys.HITS, ACC, FS, impact=25.0)
    assert all(outcome.rows.tobytes() == expected.tobytes() for outcome in outcomes)


def test_a_crowd_refuses_one_person_alone() -> None:
    x = np.stack([ACC, ACC / 9.80665, ACC])
    many = Streams(toys.HITS, FS, 3)
    pushed = many.push_many(x)
    assert pushed.rows[pushed.person == 2].tobytes() == ROWS.tobytes()
    assert list(many.refused) == [1]
    assert many.refused[1].code == "E_UNIT"
    assert 1 not in many.push_many(x).person
    for wrong, code in ((x[:2], "E_SHAPE"), (x[..., :2], "E_SHAPE"), (x[0], "E_SHAPE"), (x.astype(str), "E_DTYPE"), ("x", "E_DTYPE")):
        with pytest.raises(SignalError) as caught:
            many.push_many(wrong)
        assert caught.value.code == code
    for count in (0, -1, True, 1.5):
        with pytest.raises(ParamsError):
            Streams(toys.HITS, FS, count)
    for algorithm in (toys.DIPS, toys.AVERAGES, toys.WHOLE):
        with pytest.raises(ParamsError, match="E_STREAMING"):
            Streams(algorithm, FS, 3)


def test_more_rows_than_the_buffer_of_a_crowd_holds() -> None:
    shaking = np.tile([[0.0, 0.0, 30.0], [0.0, 0.0, 9.8]], (100, 1))
    many = Streams(toys.HITS, FS, 600, pause=0.02)
    pushed = many.push_many(np.tile(shaking, (600, 1, 1)))
    alone = run(toys.HITS, shaking, FS, pause=0.02)
    assert len(pushed.rows) == 600 * len(alone) > 4096
    assert (np.diff(pushed.person) >= 0).all()
    assert pushed.rows[pushed.person == 599].tobytes() == alone.tobytes()


def test_described_as_plain_data() -> None:
    import json

    text = describe(toys.HITS)
    assert json.loads(json.dumps(text)) == text
    assert text["fields"][2] == {"name": "peak", "kind": "f8", "unit": "m/s2", "meaning": {"en": "size and level", "zh": "幅值"}}
    assert text["params"][0]["bounds"] == {"ge": 5.0, "le": 200.0}
    assert text["params"][0]["unit"] == "m/s2"
    assert text["params"][2]["values"] == ["left", "right"]
    assert text["params"][2]["default"] == "left"
    assert text["inputs"][0]["rates"] == [20.0, 400.0]
    assert text["inputs"][0]["limit"] == 2000.0
    assert describe(toys.PAUSES)["inputs"][0]["rates"] is None
    assert [describe(toy)["shape"] for toy in toys.TOYS] == ["step", "window", "window", "step", "record", "step"]
