"""The tool on made-up trees, and the project's own catalogue under it."""

from __future__ import annotations

import json

import pytest

from tools.messages import SOURCE, catalogue, main, text_faults, use_faults, uses

GOOD = {"en": "got {got}", "zh": "实际为 {got}", "remedy_en": "Mend it.", "remedy_zh": "请修复。"}


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "messages").mkdir()

    def make(source: str, **texts: dict[str, str]):
        (tmp_path / "messages" / "core.json").write_text(json.dumps(texts), encoding="utf-8")
        (tmp_path / "gate.py").write_text(source, encoding="utf-8")
        return tmp_path

    return make


def test_a_whole_tree_passes(tree):
    assert main(tree('raise SignalError("E_A", "acc", got=1)', E_A=GOOD)) == 0


@pytest.mark.parametrize(
    ("source", "texts", "found"),
    [
        ('raise SignalError("E_B", got=1)', {}, "E_B has no texts"),
        ('code = "E_B"', {}, "E_B has no texts"),
        ('raise errors.SignalError("E_A", "acc")', {"E_A": GOOD}, "does not fill {got}"),
        ("pass", {"E_A": GOOD}, "nothing raises it"),
        ('raise SignalError("E_A", got=1)', {"E_A": {**GOOD, "zh": "实际"}}, "different places"),
        ('raise SignalError("E_A", got=1)', {"E_A": {**GOOD, "remedy_zh": "Mend it."}}, "is not Chinese"),
        ('raise SignalError("E_A", got=1)', {"E_A": {**GOOD, "remedy_en": "请修复。"}}, "is not English"),
        ('raise SignalError("E_A", got=1)', {"E_A": {**GOOD, "en": " "}}, "none empty"),
        ('raise SignalError("E_A", got=1)', {"E_A": {"en": "x", "zh": "值"}}, "exactly the texts"),
    ],
)
def test_each_fault_is_named(tree, capsys, source, texts, found):
    assert main(tree(source, **texts)) == 1
    assert found in capsys.readouterr().out


def test_facts_that_cannot_be_read_are_trusted(tree):
    assert main(tree('raise SignalError("E_A", "acc", **facts)', E_A=GOOD)) == 0


def test_a_code_in_two_files_is_refused(tree):
    folder = tree("pass", E_A=GOOD) / "messages"
    (folder / "units.json").write_text(json.dumps({"E_A": GOOD}), encoding="utf-8")
    with pytest.raises(ValueError, match="E_A stands in two"):
        catalogue(folder)


@pytest.mark.parametrize("path", sorted((SOURCE / "messages").glob("*.json")), ids=lambda path: path.name)
def test_our_texts_are_complete(path):
    texts = json.loads(path.read_text(encoding="utf-8"))
    assert [fault for code, entry in texts.items() for fault in text_faults(code, entry)] == []


def test_every_code_that_is_raised_has_its_texts_and_facts():
    used = [use for path in SOURCE.rglob("*.py") for use in uses(path)]
    assert used
    assert list(use_faults(used, catalogue(SOURCE / "messages"))) == []
