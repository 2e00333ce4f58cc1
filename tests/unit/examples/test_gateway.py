"""The gateway example in short: three kills, and what its cursor refuses. The deep tier kills it a hundred times."""

from __future__ import annotations

from pathlib import Path

import pytest

from agetech.errors import CheckpointError
from examples.gateway.gateway import load_cursor, new_cursor, parse
from tests.deep.gateway_runs import SETTINGS, expected, run


def test_three_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    want = expected(1)
    got = run(tmp_path, falls=1, kills=3, seed=3, jit=False)
    assert len(want) >= 1
    assert got.alarms == want
    assert got.handed >= len(want)


def test_the_cursor_is_whole_private_and_refuses_other_settings(tmp_path: Path) -> None:
    settings = parse(["--source", "x:1", "--sink", "x:2", "--state", str(tmp_path), *SETTINGS])
    path = tmp_path / "cursor"
    cursor = new_cursor(settings)
    cursor.seq, cursor.outbox = 7, {"a": "{}"}
    cursor.save(path)
    assert path.stat().st_mode & 0o077 == 0
    again = load_cursor(path, settings)
    assert (again.seq, again.outbox, again.ended) == (7, {"a": "{}"}, False)
    settings.fs = 25.0
    with pytest.raises(CheckpointError):
        load_cursor(path, settings)
    settings.fs = 50.0
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CheckpointError):
        load_cursor(path, settings)
