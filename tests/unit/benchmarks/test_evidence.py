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


def test_an_added_part_has_its_own_command_and_stays(tmp_path):
    evidence.write("scoring", "speed", {"ratio": 1.5}, tmp_path)
    evidence.add("scoring", "training", "train", {"bias": 0.1}, tmp_path)
    evidence.write("scoring", "speed again", {"ratio": 1.4}, tmp_path)
    told = evidence.read("scoring", tmp_path)
    assert (told["command"], told["figures"]["ratio"]) == ("speed again", 1.4)
    part = told["figures"]["training"]
    assert (part["command"], part["figures"]) == ("train", {"bias": 0.1})
    assert {"commit", "processor", "python", "versions"} <= set(part)


def test_a_part_may_come_first(tmp_path):
    evidence.add("scoring", "training", "train", {"bias": 0.1}, tmp_path / "new")
    assert evidence.read("scoring", tmp_path / "new")["figures"]["training"]["figures"] == {"bias": 0.1}


def test_a_list_of_figures_is_written_over_a_list(tmp_path):
    for figures in ([{"command": "a"}], [{"command": "b"}]):
        evidence.write("push", "python -m benchmarks.push", figures, tmp_path)
        assert evidence.read("push", tmp_path)["figures"] == figures
