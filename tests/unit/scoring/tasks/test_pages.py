"""The pages of the tasks hold the declared measures, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from agetech.scoring.tasks.declaration import declared, table, tasks

DOCS = Path(__file__).parents[4] / "docs"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_holds_the_table(lang):
    assert table(lang) in (DOCS / lang / "scoring" / "tasks.md").read_text(encoding="utf-8")


def test_the_table_holds_every_measure():
    lines = table("zh").splitlines()
    assert len(lines) == 2 + sum(len(declared(name).measures) for name in tasks())
    assert lines[2] == "| `clock_drawing` | 笔画数 `strokes` | `{count}` | 1 | runs of ink | secondary |"
    assert {line.count(" | ") for line in lines if " --- " not in line} == {5}
