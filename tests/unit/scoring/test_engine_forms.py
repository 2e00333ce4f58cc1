"""More of the engine, case by case: screening forms, gaps and flags."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from agetech.scoring import Instrument, Score, instrument, score
from tests.unit.scoring.forms import CONTEXT

PHQ9 = {f"q{n}": 1 for n in range(1, 10)}
AD8 = {f"q{n}": 0 for n in range(1, 9)}
KATZ = {"bathing": 0, "dressing": 0, "toileting": 0, "transferring": 1, "continence": 1, "feeding": 1}
MOCA = {item.id: item.hi for item in instrument("moca").items} | {"fluency_words": 10}
NEWS2 = {"rr": 12, "spo2": 96, "o2": 0, "sbp": 120, "pulse": 70, "cvpu": 0, "temp": 37.0}


def everything(name, answer=None):
    return {item.id: item.lo if answer is None else answer for item in instrument(name).items}


def test_news2_scale_2_on_air_and_oxygen():
    def points(spo2, oxygen):
        return score("news2", {**NEWS2, "spo2": spo2, "o2": oxygen}, {"spo2_scale": 2}).subscores["spo2"]

    assert [points(s, 1) for s in (83, 84, 86, 88, 92, 93, 95, 97)] == [3, 2, 1, 0, 0, 1, 2, 3]
    assert [points(s, 0) for s in (83, 84, 86, 88, 93, 97)] == [3, 2, 1, 0, 0, 0]
    assert [score("news2", {**NEWS2, "spo2": s}, {"spo2_scale": 1}).subscores["spo2"] for s in (91, 92, 94, 96)] == [3, 2, 1, 0]


def test_psqi_midnight_and_exact_efficiency():
    form = everything("psqi", 0) | {"bedtime_min": 1380, "rise_min": 300, "hours": 5.1, "latency_min": 15}
    got = score("psqi", form)
    assert (got.values["efficiency_pct"], got.subscores["c4"]) == (85.0, 0)
    assert score("psqi", {**form, "hours": 6.1}).errors == ["hours"]
    assert score("psqi", {**form, "q5j": None}).status == "ok"
    assert score("psqi", {**form, "q5b": None}).status == "incomplete"
    assert score("psqi", {**form, "rise_min": 1380}).errors == ["hours"]


def test_npi_q_distress_is_left_out_and_named():
    form = {f"e{n}": 0 for n in range(1, 13)} | {"e1": 1, "s1": 2}
    got = score("npi_q", form)
    assert (got.status, got.total, got.values["distress"], got.missing) == ("ok", 2, None, ["d1"])
    assert score("npi_q", {**form, "e2": None}).status == "incomplete"


def test_the_run_is_audited():
    seen = []

    def hook(event, arguments):
        if event == "agetech.run" and seen is not None:
            seen.append(arguments)

    sys.addaudithook(hook)
    score("katz", KATZ)
    assert seen == [("katz", "1.0.0")]


def test_a_result_is_frozen_and_says_screening():
    got = score("katz", KATZ)
    with pytest.raises(AttributeError):
        got.total = 3
    assert got.scored
    assert "not diagnosis" in got.as_dict()["notice"]["en"]
    assert "不能作为诊断" in got.as_dict()["notice"]["zh"]
    assert got.label("zh") == "中度"
    assert Score.from_dict(got.as_dict()) == got
    assert got.content_hash.startswith("sha256:")


def test_importing_loads_neither_numba_nor_scipy_nor_pydantic():
    watched = ("numba", "scipy", "pydantic", "numpy")
    code = f"import sys, agetech.scoring as s; s.score('phq9', {{}}); print([m for m in {watched} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_sarc_calf_edges():
    def calf(sex, cm, falls=1):
        form = {"strength": 0, "walking": 0, "chair": 0, "stairs": 0, "falls": falls}
        values = score("sarc_f", form, {"sex": sex, "calf_cm": cm}).values
        return values["sarc_calf"], values["sarc_calf_category"]

    assert [calf("male", cm) for cm in (33.9, 34)] == [(11, "positive"), (1, "negative")]
    assert [calf("female", cm) for cm in (32.9, 33)] == [(11, "positive"), (1, "negative")]
    assert calf("male", 30, falls=0) == (10, "negative")
    assert score("sarc_f", everything("sarc_f"), {"sex": "male"}).values == {}


@pytest.mark.parametrize("lacking", ["bedtime_min", "rise_min", "hours", "latency_min", "q6"])
def test_psqi_with_an_item_missing_is_incomplete(lacking):
    form = everything("psqi", 0) | {"bedtime_min": 1380, "rise_min": 300, "hours": 5.0, lacking: None}
    assert (score("psqi", form).status, score("psqi", form).missing) == ("incomplete", [lacking])


@pytest.mark.parametrize(
    ("hours", "latency", "waking", "parts"),
    [(7.1, 15, 0, (0, 0, 0)), (7, 16, 1, (1, 1, 1)), (6, 30, 9, (1, 1, 1)), (5.9, 31, 10, (2, 2, 2)), (5, 60, 18, (2, 2, 2)),
     (4.9, 61, 19, (3, 3, 3))],
)  # fmt: skip
def test_psqi_component_edges(hours, latency, waking, parts):
    disturbed = {f"q5{letter}": min(3, max(0, waking - 3 * n)) for n, letter in enumerate("bcdefghij")}
    form = everything("psqi", 0) | {"bedtime_min": 0, "rise_min": 600, "hours": hours, "latency_min": latency} | disturbed
    got = score("psqi", form).subscores
    assert got["c3"] == parts[0]
    assert got["c2"] == -(-parts[1] // 2)
    assert got["c5"] == parts[2]
    assert [score("psqi", {**form, "q5a": a, "latency_min": 0}).subscores["c2"] for a in range(4)] == [0, 1, 1, 2]
    assert [score("psqi", {**form, "q8": a, "q9": b}).subscores["c7"] for a, b in ((0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (3, 2))] == [
        0, 1, 1, 2, 2, 3]  # fmt: skip


def test_psqi_efficiency_classes():
    form = everything("psqi", 0) | {"bedtime_min": 0, "rise_min": 600}
    edges = {8.5: 0, 8.49: 1, 7.5: 1, 7.49: 2, 6.5: 2, 6.49: 3}
    assert {h: score("psqi", {**form, "hours": h}).subscores["c4"] for h in edges} == edges


def test_every_adjustment_gives_its_reason_in_both_languages():
    primary = {"age": 70, "education_years": 6, "education_level": "primary"}
    results = [
        score("moca", {**MOCA, "recall": 0}, primary, scheme="moca_p_veterans_mci"),
        score("nrs2002", {"nutrition": 1, "disease": 1}, {"age": 70}),
        score("spmsq", everything("spmsq", 1), {"education_band": "grade_school"}),
    ]
    found = [entry for result in results for entry in result.adjustments]
    assert [entry["code"] for entry in found] == ["education_point", "scheme_bonus", "age_70", "education"]
    assert all(len(entry["en"]) > 5 and len(entry["zh"]) > 3 for entry in found)


def test_what_is_withheld_says_which_document_is_wanted():
    low = {**CONTEXT, "education_level": "illiterate"}
    assert "document" in score("moca", MOCA, low, scheme="cn_education_beijing").withheld["strata_result"]
    for name in ("lawton8", "faq", "zarit12"):
        assert score(name, everything(name)).withheld["category"].startswith("a document")


def test_a_bonus_by_level_alone_asks_for_the_level():
    document = json.loads(json.dumps(dict(instrument("moca").document)))
    del document["schemes"]["moca_p_veterans_mci"]["bonus"]["years"]
    own = Instrument.parse(document)
    got = score(own, MOCA, {"age": 70, "education_years": 6}, scheme="moca_p_veterans_mci")
    assert (got.missing_context, got.values["strata_result"], got.category) == (["education_level"], None, None)
    got = score(own, MOCA, {"age": 70, "education_years": 6, "education_level": "primary"}, scheme="moca_p_veterans_mci")
    assert got.values["strata_result"] == "not_impaired"
