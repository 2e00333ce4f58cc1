from __future__ import annotations

import importlib
import sys

import pytest

from tools import api

PACKAGE = {
    "__init__.py": (
        "from sample.falls import detect, Kind, Fall\n"
        "from sample.falls import hidden_elsewhere\n"
        "__all__ = ['detect', 'Kind', 'Fall', 'LIMIT', 'cached']\n"
        "import functools\nLIMIT = 3\n"
        "@functools.cache\ndef cached(x: int) -> int: return x\n"
    ),
    "falls/__init__.py": (
        "from __future__ import annotations\nimport enum\nimport math\n"
        "class Kind(enum.StrEnum):\n    HARD = 'hard'\n"
        "class Fall:\n    peak: float\n    _own: int\n    def explain(self, lang: str = 'en') -> dict[str, float]: ...\n"
        "    @property\n    def name(self) -> str: ...\n    @classmethod\n    def of(cls, x: int) -> Fall: ...\n"
        "    def _hidden(self): ...\n"
        "def detect(acc: object, *, kind: Kind = Kind.HARD, rows: object = object()) -> list[Fall]: ...\n"
        "def hidden_elsewhere(): ...\n"
    ),
    "falls/machine.py": "def inside(): ...\n",
    "_private.py": "def never(): ...\n",
    "units.py": "from math import sqrt\ndef convert(value: float) -> float: ...\n",
}


@pytest.fixture
def sample(tmp_path, monkeypatch):
    for name, text in PACKAGE.items():
        path = tmp_path / "sample" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield list(api.lines("sample"))
    for name in [name for name in sys.modules if name.split(".")[0] == "sample"]:
        del sys.modules[name]


def test_the_snapshot_holds_names_signatures_members_and_values(sample):
    assert sample == [
        "class sample.Fall",
        "    peak: float",
        "    explain(self, lang: str = 'en') -> dict[str, float]",
        "    name (property)",
        "    of(x: int) -> Fall",
        "class sample.Kind(StrEnum)",
        "    HARD = 'hard'",
        "sample.LIMIT: int",
        "sample.cached(x: int) -> int",
        "sample.detect(acc: object, *, kind: Kind = hard, rows: object = ...) -> list[Fall]",
        "class sample.falls.Fall",
        "class sample.falls.Kind(StrEnum)",
        "sample.falls.detect(acc: object, *, kind: Kind = hard, rows: object = ...) -> list[Fall]",
        "sample.falls.hidden_elsewhere()",
        "sample.units.convert(value: float) -> float",
    ]


def test_a_change_is_shown_and_can_be_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(api, "SNAPSHOT", tmp_path / "api.txt")
    assert api.main([]) == 1
    assert "+agetech.units.convert(value: float, source: str, target: str) -> float" in capsys.readouterr().out
    assert api.main(["--write"]) == 0
    assert api.main([]) == 0
