"""The pages of the tasks hold the declared measures, in both languages."""

from __future__ import annotations

from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest

from agetech.scoring.tasks.declaration import declared, table, tasks
from agetech.scoring.tasks.measuring import DOORS

DOCS = Path(__file__).parents[4] / "docs"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_holds_the_table(lang):
    assert table(lang) in (DOCS / lang / "scoring" / "tasks.md").read_text(encoding="utf-8")


def test_the_table_holds_every_measure():
    lines = table("zh").splitlines()
    assert len(lines) == 2 + sum(len(declared(name).measures) for name in tasks())
    assert lines[2] == "| `clock_drawing` | 笔画数 `strokes` | `{count}` | 1 | runs of ink | secondary |"
    assert {line.count(" | ") for line in lines if " --- " not in line} == {5}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", tasks())
def test_the_page_names_every_setting_with_its_default(lang, name):
    page = (DOCS / lang / "scoring" / "tasks.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("|") and f"`{name}`" in line.split("|")[1]]
    door = DOORS[name]
    for one in fields(getattr(import_module(f"agetech.scoring.tasks.{door.module}"), door.settings)):
        far = one.name in ("lowest", "highest") and name == "staircase"
        wanted = (
            f"`{one.name}`"
            if far or one.default is None
            else f"`{one.name}` {one.default:g}"
            if one.type == "float"
            else f"`{one.name}` {one.default}"
        )
        assert any(wanted in line for line in lines), wanted
