"""Markdown pages as data: headings, code blocks, and whether a Chinese page is the twin of its English one.

python -m tools.pages          checks docs/en against docs/zh, README.md against README.zh.md
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parent.parent
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
HAN = re.compile(r"[\u4e00-\u9fff]")
WORDS = frozenset({"", "text", "console", "output"})  # blocks whose content a reader sees in the own language


@dataclass(frozen=True)
class Block:
    """A fenced block: its language or directive, its content and the line of its first content line."""

    info: str
    content: str
    line: int

    @property
    def is_code(self) -> bool:
        """Return whether both twins must hold the block letter by letter: code and tables of contents."""
        return self.info.startswith("{toctree}") or not (self.info.startswith("{") or self.info in WORDS)


@dataclass(frozen=True)
class Page:
    """What twins share: the levels of the headings in their order, and the fenced blocks."""

    headings: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]

    @property
    def levels(self) -> tuple[str, ...]:
        """Return the levels of the headings, `h1` to `h6`, in their order."""
        return tuple(level for level, _ in self.headings)

    @property
    def code(self) -> tuple[tuple[str, str], ...]:
        """Return language and content of each block that twins share letter by letter."""
        return tuple((block.info, block.content) for block in self.blocks if block.is_code)


def read(path: Path) -> Page:
    """Return the headings and fenced blocks of a Markdown page; its front matter is passed over, line numbers hold."""
    text = FRONT_MATTER.sub(lambda found: "\n" * found.group().count("\n"), path.read_text(encoding="utf-8"))
    headings, blocks = [], []
    tokens = MarkdownIt("commonmark").parse(text)
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and following is not None:
            headings.append((token.tag, following.content))
        elif token.type == "fence" and token.map:
            blocks.append(Block(token.info.strip(), token.content, token.map[0] + 2))
    return Page(tuple(headings), tuple(blocks))


def pairs(root: Path) -> list[tuple[Path, Path]]:
    """Return (English page, Chinese page) for every page that exists in either language, in order of the name."""
    en, zh = root / "docs" / "en", root / "docs" / "zh"
    names = {path.relative_to(folder) for folder in (en, zh) for path in folder.rglob("*.md")}
    twins = [(en / name, zh / name) for name in sorted(names)]
    if (root / "README.md").exists():
        twins.append((root / "README.md", root / "README.zh.md"))
    return twins


def differences(english: Path, chinese: Path) -> Iterator[str]:
    """Return in what two pages are not twins: one is missing, other heading levels, other code, no Chinese."""
    missing = [path for path in (english, chinese) if not path.exists()]
    if missing:
        yield f"{missing[0]}: the twin is missing"
        return
    en, zh = read(english), read(chinese)
    if en.levels != zh.levels:
        yield f"{chinese}: heading levels {' '.join(zh.levels)}, the English page has {' '.join(en.levels)}"
    if len(en.code) != len(zh.code):
        yield f"{chinese}: {len(zh.code)} code blocks, the English page has {len(en.code)}"
    for place, (left, right) in enumerate(zip(en.code, zh.code, strict=False), 1):
        if left != right:
            yield f"{chinese}: code block {place} ({right[0]}) differs from the English page"
    if not HAN.search(chinese.read_text(encoding="utf-8")):
        yield f"{chinese}: holds no Chinese"


def main() -> int:
    """Print every difference between twins; return 1 if there is one."""
    found = [fault for english, chinese in pairs(ROOT) for fault in differences(english, chinese)]
    for fault in found:
        print(fault.replace(f"{ROOT}/", ""))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
