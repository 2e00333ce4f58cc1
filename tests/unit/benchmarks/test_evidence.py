from __future__ import annotations

import json

import pytest

from benchmarks import evidence


def test_a_result_file_tells_where_it_comes_from(tmp_path):
    path = evidence.write("push", "python -m benchmarks.push", {"ratio": 1.5}, tmp_path / "new")
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told["figures"] == {"ratio": 1.5}
    assert told["command"] == "python -m benchmarks.push"
    assert {"commit", "processor", "cores", "system", "python", "versions"} <= set(told)
    assert told["versions"]["numpy"] != "not installed"
    assert evidence.read("push", tmp_path / "new") == told
    assert [child.name for child in (tmp_path / "new").iterdir()] == ["push.json"]


def test_what_cannot_be_written_leaves_the_old_file(tmp_path):
    evidence.write("push", "a", {"ratio": 1.5}, tmp_path)
    with pytest.raises(TypeError):
        evidence.write("push", "b", {"ratio": object()}, tmp_path)
    assert evidence.read("push", tmp_path)["command"] == "a"


def test_no_file_is_no_figure(tmp_path):
    assert evidence.read("push", tmp_path) == {}
