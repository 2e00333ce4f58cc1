"""The ratio tool on a made clock: what it says is exact there."""

from __future__ import annotations

import gc
import itertools

import pytest

from benchmarks import ratio as tool
from benchmarks.ratio import ratio


class Clock:
    """Thread time that moves only when a side works."""

    def __init__(self, monkeypatch):
        self.now = 0
        self.order = []
        monkeypatch.setattr(tool.time, "thread_time_ns", lambda: self.now)

    def side(self, name, costs):
        costs = itertools.cycle(costs)

        def work():
            self.order.append(name)
            self.now += next(costs)

        return work


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def test_an_exact_ratio(clock):
    found = ratio("a", clock.side("A", [300]), clock.side("B", [200]), least=1000)
    assert (found.median, found.low, found.high) == (1.5, 1.5, 1.5)
    assert (found.ours, found.theirs) == (300, 200)
    assert (found.verdict, found.repeats, found.rounds) == ("stable", 1, 15)
    assert str(found) == "a: 1.500 [1.500, 1.500] n=15 stable"


def test_the_order_is_abba(clock):
    ratio("a", clock.side("A", [1000]), clock.side("B", [1000]), least=1000, rounds=2)
    assert "".join(clock.order).endswith("ABBAABBA")


def test_each_side_fills_its_turn(clock):
    ratio("a", clock.side("A", [100]), clock.side("B", [1000]), least=1000, rounds=2)
    last = "".join(clock.order)[-2 * (22 + 2) :]
    assert last.count("A") >= 2 * 2 * 10 > last.count("B")


def test_abba_cancels_a_steady_drift(clock):
    speed = itertools.count(1000)
    found = ratio(
        "a", lambda: setattr(clock, "now", clock.now + next(speed)), lambda: setattr(clock, "now", clock.now + next(speed)), least=1
    )
    assert found.median == pytest.approx(1.0, abs=1e-12)


def test_a_restless_pair_is_tried_again_and_then_called_unstable(clock):
    found = ratio("a", clock.side("A", [100, 100, 100, 200, 200]), clock.side("B", [100]), least=100, rounds=9)
    assert found.repeats == 3
    assert found.verdict == "UNSTABLE"
    assert found.as_dict()["verdict"] == "UNSTABLE"
    assert found.spread > 0.1


def test_garbage_collection_is_as_before(clock):
    for side in (gc.enable, gc.disable):
        side()
        ratio("a", clock.side("A", [100]), clock.side("B", [100]), least=100, rounds=2)
        assert gc.isenabled() == (side is gc.enable)
    gc.enable()


def test_real_work_of_known_ratio():
    found = ratio("sums", lambda: sum(range(4000)), lambda: sum(range(1000)), least=200_000, rounds=5)
    assert 2.0 < found.median < 8.0
