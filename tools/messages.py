"""The message catalogue against the code: every raised code has its texts, every place in a text is filled.

python -m tools.messages       also names texts that nothing raises
"""

from __future__ import annotations

import ast
import json
import re
import string
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "agetech"
CODE = re.compile(r"E_[A-Z0-9]+(?:_[A-Z0-9]+)*")
TEXTS = ("en", "zh", "remedy_en", "remedy_zh")
HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Use:
    """A code where the source names it; `facts` is None where the call cannot be read (`**facts`, no call)."""

    code: str
    where: str
    facts: frozenset[str] | None


def catalogue(folder: Path) -> dict[str, dict[str, Any]]:
    """Return all texts by code; ValueError where two files hold one code."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.json")):
        for code, texts in json.loads(path.read_text(encoding="utf-8")).items():
            if code in found:
                raise ValueError(f"{path.name}: {code} stands in two catalogues")
            found[code] = texts
    return found


def uses(path: Path) -> Iterator[Use]:
    """Return every error code that a module names, with the facts of the call it stands in."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    in_calls = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _code(node.args[0]) and _named(node.func).endswith("Error"):
            in_calls.add(id(node.args[0]))
            names = [keyword.arg for keyword in node.keywords]
            facts = None if None in names else frozenset(name for name in names if name)
            yield Use(_code(node.args[0]), f"{path.name}:{node.lineno}", facts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and _code(node) and id(node) not in in_calls:
            yield Use(_code(node), f"{path.name}:{node.lineno}", None)


def _code(node: ast.expr) -> str:
    whole = isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value)
    return str(node.value) if whole and isinstance(node, ast.Constant) else ""


def _named(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def places(text: str) -> set[str]:
    """Return the names of the `{places}` of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def text_faults(code: str, texts: dict[str, Any]) -> Iterator[str]:
    """Return what is wrong with the texts of one code: one lacks, places differ, Chinese is not Chinese."""
    if not CODE.fullmatch(code):
        yield f"{code}: not a code of the form E_NAME"
    if set(texts) != set(TEXTS) or not all(isinstance(text, str) and text.strip() for text in texts.values()):
        yield f"{code}: must hold exactly the texts {', '.join(TEXTS)}, none empty"
        return
    for english, chinese in (("en", "zh"), ("remedy_en", "remedy_zh")):
        if places(texts[english]) != places(texts[chinese]):
            yield f"{code}: {english} and {chinese} have different places"
        if not HAN.search(texts[chinese]):
            yield f"{code}: {chinese} is not Chinese"
        if HAN.search(texts[english]):
            yield f"{code}: {english} is not English"


def use_faults(used: list[Use], texts: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Return every code without texts and every call that leaves a place of its message empty."""
    for use in used:
        if use.code not in texts:
            yield f"{use.where}: {use.code} has no texts in messages/*.json"
        elif use.facts is not None:
            wanted = places(texts[use.code].get("en", "")) | places(texts[use.code].get("remedy_en", ""))
            for lacking in sorted(wanted - use.facts):
                yield f"{use.where}: {use.code} does not fill {{{lacking}}}"


def main(source: Path = SOURCE) -> int:
    """Print every fault and every text that nothing raises; return 1 if there is one."""
    texts = catalogue(source / "messages")
    used = [use for path in sorted(source.rglob("*.py")) for use in uses(path)]
    found = [fault for code, entry in texts.items() for fault in text_faults(code, entry)]
    found += use_faults(used, texts)
    found += [f"{code}: nothing raises it" for code in sorted(set(texts) - {use.code for use in used})]
    for fault in found:
        print(fault)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
