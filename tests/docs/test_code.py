"""Every `python` block of the documentation and the READMEs runs: state is shared inside a page, from top to bottom.

A block that begins with `>>>` is a doctest: its printed results are compared.
"""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from tools.pages import ROOT, Block, pairs, read


def pages() -> list[Path]:
    """Return every English page, and each Chinese one whose code is not the same (the twin test names it)."""
    found = []
    for english, chinese in pairs(ROOT):
        code = read(english).code if english.exists() else None
        if english.exists():
            found.append(english)
        if chinese.exists() and read(chinese).code != code:
            found.append(chinese)
    return [page for page in found if any(block.info == "python" for block in read(page).blocks)]


def run_block(block: Block, page: Path, state: dict[str, object]) -> None:
    """Run one block in `state`; a traceback names the page and its line."""
    if block.content.lstrip().startswith(">>>"):
        test = doctest.DocTestParser().get_doctest(block.content, state, page.name, str(page), block.line - 1)
        doctest.DebugRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS).run(test, clear_globs=False)
        state.update(test.globs)
    else:
        exec(compile("\n" * (block.line - 1) + block.content, str(page), "exec", dont_inherit=True), state)


def run_page(page: Path) -> None:
    state: dict[str, object] = {"__name__": "__page__"}
    for block in read(page).blocks:
        if block.info == "python":
            run_block(block, page, state)


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_code_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGETECH_LANG", "en")
    run_page(page)


def test_a_broken_block_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A\n\n```python\nx = 1\n```\n\n```python\nassert x == 2\n```\n", encoding="utf-8")
    with pytest.raises(AssertionError) as caught:
        run_page(page)
    assert caught.traceback[-1].lineno + 1 == 8


def test_a_wrong_doctest_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A\n\n```python\nx = 1\n```\n\n```python\n>>> x + 1\n3\n```\n", encoding="utf-8")
    with pytest.raises(doctest.DocTestFailure):
        run_page(page)


def test_a_doctest_shares_the_state_of_its_page(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A\n\n```python\n>>> x = 1\n>>> x + 1\n2\n```\n\n```python\nassert x == 1\n```\n", encoding="utf-8")
    run_page(page)
