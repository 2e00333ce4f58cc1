"""Rules of the architecture that import-linter cannot see: HTML, encodings, lazy imports, names on fields of data."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import agetech

PACKAGE = Path(agetech.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = ("numba", "llvmlite", "scipy", "pandas", "polars", "pyarrow", "matplotlib")
HTML = re.compile(r"</?(html|head|body|div|span|table|tr|td|th|p|ul|li|h[1-6]|script|style)[ >]", re.IGNORECASE)
TEXT_CALLS = {"read_text": 0, "write_text": 1}


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def texts(tree: ast.AST) -> list[str]:
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def in_report(path: Path) -> bool:
    return path.relative_to(PACKAGE).parts[0] == "report"


def is_attack(path: Path) -> bool:
    """Return whether a module makes hostile inputs: markup in names and poisoned files are its trade."""
    return path.relative_to(PACKAGE).parts[:2] == ("testing", "faults")


@pytest.mark.parametrize("path", [path for path in MODULES if not in_report(path) and not is_attack(path)], ids=name_of)
def test_only_report_writes_html(path):
    assert [text for text in texts(ast.parse(path.read_text(encoding="utf-8"))) if HTML.search(text)] == []


def mode_of(call: ast.Call, place: int) -> str:
    given = [keyword.value for keyword in call.keywords if keyword.arg == "mode"] or call.args[place : place + 1]
    return given[0].value if given and isinstance(given[0], ast.Constant) and isinstance(given[0].value, str) else "r"


def without_encoding(tree: ast.AST) -> list[int]:
    """Return the lines that open a text file without saying its encoding."""
    found = []
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        keywords = {keyword.arg for keyword in call.keywords}
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if method in TEXT_CALLS:
            plain = "encoding" not in keywords and len(call.args) <= TEXT_CALLS[method]
        elif isinstance(call.func, ast.Name) and call.func.id == "open":
            plain = "encoding" not in keywords and "b" not in mode_of(call, 1)
        elif method in ("fdopen", "NamedTemporaryFile", "TemporaryFile"):
            plain = "encoding" not in keywords and "b" not in (mode_of(call, 1) if method == "fdopen" else mode_of(call, 0) + "b")
        else:
            continue
        if plain:
            found.append(call.lineno)
    return found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_text_file_is_opened_with_its_encoding(path):
    assert without_encoding(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("open(p)", [1]),
        ("open(p, 'w')", [1]),
        ("open(p, 'rb')", []),
        ("open(p, mode='wb')", []),
        ("open(p, encoding='utf-8')", []),
        ("p.read_text()", [1]),
        ("p.write_text(t)", [1]),
        ("p.write_text(t, 'utf-8')", []),
        ("p.read_bytes()", []),
        ("os.fdopen(n, 'w')", [1]),
        ("os.fdopen(n, 'wb')", []),
    ],
)
def test_the_encoding_rule_itself(source, lines):
    assert without_encoding(ast.parse(source)) == lines


def doors() -> list[str]:
    """Return the packages that users import by name."""
    packages = [path.parent for path in PACKAGE.glob("signals/*/__init__.py")]
    return ["agetech", *sorted("agetech." + str(path.relative_to(PACKAGE)).replace("/", ".") for path in packages)]


def test_importing_the_doors_loads_nothing_heavy():
    program = f"import {', '.join(doors())}, json, sys; print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == []


def test_importing_agetech_loads_no_pydantic_and_no_numpy_submodule_of_the_signals():
    program = "import agetech, sys; print([name for name in sys.modules if name.startswith(('pydantic', 'agetech.signals'))])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.relative_to(PACKAGE).parts[0] in ("core", "dsp", "signals", "scoring")], ids=name_of
)
def test_no_print_and_no_logging_in_the_lower_layers(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names}
    assert "print" not in calls
    assert not imported & {"logging", "warnings"}


def test_nothing_unpickles():
    for path in (path for path in MODULES if not is_attack(path)):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not imported & {"pickle", "cPickle", "marshal", "shelve", "joblib", "dill", "cloudpickle"}, path
        given = [
            keyword.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            for keyword in node.keywords
            if keyword.arg == "allow_pickle"
        ]
        assert not [value for value in given if not (isinstance(value, ast.Constant) and value.value is False)], path
