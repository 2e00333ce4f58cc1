"""Which algorithms a program names in its source: a look without running it, through its own modules, not into packages.

Found are: names of algorithms, instruments and tasks given as text to agetech's functions, and functions imported from
agetech or from packages that offer algorithms, by the module they come from. A name that is only known at run time is told.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from agetech.errors import ExchangeError
from agetech.exchange.platform import read_bytes
from agetech.pool.subject import Use, homes, known_ids, newest

CALLS = frozenset({"run", "run_many", "Stream", "Streams", "find", "score", "score_table", "instrument", "measure_task"})
LARGEST = 5_000_000


@dataclass
class Found:
    """What the sources name, and the places where a name is not written out."""

    ids: set[str] = field(default_factory=set)
    unseen: list[str] = field(default_factory=list)
    bound: dict[str, str] = field(default_factory=dict)  # local name -> dotted name


def named_in(path: str | Path) -> tuple[tuple[Use, ...], tuple[str, ...]]:
    """Return the uses that a program's source names, and where a name cannot be read; `path` is a file or a folder."""
    place = Path(path)
    waiting = sorted(place.rglob("*.py")) if place.is_dir() else [place]
    root = place if place.is_dir() else place.parent
    if not waiting:
        raise ExchangeError("E_POOL_SOURCE", place.name, expected="*.py", got="nothing")
    done: set[Path] = set()
    ids: set[str] = set()
    unseen: list[str] = []
    known, modules = known_ids(), homes()
    while waiting:
        one = waiting.pop(0)
        if one in done:
            continue
        done.add(one)
        found = _look(one, known, modules)
        ids |= found.ids
        unseen += found.unseen
        waiting += [near for dotted in found.bound.values() for near in _beside(root, dotted)]
    return tuple(newest(name) for name in sorted(ids)), tuple(unseen)


def _beside(root: Path, dotted: str) -> Iterator[Path]:
    """Yield the file of an imported module where it lies in the program's own folder."""
    parts = dotted.split(".")
    for length in range(1, len(parts) + 1):
        stem = root.joinpath(*parts[:length])
        yield from (path for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.is_file())


def _look(path: Path, known: frozenset[str], modules: dict[str, str]) -> Found:
    try:
        tree = ast.parse(read_bytes(path, LARGEST), str(path))
    except (SyntaxError, ValueError, RecursionError) as error:
        raise ExchangeError("E_POOL_SOURCE", path.name, expected="Python", got=type(error).__name__) from None
    found = Found()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                found.bound[one.asname or one.name.partition(".")[0]] = one.name if one.asname else one.name.partition(".")[0]
                found.bound[f"import {one.name}"] = one.name
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            for one in node.names:
                found.bound[one.asname or one.name] = f"{node.module}.{one.name}"
    imported = set(found.bound.values())
    offered = {module.partition(".")[0] for module in modules.values()} | {"agetech"}
    for dotted in imported:
        if dotted.partition(".")[0] in offered:
            found.ids |= _offered(dotted, modules)
    for node in ast.walk(tree):
        dotted = _dotted(node, found.bound)
        if dotted.partition(".")[0] in offered:
            found.ids |= _offered(dotted, modules)
        if isinstance(node, ast.Call):
            _called(node, path, known, found)
    return found


def _called(call: ast.Call, path: Path, known: frozenset[str], found: Found) -> None:
    """Take the id that a call of agetech names, or the place of a call whose id is not written out."""
    dotted = _dotted(call.func, found.bound)
    if not dotted.startswith("agetech.") or dotted.rpartition(".")[2] not in CALLS:
        return
    keywords = {word.arg: word.value for word in call.keywords}
    given = call.args[0] if call.args else next((keywords[word] for word in ("algorithm", "instrument") if word in keywords), None)
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        if given.value.partition("@")[0] in known:
            found.ids.add(given.value)
        else:
            found.unseen.append(f"{path.name}:{call.lineno}: {given.value}")
    elif given is None or not _dotted(given, found.bound).startswith("agetech."):
        found.unseen.append(f"{path.name}:{call.lineno}: {dotted.rpartition('.')[2]}(...)")


def _dotted(node: ast.AST, bound: dict[str, str]) -> str:
    """Return the full name that a name or a chain of attributes stands for; empty where it is bound by no import."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in bound:
        return ""
    return ".".join([bound[node.id], *reversed(parts)])


def _offered(dotted: str, modules: dict[str, str]) -> set[str]:
    """Return the ids behind a name: an algorithm itself, its module, or a function defined in its module."""
    module, _, name = dotted.rpartition(".")
    home, value = dotted, None
    try:
        if not module or importlib.util.find_spec(dotted) is None:
            raise ModuleNotFoundError(dotted)
    except (ImportError, AttributeError, ValueError):
        try:
            value = getattr(importlib.import_module(module), name, None) if module else None
        except ImportError:
            return set()
        home = str(getattr(value, "__module__", ""))
    own = getattr(value, "id", None)
    if isinstance(own, str) and own in modules:
        return {own}
    code = getattr(value, "__code__", None)
    names = set(code.co_names) if code is not None else set()  # a door imports its algorithm's module when it is called
    return {found for found, place in modules.items() if place == home or place in names}
