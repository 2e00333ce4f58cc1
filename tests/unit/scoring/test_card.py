"""The card says everything a result has to say, in both languages."""

from __future__ import annotations

import pytest

from agetech.scoring import instrument, instruments, score
from agetech.scoring.card import card
from agetech.scoring.pages import write
from tests.unit.scoring.forms import CONTEXT


def lowest(name):
    return {item.id: item.lo for item in instrument(name).items}


@pytest.mark.parametrize("name", instruments())
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_instrument_has_a_card(name, lang):
    text = card(score(name, lowest(name), CONTEXT, allow_unverified=True), lang)
    assert text.splitlines()[0].startswith(instrument(name).name[lang])
    notices = {"Screening, not diagnosis.", "本结果用于筛查，不能作为诊断。"}
    assert set(text.splitlines()[-1].split(" / ")) == notices


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (score("phq9", {"q9": 1}), ["ATTENTION", "self-harm", "incomplete", "Missing     q1, q2"]),
        (score("katz", {**lowest("katz"), "bathing": 7}), ["Not valid   bathing"]),
        (score("slums", {"score_blocks": 20}), ["Needed      finished high school [high_school]"]),
        (score("lawton8", lowest("lawton8")), ["Total       0 (0–8)", "Withheld    category"]),
        (score("ltc2021", lowest("ltc2021")), ["Refused", "annex", "Parts       adl 0"]),
        (score("nrs2002", {"nutrition": 1, "disease": 1}, {"age": 70}), ["Adjusted    one point from 70 years"]),
        (score("katz", dict.fromkeys(lowest("katz"), 1) | {"bathing": 0, "dressing": 0, "feeding": 0}), ["Disputed    severe_to_3 severe"]),
        (score("mmse", lowest("mmse"), CONTEXT, scheme="zhang2021_mci"), ["Scheme      zhang2021_mci / age<=75,edu>6"]),
        (score("psqi", lowest("psqi") | {"rise_min": 400, "hours": 5.5}), ["efficiency_pct 82.5"]),
        (
            score("cam", lowest("cam")),
            ["features of delirium absent / 不符合谵妄特征 [negative]", "CAM delirium algorithm / 意识模糊评估法"],
        ),
    ],
)
def test_what_a_card_says(result, said):
    text = card(result, "en")
    for words in said:
        assert words in text
    assert card(result, "zh") != text


def test_refusals_are_said_in_either_language():
    stored = score("shanghai_unified", {"adl_score": 50, "iadl_score": 50, "cog_score": 50})
    assert "只保存，不计算" in card(stored, "zh")
    assert "store it, do not compute it" in card(stored, "en")
    care = score("ltc2021", {item.id: item.hi for item in instrument("ltc2021").items})
    assert "仅凭记忆；尚缺来源：annex 1" in card(care, "zh")
    assert "from memory; source wanted: annex 1" in card(care, "en")


def test_pages_are_written(tmp_path):
    assert write(tmp_path) == 142
    assert (tmp_path / "zh" / "scoring" / "instruments" / "phq9.md").read_text(encoding="utf-8").startswith("# 患者健康问卷")
