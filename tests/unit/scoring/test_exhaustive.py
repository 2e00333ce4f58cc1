"""All patterns of the rules that have few: Katz 64, MZ/T 039 256, CDR 12,500, against independent tables."""

from __future__ import annotations

from collections import Counter

from agetech.scoring import score
from tests.oracle.scoring_tables import cdr_globals, katz_letters, mzt_levels


def test_katz_letters():
    table = katz_letters()
    names = ("bathing", "dressing", "toileting", "transferring", "continence", "feeding")
    got = {pattern: score("katz", dict(zip(names, pattern, strict=True))).values["letter"] for pattern in table}
    assert got == table
    assert Counter(table.values()) == {"A": 1, "B": 6, "C": 5, "D": 4, "E": 3, "F": 2, "G": 1, "Other": 42}


def test_mzt039_levels():
    table = mzt_levels()
    names = ("adl", "mental", "sensory", "social")
    got = {pattern: score("mzt039", dict(zip(names, pattern, strict=True))).category for pattern in table}
    assert got == table
    assert Counter(table.values()) == {"0": 2, "1": 88, "2": 56, "3": 102, "undetermined": 8}


def test_cdr_globals():
    table = cdr_globals()
    names = ("memory", "orientation", "judgment", "community", "home", "care")
    wrong = []
    for pattern, wanted in table.items():
        values = score("cdr", dict(zip(names, pattern, strict=True))).values
        if values["global"] != wanted or values["sum_of_boxes"] != sum(pattern):
            wrong.append((pattern, wanted, values))
    assert wrong == []
    assert len(table) == 12_500
