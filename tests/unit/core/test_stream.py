"""Streams: placement of chunks, refusals with the rows before them, states that survive, several inputs."""

from __future__ import annotations

import dataclasses
import math
import sys

import numpy as np
import pytest

from agetech.core import Stream, run
from agetech.core.stream import LONGEST_GAP
from agetech.errors import CheckpointError, ParamsError, SignalError
from agetech.testing.examples import example
from tests import toys

FS = 50.0
ACC = example(toys.HITS, {"acc": FS}, seconds=40.0)["acc"]


def test_an_empty_answer_is_one_shared_read_only_array() -> None:
    stream = Stream(toys.HITS, FS)
    first, second = stream.push(ACC[:5]), stream.push(ACC[5:10])
    assert first is second is toys.HITS.nothing
    assert not first.flags.writeable


def test_position_counts_what_was_seen() -> None:
    stream = Stream(toys.HITS, FS)
    stream.push(ACC[:100])
    assert stream.position == {"acc": 100}
    stream.push(ACC[90:130], start=90)
    assert stream.position == {"acc": 130}
    stream.push(ACC[:0], start=200)
    assert stream.position == {"acc": 200}


@pytest.mark.parametrize("start", [True, -1, 1.5, "3", 2**63, [1]])
def test_a_bad_start_is_refused_and_changes_nothing(start) -> None:
    stream = Stream(toys.HITS, FS)
    stream.push(ACC[:70])
    before = stream.save()
    with pytest.raises(ParamsError) as caught:
        stream.push(ACC[:10], start=start)
    assert caught.value.path == "toy.hits: acc: start"
    assert stream.save() == before


def test_a_gap_of_more_than_a_week_is_refused() -> None:
    stream = Stream(toys.HITS, FS)
    with pytest.raises(SignalError) as caught:
        stream.push(ACC[:10], start=int(LONGEST_GAP * FS) + 1)
    assert caught.value.code == "E_TIME_JUMP"
    assert stream.position == {"acc": 0}


def test_a_refusal_carries_the_rows_before_it_and_closes_the_stream() -> None:
    bad = ACC.copy()
    bad[1500, 1] = 2001.0
    stream = Stream(toys.HITS, FS)
    with pytest.raises(SignalError) as caught:
        stream.push(bad)
    expected = run(toys.HITS, ACC[:1500], FS)
    assert len(expected)
    assert caught.value.rows.tobytes() == expected.tobytes()
    assert caught.value.code == "E_RANGE"
    assert "2001" in caught.value.got
    for call in (lambda: stream.push(ACC[:1]), stream.finish, stream.save):
        with pytest.raises(SignalError, match="E_CLOSED"):
            call()


@pytest.mark.parametrize(
    ("scale", "names"),
    [(1 / 9.80665, "[g]"), (1000 / 9.80665, "m[g]"), (256 / 9.80665, "raw counts"), (100.0, "cm/s2"), (0.02, "gravity removed")],
)
def test_a_wrong_unit_is_refused_at_one_sample_for_any_chunking(scale: float, names: str) -> None:
    still = np.tile([0.1, 0.2, 9.8], (1200, 1)) + np.random.default_rng(1).normal(0, 0.02, (1200, 3))
    algorithm = dataclasses.replace(toys.HITS, inputs=(dataclasses.replace(toys.ACC, limit=math.inf),))
    places = set()
    for size in (1, 7, 250, 1200):
        stream, got = Stream(algorithm, FS), b""
        with pytest.raises(SignalError) as caught:
            for at in range(0, len(still), size):
                got += stream.push(still[at : at + size] * scale).tobytes()
        assert caught.value.code == "E_UNIT"
        assert names in caught.value.got
        places.add((str(caught.value), got + caught.value.rows.tobytes()))
    assert len(places) == 1


def test_a_wrong_unit_in_a_short_recording_is_refused_at_its_end() -> None:
    still = np.tile([0.0, 0.0, 1.0], (120, 1))
    with pytest.raises(SignalError, match="E_UNIT"):
        run(toys.HITS, still, FS)
    assert len(run(toys.HITS, still[:20], FS)) == 0


def test_a_device_that_hangs_upside_down_and_a_worn_one_are_accepted() -> None:
    assert len(run(toys.HITS, np.tile([0.0, 0.0, -9.1], (5000, 1)), FS)) == 0
    assert len(run(toys.HITS, np.tile([0.0, 10.6, 0.0], (5000, 1)), FS)) == 0


def test_free_fall_and_strong_shaking_are_no_wrong_unit() -> None:
    calm = np.tile([0.0, 0.0, 9.8], (2000, 1))
    thrown = np.concatenate([calm, np.full((20, 3), 0.1), np.full((30, 3), 40.0), calm])
    assert len(run(toys.HITS, thrown, FS)) >= 1


def test_an_interrupted_push_leaves_the_state_as_it_was() -> None:
    calls = [0]

    def breaks(params, fs, x):
        calls[0] += 1
        if calls[0] == 3:
            raise KeyboardInterrupt
        return (float(x.sum()),)

    shape = dataclasses.replace(toys.AVERAGES.shape, estimate=breaks)
    algorithm = dataclasses.replace(toys.AVERAGES, id="toy.breaks", shape=shape)
    x = np.arange(500.0)
    stream = Stream(algorithm, 10.0)
    stream.push(x[:15])
    before = stream.save()
    with pytest.raises(KeyboardInterrupt):
        stream.push(x[15:])
    assert stream.save() == before
    rows = stream.push(x[15:])
    calls[0] = 10
    assert rows.tobytes() == run(algorithm, x, 10.0).tobytes()


def test_several_inputs_may_run_ahead_of_one_another() -> None:
    rates = {"breathing": 25.0, "spo2": 1.0}
    x = example(toys.DIPS, rates, seconds=200.0)
    batch = run(toys.DIPS, x, rates)
    assert len(batch)
    for order in (("breathing", "spo2"), ("spo2", "breathing")):
        stream = Stream(toys.DIPS, rates)
        got = [stream.push({name: x[name]}) for name in order]
        got.append(stream.finish())
        assert np.concatenate(got).tobytes() == batch.tobytes()


def test_rows_come_once_all_inputs_have_reached_them() -> None:
    rates = {"breathing": 10.0, "spo2": 1.0}
    stream = Stream(toys.DIPS, rates)
    spo2 = np.full(60, 97.0)
    spo2[30:] = 80.0
    assert len(stream.push({"spo2": spo2})) == 0
    assert len(stream.push({"breathing": np.ones(300)})) == 0
    assert len(stream.push({"breathing": np.ones(1)})) == 1


def test_starts_of_several_inputs_go_by_name() -> None:
    rates = {"breathing": 10.0, "spo2": 1.0}
    x = {"breathing": np.ones(600), "spo2": np.full(60, 97.0)}
    x["spo2"][40:] = 80.0
    stream = Stream(toys.DIPS, rates)
    got = [
        stream.push({"breathing": x["breathing"][:300], "spo2": x["spo2"][:30]}),
        stream.push({"breathing": x["breathing"][200:]}, start={"breathing": 200}),
        stream.push({"spo2": x["spo2"][10:]}, start={"spo2": 10}),
        stream.finish(),
    ]
    assert np.concatenate(got).tobytes() == run(toys.DIPS, x, rates).tobytes()
    with pytest.raises(SignalError, match="E_INPUTS"):
        Stream(toys.DIPS, rates).push({"spo2": x["spo2"]}, start={"breathing": 0})
    with pytest.raises(SignalError, match="E_INPUTS"):
        Stream(toys.DIPS, rates).push(x["spo2"])
    with pytest.raises(SignalError, match="E_INPUTS"):
        Stream(toys.DIPS, 10.0)
    with pytest.raises(SignalError, match="E_INPUTS"):
        Stream(toys.DIPS, {"breathing": 10.0})


def test_what_is_given_at_load_must_match() -> None:
    stream = Stream(toys.HITS, FS, impact=25.0)
    stream.push(ACC[:200])
    blob = stream.save()
    kept = Stream.load(blob, algorithm=toys.HITS, fs=FS, impact=25.0)
    assert kept.params == stream.params
    assert Stream.load(blob, algorithm=toys.HITS, params=stream.params).position == {"acc": 200}
    for wrong in ({"fs": 100.0}, {"impact": 26.0}, {"params": toys.HitParams()}, {"algorithm": toys.PAUSES}):
        with pytest.raises(CheckpointError):
            Stream.load(blob, **{"algorithm": toys.HITS, **wrong})
    with pytest.raises(CheckpointError) as caught:
        Stream.load(blob)
    assert caught.value.path == "algorithm"


def test_states_of_the_previous_minor_load_by_a_named_migration() -> None:
    old = dataclasses.replace(toys.HITS, version="1.1.0")
    stream = Stream(old, FS)
    stream.push(ACC[:500])
    blob = stream.save()
    with pytest.raises(CheckpointError, match="1.1.0"):
        Stream.load(blob, algorithm=toys.HITS)

    def from_1_1(header, arrays):
        return header, arrays

    new = dataclasses.replace(toys.HITS, migrations={"1.1": from_1_1})
    resumed = Stream.load(blob, algorithm=new)
    rest = np.concatenate([resumed.push(ACC[500:]), resumed.finish()])
    whole = np.concatenate([stream.push(ACC[500:]), stream.finish()])
    assert rest.tobytes() == whole.tobytes()


def test_forged_states_are_refused() -> None:
    from agetech.core.checkpoint import read_blob, write_blob

    for algorithm, fs, chunk in ((toys.HITS, FS, ACC[:300]), (toys.AVERAGES, 25.0, np.ones(300)), (toys.THINNED, 25.0, np.ones(300))):
        stream = Stream(algorithm, fs)
        stream.push(chunk)
        header, arrays = read_blob(stream.save())
        header.pop("arrays")
        for name, array in arrays.items():
            without = {key: value for key, value in arrays.items() if key != name}
            _refuse(write_blob(header, without), algorithm)
            longer = np.concatenate([array, array[:1]]) if array.shape[0] else np.zeros((3, *array.shape[1:]), array.dtype)
            if not name.endswith("frame0"):
                _refuse(write_blob(header, {**arrays, name: longer}), algorithm)
        _refuse(write_blob(header, {**arrays, "seen": np.array([-1])}), algorithm)
        _refuse(write_blob({**header, "digest": "0" * 16}, arrays), algorithm)
        _refuse(write_blob({**header, "rates": {"acc": 1e9}}, arrays), algorithm)
        _refuse(write_blob({**header, "version": "9.0.0"}, arrays), algorithm)
        _refuse(write_blob({**header, "version": 3}, arrays), algorithm)
        _refuse(write_blob({**header, "params": {"impact": "x"}}, arrays), algorithm)
    stream = Stream(toys.HITS, FS)
    stream.push(ACC[:300])
    header, arrays = read_blob(stream.save())
    record = arrays["engine.record"].copy()
    record["index"] = -5
    _refuse(write_blob(header, {**arrays, "engine.record": record}), toys.HITS)
    for field, value in (("place", 99), ("code", 2), ("limit", 1.0), ("bad", -1)):
        guards = arrays["engine.guards"].copy()
        guards[field] = value
        _refuse(write_blob(header, {**arrays, "engine.guards": guards}), toys.HITS)


def _refuse(blob: bytes, algorithm) -> None:
    with pytest.raises(CheckpointError):
        Stream.load(blob, algorithm=algorithm)


def test_forged_window_places_are_refused() -> None:
    from agetech.core.checkpoint import read_blob, write_blob

    stream = Stream(toys.AVERAGES, 25.0)
    stream.push(np.ones(300))
    header, arrays = read_blob(stream.save())
    for places in ([0, 0], [10**12, 10**12], [-1, 0], [22, 10**6]):
        _refuse(write_blob(header, {**arrays, "engine.places": np.array(places)}), toys.AVERAGES)


def test_a_record_algorithm_does_not_pretend_to_stream() -> None:
    with pytest.raises(ParamsError, match="E_STREAMING"):
        Stream(toys.WHOLE, 10.0)


def test_every_stream_is_audited() -> None:
    seen: list[tuple[str, str]] = []
    active = [True]
    sys.addaudithook(lambda name, args: seen.append(args) if active[0] and name == "agetech.run" else None)
    Stream(toys.HITS, FS)
    run(toys.WHOLE, np.ones(5), 10.0)
    active[0] = False
    assert seen == [("toy.hits", "1.2.0"), ("toy.whole", "1.0.0")]


def test_large_and_converted_chunks_give_the_same_bytes() -> None:
    big = np.tile(ACC, (40, 1))
    batch = run(toys.HITS, big, FS)
    stream = Stream(toys.HITS, FS)
    parts = [stream.push(big[:1]), stream.push(big[1:70000]), stream.push(np.asfortranarray(big[70000:])), stream.finish()]
    assert np.concatenate(parts).tobytes() == batch.tobytes()
