"""The gateway example: killed at random moments it loses no alarm, and after de-duplication by id doubles none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deep.gateway_runs import expected, run

KILLS = 100


@pytest.mark.deep
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("jit", "falls"), [(False, 3), (True, 12)], ids=["plain", "compiled"])
def test_a_hundred_kills(tmp_path: Path, jit: bool, falls: int) -> None:
    want = expected(falls)
    got = run(tmp_path, falls=falls, kills=KILLS, seed=11, jit=jit)
    assert got.alarms == want
    assert len({(one["onset"], one["stage"]) for one in got.alarms.values()}) == len(want) >= falls
    assert got.kills >= 0.8 * KILLS
    assert got.handed >= len(want)
