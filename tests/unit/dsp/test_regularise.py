"""The regulariser: what it repairs, that it says so, and that chunks do not matter."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from agetech.dsp.regularise import Regulariser, Stamps, regularise
from agetech.dsp.repairs import REPAIRS, Report
from agetech.errors import CheckpointError, ParamsError, SignalError

FS = 50.0


def wave(t: np.ndarray) -> np.ndarray:
    return np.column_stack((np.sin(2 * np.pi * 0.7 * t), np.cos(2 * np.pi * 1.3 * t), 9.8 + 0.1 * t))


def bursts(n: int, seed: int, *, fs: float = FS, size: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Return (true times, arrival stamps) of n samples delivered in bursts, rounded to ms, as a watch does."""
    rng = np.random.default_rng(seed)
    true = np.arange(n) / fs
    sent = (np.arange(n) // size + 1) * size - 1
    ready = true[np.minimum(sent, n - 1)] + rng.gamma(2.0, 0.005, n // size + 1)[np.arange(n) // size]
    within = np.arange(n) % size * rng.integers(1, 4, n) * 1e-3
    return true, np.maximum.accumulate(np.round(ready + within, 3))


def chunks(times: np.ndarray, values: np.ndarray, cuts: list[int], *, resume: bool, **settings: object) -> tuple[np.ndarray, Report]:
    one = Regulariser(FS, **settings)  # type: ignore[arg-type]
    got = []
    for part in np.split(np.arange(len(times)), sorted(cuts)):
        got.append(one.push(times[part], values[part]))
        if resume:
            one = Regulariser.load(one.save())
    got.append(one.finish())
    return np.concatenate(got), one.report


def test_uniform_samples_come_out_as_they_went_in() -> None:
    x = np.random.default_rng(1).normal(size=(500, 3))
    for zero in (0.0, -3.5, 1.7e9):
        made = regularise(np.arange(500) / FS + zero, x, FS, stamps="sample")
        assert np.array_equal(made.values, x)
        assert made.pieces == ((0, zero),)
        assert made.report.rate == pytest.approx(FS)
        counts = {repair.name: count for repair, count in made.report.meanings()}
        assert {name for name, count in counts.items() if count} == {"samples", "rows"}


def test_one_dimension_stays_one_dimension() -> None:
    made = regularise(np.arange(10) / FS, np.arange(10), FS, stamps=Stamps.SAMPLE)
    assert made.values.shape == (10,)
    assert np.array_equal(np.asarray(made), np.arange(10.0))
    assert len(made) == 10


def test_dropped_samples_are_interpolated_up_to_the_limit_and_missing_beyond() -> None:
    t = np.arange(400) / FS
    keep = np.ones(400, bool)
    keep[50:60] = False  # 0.2 s: filled
    keep[200:250] = False  # 1.0 s: missing
    made = regularise(t[keep], 3.0 * t[keep], FS, stamps="sample", limit=0.5)
    assert len(made) == 400
    assert np.isnan(made.values[200:250]).all()
    known = np.r_[0:200, 250:400]
    assert made.values[known] == pytest.approx(3.0 * t[known], abs=1e-9)
    assert (made.report.filled, made.report.missing, made.report.gaps) == (10, 50, 1)


@pytest.mark.parametrize("share", [0.1, 0.2, 0.3])
@pytest.mark.parametrize("seed", range(3))
def test_thirty_percent_dropped_keeps_rate_and_positions(share: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    t = np.arange(3000) / FS
    keep = rng.random(3000) >= share
    keep[[0, -1]] = True
    made = regularise(t[keep], wave(t[keep]), FS, stamps="sample")
    assert len(made) == 3000
    assert np.nanmax(np.abs(made.values - wave(t))) < 0.25
    assert made.report.filled == 3000 - keep.sum()
    assert made.report.missing == 0


def test_repeated_millisecond_stamps_keep_every_sample() -> None:
    t = np.arange(1000) / 200.0
    late = t.copy()
    late[3:-6:6] = late[4:-5:6]  # every sixth is stamped with the next one's stamp
    made = regularise(late, 5.0 * t, 200.0, stamps="sample")
    assert made.report.repeated == 166
    assert made.values == pytest.approx(5.0 * t, abs=1e-9)


def test_jitter_backwards_keeps_the_order_of_arrival() -> None:
    t = np.arange(200) / FS
    shaken = t.copy()
    shaken[100] = shaken[99] - 0.001
    made = regularise(shaken, t, FS, stamps="sample")
    assert made.report.backward == 1
    assert made.report.jumps == 0
    assert np.abs(made.values - t).max() < 0.021


@pytest.mark.parametrize("stamps", list(Stamps))
@pytest.mark.parametrize("jump", [3600.0, -3600.0, 86400.0 * 365, -7.0])
def test_a_set_clock_begins_a_new_piece_after_a_second_of_nothing(stamps: Stamps, jump: float) -> None:
    t = np.arange(500) / FS
    set_at = t + np.where(np.arange(500) >= 250, jump, 0.0)
    made = regularise(set_at, t, FS, stamps=stamps)
    assert made.report.jumps == 1
    assert len(made) == pytest.approx(550, abs=2)
    assert np.isnan(made.values).sum() == 50
    assert len(made.pieces) == 2
    base = made.time_base("2026-01-05T08:00:00+08:00")
    row, stamp = made.pieces[1]
    assert stamp == pytest.approx(set_at[250], abs=0.03)
    assert (base.instant(row) - base.instant(0)).total_seconds() == pytest.approx(set_at[250] - t[0], abs=0.03)


def test_a_chunk_sent_again_is_dropped() -> None:
    t = np.arange(500) / FS
    x = wave(t)
    order = np.r_[0:200, 150:200, 200:500]
    made = regularise(t[order], x[order], FS, stamps="sample")
    assert np.array_equal(made.values, x)
    assert made.report.duplicate == 50


@pytest.mark.parametrize("stamps", list(Stamps))
def test_swapped_blocks_are_put_in_order(stamps: Stamps) -> None:
    t = np.arange(1000) / FS
    order = np.r_[0:400, 420:440, 400:420, 440:1000]
    made = regularise(t[order], t[order], FS, stamps=stamps)
    assert made.report.moved == 20
    assert made.values == pytest.approx(t, abs=0.005)


def test_a_block_that_comes_far_too_late_is_dropped_and_said() -> None:
    t = np.arange(1000) / FS
    order = np.r_[0:400, 420:600, 400:420, 600:1000]
    made = regularise(t[order], wave(t[order]), FS, stamps="sample")
    assert made.report.late == 20
    assert made.report.jumps == 0
    assert len(made) == 1000


def test_samples_without_value_or_stamp() -> None:
    t = np.arange(300) / FS
    x = wave(t)
    x[10] = np.nan
    x[20] = np.inf
    x[30, 1] = np.nan
    stamps = t.copy()
    stamps[40] = np.nan
    made = regularise(stamps, x, FS, stamps="sample")
    assert (made.report.absent, made.report.unstamped) == (2, 1)
    assert np.isfinite(made.values[[10, 20, 40]]).all()
    assert np.isnan(made.values).sum() == 1
    assert np.isnan(made.values[30, 1])


@pytest.mark.parametrize("fs", [25.0, 39.7, 49.6, 50.0, 100.0])
def test_bursts_are_placed_to_a_fraction_of_a_period(fs: float) -> None:
    errors = []
    for seed in range(5):
        true, arrived = bursts(1500, seed, fs=fs)
        made = regularise(arrived, true, max(FS, fs) if fs > 30 else 25.0, stamps="arrival")
        at = made.pieces[0][1] + np.arange(len(made)) / made.fs
        away = (made.values - at)[~np.isnan(made.values)]
        errors.append(np.std(away) * fs)
        assert made.report.rate == pytest.approx(fs, rel=0.01)
        assert made.report.lost == 0
    assert max(errors) < 0.3
    raw = np.std(arrived - true) * fs
    assert max(errors) < 0.35 * raw


def test_a_stalled_delivery_is_not_a_gap_and_a_loss_is() -> None:
    true, arrived = bursts(2000, 4)
    stalled = arrived.copy()
    stalled[1000:1050] = np.maximum(stalled[1000:1050], stalled[1050])
    made = regularise(stalled, true, FS, stamps="arrival")
    assert made.report.lost == 0
    assert np.std(made.values - np.arange(len(made)) / FS) < 0.008
    keep = np.r_[0:1000, 1040:2000]  # 0.8 s lost
    made = regularise(arrived[keep], true[keep], FS, stamps="arrival")
    assert made.report.lost == pytest.approx(40, abs=3)
    assert made.report.missing == pytest.approx(40, abs=4)
    assert np.nanstd(made.values - np.arange(len(made)) / FS) < 0.008


def test_a_wrong_rate_is_refused_with_the_rows_before() -> None:
    true, arrived = bursts(600, 1, fs=10.0)
    with pytest.raises(SignalError) as caught:
        regularise(arrived, true, FS, stamps="arrival")
    assert caught.value.code == "E_RATE"
    assert "10" in caught.value.expected
    sparse = np.arange(200) * 30.0
    one = Regulariser(FS, stamps="sample")
    with pytest.raises(SignalError) as caught:
        one.push(sparse, sparse)
    assert caught.value.code == "E_RATE"
    assert len(caught.value.rows) > 1000  # type: ignore[attr-defined]
    with pytest.raises(SignalError, match="E_CLOSED"):
        one.push(sparse, sparse)


def test_a_stopped_clock_is_refused() -> None:
    with pytest.raises(SignalError, match="E_STAMPS"):
        regularise(np.zeros(5000), np.arange(5000.0), FS, stamps="sample")


@pytest.mark.parametrize("stamps", list(Stamps))
@pytest.mark.parametrize("seed", range(6))
def test_any_chunking_and_any_resume_give_the_same_bytes(stamps: Stamps, seed: int) -> None:
    times, values = rough(seed)
    whole, report = chunks(times, values, [], resume=False, stamps=stamps)
    cuts = np.random.default_rng(seed).integers(0, len(times), 40).tolist()
    for made, said in (
        chunks(times, values, cuts, resume=True, stamps=stamps),
        chunks(times, values, list(range(1, len(times))), resume=False, stamps=stamps),
    ):
        assert made.tobytes() == whole.tobytes()
        assert said == report or repr(said) == repr(report)
    assert report.samples > 0


def rough(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return stamps with everything wrong at once."""
    rng = np.random.default_rng(seed)
    true, times = bursts(700, seed)
    if seed % 2:
        times = true.copy()
    order = np.r_[0:200, 220:240, 200:220, 240:300, 280:300, 300:700]
    times, values = times[order], wave(true)[order]
    keep = rng.random(len(times)) > 0.2
    times, values = times[keep], values[keep]
    times[300:] += 7200.0
    times[400:] -= 3600.0
    times[50] = np.nan
    values[60] = np.nan
    values[70, 2] = -np.inf
    times[80:84] = times[80]
    return times, values


def test_jit_off_gives_the_same_bytes() -> None:
    code = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1])\n"
        "from tests.unit.dsp.test_regularise import rough, chunks\n"
        "for s in ('sample', 'arrival'):\n"
        "    print(hashlib.sha256(chunks(*rough(3), [], resume=False, stamps=s)[0].tobytes()).hexdigest())\n"
        "assert 'numba' not in sys.modules\n"
    )
    root = str(Path(__file__).parents[3])
    made = subprocess.run(
        [sys.executable, "-c", code, root], env={**os.environ, "AGETECH_JIT": "off"}, capture_output=True, text=True, check=True
    )
    import hashlib

    want = [hashlib.sha256(chunks(*rough(3), [], resume=False, stamps=s)[0].tobytes()).hexdigest() for s in ("sample", "arrival")]
    assert made.stdout.split() == want


def test_state_is_of_constant_size() -> None:
    one = Regulariser(FS, stamps="arrival")
    sizes = []
    for part in range(20):
        t = np.arange(part * 1000, part * 1000 + 1000) / FS
        one.push(t, wave(t))
        sizes.append(len(one.save()))
    assert max(sizes[2:]) - min(sizes[2:]) < 200


def test_gates() -> None:
    for settings, code in (
        ({"fs": 0.0, "stamps": "sample"}, "E_PARAM"),
        ({"fs": float("nan"), "stamps": "sample"}, "E_PARAM"),
        ({"fs": True, "stamps": "sample"}, "E_PARAM"),
        ({"fs": 50.0, "stamps": "both"}, "E_PARAM"),
        ({"fs": 50.0, "stamps": "sample", "limit": -1.0}, "E_PARAM"),
        ({"fs": 50.0, "stamps": "sample", "jump": 0.1}, "E_PARAM"),
    ):
        with pytest.raises(ParamsError) as caught:
            Regulariser(**settings)  # type: ignore[arg-type]
        assert caught.value.code == code
    one = Regulariser(FS, stamps="sample")
    one.push([0.0], [[1.0, 2.0]])
    for times, values, code in (
        ([1.0], [[1.0]], "E_SHAPE"),
        ([1.0, 2.0], [[1.0, 2.0]], "E_SHAPE"),
        ([1.0], [["a", "b"]], "E_DTYPE"),
        (["x"], [[1.0, 2.0]], "E_DTYPE"),
    ):
        with pytest.raises(SignalError) as refused:
            one.push(times, values)
        assert refused.value.code == code
    assert one.finish().shape == (1, 2)
    for closed in (one.finish, one.save):
        with pytest.raises(SignalError, match="E_CLOSED"):
            closed()
    assert Regulariser(FS, stamps="sample").finish().shape == (0,)


def test_datetime64_stamps_are_exact() -> None:
    t = np.datetime64("2026-01-05T00:00:00", "ns") + (np.arange(200) * 20_000_000).astype("timedelta64[ns]")
    x = np.arange(200.0)
    made = regularise(t, x, FS, stamps="sample")
    assert np.array_equal(made.values, x)
    assert made.time_base().text(50) == "2026-01-05T00:00:01.000000000Z"


def test_damaged_states_are_refused() -> None:
    one = Regulariser(FS, stamps="arrival")
    t = np.arange(200) / FS
    one.push(t, wave(t))
    blob = one.save()
    for at in range(0, len(blob), max(1, len(blob) // 64)):
        with pytest.raises(CheckpointError):
            Regulariser.load(blob[:at])
        broken = bytearray(blob)
        broken[at] ^= 1
        with pytest.raises(CheckpointError):
            Regulariser.load(bytes(broken))
    with pytest.raises(CheckpointError):
        Regulariser.load(blob, fs=25.0)
    with pytest.raises(CheckpointError):
        Regulariser.load(blob, stamps="sample")
    assert Regulariser.load(blob, fs=FS, stamps="arrival").report == one.report


def test_forged_states_are_refused() -> None:
    from agetech.core.checkpoint import read_blob, write_blob

    one = Regulariser(FS, stamps="sample")
    one.push([0.0, 0.02], [1.0, 2.0])
    header, arrays = read_blob(one.save())
    header.pop("arrays")
    for name, value in (("seen_at", 10**9), ("first", -5), ("group", 10**6), ("k", -1), ("clock", np.nan), ("blank", 5), ("last", 77)):
        forged = {key: array.copy() for key, array in arrays.items()}
        forged["state"][name] = value
        with pytest.raises(CheckpointError):
            Regulariser.load(write_blob(header, forged))
    for change in ({"fs": "fast"}, {"columns": [10**9]}, {"stamps": "other"}, {"regulariser": 2}, {"base": "x"}, {"columns": None}):
        with pytest.raises(CheckpointError):
            Regulariser.load(write_blob({**header, **change}, arrays))


def test_every_count_has_a_meaning_in_both_languages() -> None:
    fields = set(Report.__dataclass_fields__) - {"rate", "declared", "delay"}
    assert fields == {repair.name for repair in REPAIRS}
    assert all(repair.en and any("\u4e00" <= sign <= "\u9fff" for sign in repair.zh) for repair in REPAIRS)


def test_arrival_stamps_given_as_sample_stamps_are_noticed() -> None:
    true, arrived = bursts(1000, 2)
    assert regularise(arrived, true, FS, stamps="sample").report.looks_like_arrival
    assert not regularise(true, true, FS, stamps="sample").report.looks_like_arrival
    slow = regularise(*bursts(1000, 2, fs=40.0)[::-1], FS, stamps="arrival").report
    assert slow.rate_differs
    assert slow.as_dict()["samples"] == 1000


def test_real_arrival_stamps(data: Path) -> None:
    """WEDA's watch: rate and positions against a straight line through each recording's sorted stamps."""
    away, rates = [], []
    for path in sorted((data / "falls" / "weda").glob("*.npz")):
        with np.load(path) as person:
            t, start = person["t"].astype(float), person["start"]
        for first, after in pairwise(start):
            stamps = t[first:after]
            order = np.argsort(stamps, kind="stable")
            rank = np.empty(len(stamps))
            rank[order] = np.arange(len(stamps))
            period, zero = np.polyfit(np.arange(len(stamps)), stamps[order], 1)
            made = regularise(stamps, rank, FS, stamps="arrival")
            known = ~np.isnan(made.values)
            at = made.pieces[0][1] + np.arange(len(made)) / FS
            away.append(np.std((made.values * period + zero - at)[known]))
            rates.append(made.report.rate * period)
            assert abs(len(made) / FS - (stamps.max() - stamps.min())) < 0.5
    assert np.median(away) < 0.006  # s; the stamps themselves are 0.03 s away
    assert np.quantile(away, 0.95) < 0.013
    assert np.quantile(np.abs(np.array(rates) - 1.0), 0.95) < 0.005
