"""Mutation of core, falls and scoring with the JIT off: how many changed programs the tests notice.

A group runs in its own copy of the tree (.deep/mutation), where mutmut keeps each verdict, so a broken-off run goes on.
A time-out is no kill. A module that has functions but no mutants fails: the tool did not see it (a decorator hides a
function from it). Survivors judged equivalent are listed with the reason in equivalent.json beside this file.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.deep.ledger import ROOT, WORK, Part, Progress, Result, surroundings, tail

EQUIVALENT = Path(__file__).parent / "equivalent.json"
LINE = re.compile(r"^\s*(?P<name>agetech\.[\w.ǁ]+__mutmut_\d+): (?P<verdict>[\w ]+)$", re.MULTILINE)

# What turns answers into results; documents, pages and files of scoring answer to checks of their own.
SCORING = (
    *(f"src/agetech/scoring/{name}.py" for name in ("change", "classify", "engine", "gates", "kernels", "strata", "table")),
    "src/agetech/scoring/rules/*.py",
)


@dataclass(frozen=True)
class Group:
    """Modules that one test selection answers for, and the share of mutants that it must kill."""

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]
    bar: float


GROUPS = (
    Group("core", ("src/agetech/core/*.py",), ("tests/unit/core", "tests/unit/testing/test_contract.py"), 0.95),
    Group("falls", ("src/agetech/signals/falls/*.py",), ("tests/unit/signals/falls", "tests/conformance/test_falls_vectors.py"), 0.85),
    Group("scoring", SCORING, ("tests/unit/scoring", "tests/property/test_scoring_engine.py", "tests/property/test_scoring_sums.py"), 0.95),
)


def configuration(group: Group, tests: list[str]) -> str:
    """Return the table that mutmut reads."""
    options = ["-n", "0", "-p", "no:cacheprovider", "--timeout", "0"]
    return (
        "[tool.mutmut]\n"
        'source_paths = ["src"]\n'
        f"only_mutate = {json.dumps(list(group.modules))}\n"
        'also_copy = ["tools", "benchmarks", "docs", "reference", "examples", "README.md", "README.zh.md"]\n'
        f"pytest_add_cli_args = {json.dumps(options)}\n"
        f"pytest_add_cli_args_test_selection = {json.dumps(tests)}\n"
    )


def prepare(group: Group, root: Path = ROOT) -> Path:
    """Return the group's copy of the tree, brought up to date; unchanged files keep their time stamps."""
    copy = WORK / "mutation" / group.name
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True, check=True).stdout
    names = [name.decode() for name in listed.split(b"\0") if name and (root / name.decode()).is_file()]
    for name in (name for name in names if name != "pyproject.toml"):
        source, target = root / name, copy / name
        if not target.exists() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    tests = [test for test in group.tests if (root / test).exists()]
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    wanted = text + "\n" + configuration(group, tests)
    settings = copy / "pyproject.toml"
    if not settings.exists() or settings.read_text(encoding="utf-8") != wanted:
        settings.write_text(wanted, encoding="utf-8")
    return copy


def verdicts(text: str) -> dict[str, str]:
    """Return the verdict of each mutant from `mutmut results --all true`."""
    return {found["name"]: found["verdict"].strip() for found in LINE.finditer(text)}


def module_of(mutant: str) -> str:
    """Return the module of a mutant: `agetech.core.gate.x_as_rate__mutmut_1` -> `agetech.core.gate`."""
    return re.split(r"\.x[_ǁ]", mutant)[0]


def has_functions(path: Path) -> bool:
    """Return whether a module defines a function that does more than return a constant or pass."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree))


def judge(group: Group, found: dict[str, str], equivalent: dict[str, str], root: Path = ROOT) -> Result:
    """Return the share of kills, the survivors by name, and the modules that have no mutants."""
    counted = {name: verdict for name, verdict in found.items() if name not in equivalent}
    total = Counter(counted.values())
    killed = total["killed"]
    modules = {
        str(path.relative_to(root / "src")).removesuffix(".py").replace("/", "."): path
        for glob in group.modules
        for path in root.glob(glob)
    }
    mutated = Counter(module_of(name) for name in found)
    unseen = sorted(name for name, path in modules.items() if has_functions(path) and not mutated[name.removesuffix(".__init__")])
    share = killed / len(counted) if counted else 0.0
    by_module = {
        name: {
            "mutants": sum(1 for one in counted if module_of(one) == name),
            "killed": sum(1 for one, v in counted.items() if module_of(one) == name and v == "killed"),
        }
        for name in sorted(mutated)
    }
    figures: dict[str, Any] = {
        "mutants": len(counted),
        "equivalent": len(found) - len(counted),
        "verdicts": dict(total),
        "killed_share": round(share, 4),
        "bar": group.bar,
        "modules": by_module,
        "modules_without_mutants": unseen,
        "survivors": sorted(name for name, verdict in counted.items() if verdict != "killed"),
    }
    return Result(share >= group.bar and not unseen, figures)


def _mutate(group: Group) -> Result:
    copy = prepare(group)
    more = {"NUMBA_DISABLE_JIT": "1", "AGETECH_DATA": str(ROOT.parent / "shared" / "data")}
    environment = surroundings(more)
    ran = subprocess.run(
        [sys.executable, "-m", "mutmut", "run", "--max-children", "2"],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    told = subprocess.run(
        [sys.executable, "-m", "mutmut", "results", "--all", "true"], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    found = verdicts(told.stdout)
    if not found:
        output = tail(ran.stdout + ran.stderr + told.stderr)
        print(output)
        return Result(passed=False, figures={"output": output})
    equivalent = json.loads(EQUIVALENT.read_text(encoding="utf-8")) if EQUIVALENT.exists() else {}
    result = judge(group, found, equivalent)
    print(f"{group.name}: {result.figures['killed_share']:.1%} of {result.figures['mutants']} killed, bar {group.bar:.0%}")
    return result


def _part(group: Group) -> Part:
    def run(_progress: Progress) -> Result:
        return _mutate(group)

    return Part(f"mutation-{group.name}", f"mutants of {group.name} with the JIT off, {group.bar:.0%} killed at least", run)


PARTS = tuple(_part(group) for group in GROUPS)
