"""What the engine takes from the context, and what of it stands in the result."""

from __future__ import annotations

import pytest

from agetech.errors import ParamsError
from agetech.scoring import instrument, score

MORSE = {"history": 25, "secondary": 0, "aid": 0, "iv": 20, "gait": 0, "mental": 0}
MOCA_B = {item.id: item.hi for item in instrument("moca_b").items}


def test_a_scheme_may_stand_in_the_context_and_the_argument_wins():
    assert score("morse", MORSE, {"scheme": "cn_gt45"}).category == "moderate"
    assert score("morse", MORSE, {"scheme": "cn_gt45"}, scheme="default").category == "high"
    with pytest.raises(ParamsError):
        score("morse", MORSE, {"scheme": "nonesuch"})


def test_the_stratum_stands_in_the_result():
    got = score("moca_b", MOCA_B, {"education_years": 9}, scheme="chen2016_mci")
    assert (got.stratum, got.scheme) == ("edu7-12", "chen2016_mci")
    assert score("moca_b", MOCA_B, scheme="chen2016_mci").stratum is None


def test_a_person_outside_every_stratum_has_no_class_and_is_told_so():
    one = instrument("cdt3")
    got = score(
        one, {item.id: item.hi for item in one.items}, {"age": 60, "education_years": 9}, scheme="shao2020_p5", allow_unverified=True
    )
    assert got.category is None
    assert list(got.withheld.values()) == ["scheme shao2020_p5 has no stratum for this person"]


def test_an_invalid_form_names_its_scheme_and_keeps_its_flags():
    got = score("phq9", {"q1": 9, "q9": 2})
    assert (got.status, got.scheme, got.safety_flags) == ("invalid", "default", ["phq9_item9"])
    assert score("phq9", {"q1": 1}, 7).status == "incomplete"  # a context that is no mapping says nothing
