"""The whole suite under other conditions: JIT off, bounds checked, lowest dependencies, every Python, slow tests."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.deep.ledger import ROOT, WORK, Part, Progress, Result, call, tail

CLOSING = re.compile(r"(\d+) (passed|failed|skipped|error|errors|deselected|xfailed)")
NO_TESTS = 5


def counts(output: str) -> dict[str, int]:
    """Return the numbers of pytest's closing line: passed, failed, skipped ..."""
    lines = [line for line in output.splitlines() if CLOSING.search(line) and re.search(r" in [\d.]+s", line)]
    return {name: int(number) for number, name in CLOSING.findall(lines[-1])} if lines else {}


def suite(python: str, arguments: list[str], more: Mapping[str, str] | None = None) -> Result:
    """Return what pytest gives; an empty selection is a failure: nothing was proved."""
    ran = call([python, "-m", "pytest", "-q", "--timeout", "3600", *arguments], more)
    found = counts(ran.stdout)
    passed = ran.returncode == 0 and found.get("passed", 0) > 0
    figures: dict[str, Any] = dict(found)
    if not passed:
        figures["output"] = tail(ran.stdout + ran.stderr)
        print(figures["output"])
    return Result(passed, figures)


def _jit_off(_progress: Progress) -> Result:
    return suite(sys.executable, [], {"AGETECH_JIT": "off"})


def _bounds(_progress: Progress) -> Result:
    with tempfile.TemporaryDirectory() as cache:
        return suite(sys.executable, [], {"NUMBA_BOUNDSCHECK": "1", "AGETECH_CACHE_DIR": cache})


def _marked(_progress: Progress) -> Result:
    return suite(sys.executable, ["-m", "deep", "-n", "0"])


def _kill(_progress: Progress) -> Result:
    return suite(sys.executable, ["-m", "deep", "-n", "0", "-k", "kill"])


def pythons() -> dict[str, str]:
    """Return every installed Python >= 3.11 by its minor version: on the path, and those of pyenv."""
    candidates = [shutil.which(f"python3.{minor}") for minor in range(11, 20)]
    candidates += [
        str(path) for path in sorted((Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions").glob("3.*/bin/python"))
    ]
    found: dict[str, str] = {}
    for candidate in filter(None, candidates):
        told = call([candidate, "-c", "import sys; print(*sys.version_info[:2]) if sys.version_info >= (3, 11) else None"])
        if told.returncode == 0 and told.stdout.strip():
            found.setdefault(told.stdout.strip().replace(" ", "."), candidate)
    return found


def fresh(python: str, folder: Path, requirements: list[str]) -> str:
    """Return the interpreter of a fresh environment with these requirements; raises RuntimeError where that fails."""
    inner = str(folder / "bin" / "python")
    for command in ([python, "-m", "venv", str(folder)], [inner, "-m", "pip", "install", "-q", *requirements]):
        ran = call(command)
        if ran.returncode:
            raise RuntimeError(tail(ran.stdout + ran.stderr))
    return inner


def _suite_in(python: str, requirements: list[str]) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        try:
            inner = fresh(python, Path(folder) / "venv", requirements)
        except RuntimeError as error:
            print(error)
            return Result(passed=False, figures={"output": str(error)})
        told = call([inner, "-m", "pip", "freeze"]).stdout.split()
        versions = [line for line in told if re.match(r"(numpy|scipy|numba|pydantic|typer|rich|jinja2)==", line.lower())]
        ran = suite(inner, [], {"AGETECH_CACHE_DIR": str(Path(folder) / "cache")})
        return Result(ran.passed, {**ran.figures, "versions": versions})


def _pythons(progress: Progress) -> Result:
    for version, python in pythons().items():
        if not progress.done(version):
            ran = _suite_in(python, [".[test]"])
            progress.record(version, {"passed": ran.passed, **ran.figures})
    items = progress.items
    return Result(bool(items) and all(one["passed"] is True or one.get("failed", 0) == 0 for one in items.values()), items)


def _lowest(_progress: Progress) -> Result:
    """Resolve every direct dependency to its lowest bound and run the suite with that."""
    WORK.mkdir(exist_ok=True)
    pinned = WORK / "lowest.txt"
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--resolution", "lowest-direct", "--extra", "test"]
    resolved = call([*command, "--python", sys.executable, "--output-file", str(pinned), "pyproject.toml"], cwd=ROOT)
    if resolved.returncode:
        print(resolved.stderr)
        return Result(passed=False, figures={"output": tail(resolved.stderr)})
    return _suite_in(sys.executable, ["-r", str(pinned), "--no-deps", "."])


PARTS = (
    Part("jit-off", "the whole suite with AGETECH_JIT=off: numba is not imported", _jit_off),
    Part("boundscheck", "the whole suite with NUMBA_BOUNDSCHECK=1, compiled anew", _bounds),
    Part("lowest", "the whole suite with the lowest versions that pyproject.toml allows", _lowest),
    Part("pythons", "the whole suite in a fresh environment of each installed Python >= 3.11", _pythons),
    Part("marked", "every test marked deep", _marked),
    Part("kill", "the kill runs among the tests marked deep (gateway, 100 kills)", _kill),
)
