"""Size limits: a module 400 lines, a function 60, a kernel 80; and names that say nothing are refused.

python -m tools.sizes [FOLDER ...]
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

MODULE, FUNCTION, KERNEL = 400, 60, 80
EMPTY_NAMES = frozenset({"base", "common", "helpers", "manager", "misc", "utils"})
FOLDERS = ("src", "tests", "tools", "benchmarks", "examples")


def kernels(tree: ast.AST) -> set[str]:
    """Return the names of the functions that a module hands to `kernel(...)`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Name):
            called = node.func
            name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
            if name == "kernel":
                found.add(node.args[0].id)
    return found


def faults(path: Path) -> Iterator[str]:
    """Return one line for each limit that a module breaks."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text, str(path))
    length = len(text.splitlines())
    if length > MODULE:
        yield f"{path}: {length} lines, at most {MODULE}"
    if path.stem in EMPTY_NAMES or path.parent.name in EMPTY_NAMES:
        yield f"{path}: the name says nothing; name it by its noun"
    compiled = kernels(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            limit = KERNEL if node.name in compiled else FUNCTION
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > limit:
                yield f"{path}:{node.lineno}: {node.name} has {lines} lines, at most {limit}"


def main(folders: list[str]) -> int:
    """Print every fault below the folders; return 1 if there is one."""
    found = 0
    for folder in folders or FOLDERS:
        for path in sorted(Path(folder).rglob("*.py")):
            for fault in faults(path):
                print(fault)
                found += 1
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
