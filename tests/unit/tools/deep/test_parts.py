"""The judging halves of the parts, on outputs of the tools they call."""

from __future__ import annotations

import subprocess

import pytest

from tools.deep import mutation, properties, suites
from tools.deep.mutation import Group, configuration, has_functions, judge, module_of, prepare, verdicts


def test_pytest_counts_come_from_the_closing_line():
    output = "tests/a.py ..\n= 3 failed, 2 passed, 1 skipped in 1.00s =\n"
    assert suites.counts(output) == {"failed": 3, "passed": 2, "skipped": 1}
    assert suites.counts("nothing") == {}


def test_this_python_is_found():
    import sys

    assert f"{sys.version_info.major}.{sys.version_info.minor}" in suites.pythons()


def test_hypothesis_examples_are_summed():
    output = "  - during generate phase (0.1 seconds):\n    - 9990 passing examples, 0 failing examples, 3 invalid examples\n"
    output += "    - 10 passing examples, 0 failing examples, 0 invalid examples\n"
    assert properties.examples(output) == 10000


MUTANTS = """
    agetech.core.gate.x_as_rate__mutmut_1: killed
    agetech.core.gate.x_as_rate__mutmut_2: survived
    agetech.core.stream.xǁStreamǁpush__mutmut_10: timeout
    agetech.core.stream.xǁStreamǁpush__mutmut_11: no tests
"""


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "src" / "agetech" / "core"
    folder.mkdir(parents=True)
    (folder / "gate.py").write_text("def as_rate(): return 1\n", encoding="utf-8")
    (folder / "stream.py").write_text("class Stream:\n    def push(self): return 1\n", encoding="utf-8")
    (folder / "declare.py").write_text("X = 1\n", encoding="utf-8")
    return tmp_path


GROUP = Group("core", ("src/agetech/core/*.py",), ("tests",), 0.5)


def test_verdicts_and_modules_are_read():
    found = verdicts(MUTANTS)
    assert list(found.values()) == ["killed", "survived", "timeout", "no tests"]
    assert {module_of(name) for name in found} == {"agetech.core.gate", "agetech.core.stream"}


def test_only_kills_count(root):
    result = judge(GROUP, verdicts(MUTANTS), {}, root)
    assert not result.passed
    assert result.figures["killed_share"] == 0.25
    assert len(result.figures["survivors"]) == 3
    assert result.figures["modules"]["agetech.core.gate"] == {"mutants": 2, "killed": 1}


def test_equivalent_mutants_are_taken_out_and_counted(root):
    equivalent = {name: "why" for name, verdict in verdicts(MUTANTS).items() if verdict != "killed"}
    result = judge(GROUP, verdicts(MUTANTS), equivalent, root)
    assert result.passed
    assert (result.figures["mutants"], result.figures["equivalent"]) == (1, 3)


def test_a_module_that_the_tool_did_not_see_fails(root):
    (root / "src" / "agetech" / "core" / "hidden.py").write_text("@cache\ndef f(): return 1\n", encoding="utf-8")
    killed = dict.fromkeys(verdicts(MUTANTS), "killed")
    result = judge(GROUP, killed, {}, root)
    assert result.figures["modules_without_mutants"] == ["agetech.core.hidden"]
    assert not result.passed
    assert judge(Group("core", ("src/agetech/core/[gs]*.py",), ("tests",), 1.0), killed, {}, root).passed


def test_a_module_of_declarations_needs_no_mutants(root):
    assert not has_functions(root / "src" / "agetech" / "core" / "declare.py")
    assert has_functions(root / "src" / "agetech" / "core" / "gate.py")


def test_the_copy_for_mutation_adds_only_its_own_table(root, tmp_path, monkeypatch):
    (root / "pyproject.toml").write_text("[tool.ruff.lint]\n", encoding="utf-8")
    (root / "tests").mkdir()
    subprocess.run(["git", "-C", str(root), "init", "-q"], check=True)
    subprocess.run(["git", "-C", str(root), "add", "."], check=True)
    monkeypatch.setattr(mutation, "WORK", tmp_path / "work")
    copy = prepare(GROUP, root)
    settings = copy / "pyproject.toml"
    assert settings.read_text(encoding="utf-8") == "[tool.ruff.lint]\n\n" + configuration(GROUP, ["tests"])
    kept = {path: path.stat().st_mtime_ns for path in copy.rglob("*") if path.is_file()}
    assert len(kept) == 4
    gate = root / "src" / "agetech" / "core" / "gate.py"
    gate.write_text("def as_rate(): return 2\n", encoding="utf-8")
    assert prepare(GROUP, root) == copy
    changed = [path.name for path, stamp in kept.items() if path.stat().st_mtime_ns != stamp or path.read_bytes().endswith(b"2\n")]
    assert changed == ["gate.py"]


def test_the_configuration_names_the_group():
    text = configuration(GROUP, ["tests/unit/core"])
    assert 'pytest_add_cli_args_test_selection = ["tests/unit/core"]' in text


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("..  [100%]\n2 passed, 6462 deselected in 147.09s (0:02:27)", {"passed": 2, "deselected": 6462}),
        ("...\n==== 1 failed, 3 passed in 438.50s (0:07:18) ====", {"failed": 1, "passed": 3}),
        ("ERROR: file not found", {}),
    ],
)
def test_the_closing_line_is_read_with_and_without_rules_around_it(output, expected):
    assert suites.counts(output) == expected
