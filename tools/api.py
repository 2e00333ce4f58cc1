"""The public API as text, one name a line, so that every change of it is seen in a diff.

    python -m tools.api            compares with docs/api.txt
    python -m tools.api --write    writes it

Public is what agetech, its packages and its top-level modules export: the names of `__all__`, else whatever such a
module defines itself without a leading underscore. A module inside a package is public through its package only.
"""

from __future__ import annotations

import difflib
import enum
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

SNAPSHOT = Path(__file__).parent.parent / "docs" / "api.txt"
PLAIN = (bool, int, float, str, type(None), enum.Enum)


def modules(root: str) -> Iterator[ModuleType]:
    """Return the package, its top-level modules and all packages below it, none with a leading underscore."""
    package = importlib.import_module(root)
    yield package
    for found in pkgutil.walk_packages(package.__path__, root + "."):
        hidden = any(part.startswith("_") for part in found.name.split("."))
        if not hidden and (found.ispkg or found.name.count(".") == root.count(".") + 1):
            yield importlib.import_module(found.name)


def names(module: ModuleType) -> list[str]:
    """Return the public names of a module in alphabetical order."""
    if hasattr(module, "__all__"):
        return sorted(module.__all__)
    own = ((name, value) for name, value in vars(module).items() if not name.startswith("_"))
    return sorted(name for name, value in own if getattr(value, "__module__", None) == module.__name__)


def signature(call: Any) -> str:
    """Return the signature as text: annotations as written, defaults only where they print the same everywhere."""
    try:
        found = inspect.signature(call)
    except (TypeError, ValueError):
        return "(...)"
    parameters = []
    for parameter in found.parameters.values():
        default = parameter.default
        if default is not inspect.Parameter.empty and not isinstance(default, PLAIN):
            parameter = parameter.replace(default=_Shown("..."))  # noqa: PLW2901 - the same parameter, shown shorter
        elif isinstance(default, enum.Enum):
            parameter = parameter.replace(default=_Shown(str(default)))  # noqa: PLW2901
        if parameter.annotation is not inspect.Parameter.empty:
            parameter = parameter.replace(annotation=_Shown(_annotation(parameter.annotation)))  # noqa: PLW2901
        parameters.append(parameter)
    returned = found.return_annotation
    shown = returned if returned is inspect.Signature.empty else _Shown(_annotation(returned))
    return str(found.replace(parameters=parameters, return_annotation=shown))


class _Shown:
    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _annotation(annotation: Any) -> str:
    annotation = getattr(annotation, "__forward_arg__", annotation)
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def members(kind: type) -> Iterator[str]:
    """Return the lines of a class: values of an enum, fields with annotation, public methods with signature."""
    if issubclass(kind, enum.Enum):
        yield from (f"{member.name} = {member.value!r}" for member in kind)
        return
    for name, annotation in sorted(vars(kind).get("__annotations__", {}).items()):
        if not name.startswith("_"):
            yield f"{name}: {_annotation(annotation)}"
    for name, value in sorted(vars(kind).items()):
        if name.startswith("_") and name != "__call__":
            continue
        if isinstance(value, property):
            yield f"{name} (property)"
        elif isinstance(value, classmethod | staticmethod) or inspect.isfunction(value):
            yield f"{name}{signature(getattr(kind, name))}"


def lines(root: str) -> Iterator[str]:
    """Return the snapshot: `module.name signature`, the members of a class below it where it appears first."""
    seen: set[type] = set()
    for module in modules(root):
        for name in names(module):
            value = getattr(module, name)
            full = f"{module.__name__}.{name}"
            if inspect.isclass(value):
                bases = ", ".join(base.__name__ for base in value.__bases__ if base is not object)
                yield f"class {full}({bases})" if bases else f"class {full}"
                if value.__module__.startswith(root) and value not in seen:
                    seen.add(value)
                    yield from (f"    {member}" for member in members(value))
            elif inspect.isfunction(inspect.unwrap(value)):
                yield f"{full}{signature(value)}"
            elif not inspect.ismodule(value):
                yield f"{full}: {type(value).__name__}"


def main(arguments: list[str]) -> int:
    """Write or compare the snapshot; return 1 where they differ."""
    now = [line.rstrip() for line in lines("agetech")]
    if arguments == ["--write"]:
        SNAPSHOT.write_text("\n".join(now) + "\n", encoding="utf-8")
        return 0
    kept = SNAPSHOT.read_text(encoding="utf-8").splitlines() if SNAPSHOT.exists() else []
    changed = list(difflib.unified_diff(kept, now, "docs/api.txt", "now", lineterm="", n=0))
    for line in changed:
        print(line)
    if changed:
        print("The public API changed. Meant? python -m tools.api --write, and a line in changes/.")
    return int(bool(changed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
