"""Random complete forms and contexts for every instrument."""

from __future__ import annotations

from hypothesis import strategies as st

from agetech.scoring import instrument, instruments

CONTEXT = {
    "sex": "male",
    "age": 72,
    "education_years": 9,
    "education_level": "primary",
    "education_band": "high_school",
    "high_school": True,
    "mass_method": "dxa",
    "coma": False,
    "dementia_or_mental_dx": False,
    "risk_events_30d": 0,
    "spo2_scale": 1,
}
COMPUTED = [name for name in instruments() if instrument(name).method != "stored_only"]
SUMS = [name for name in COMPUTED if instrument(name).method in ("sum", "phq9")]


def answer(item):
    if item.options:
        return st.sampled_from(item.options)
    return st.floats(item.lo, item.hi).map(lambda value: min(max(round(value, 2), item.lo), item.hi))


@st.composite
def forms(draw, names=tuple(COMPUTED), share=0.0):
    one = instrument(draw(st.sampled_from(names)))
    filled = {}
    for item in one.items:
        left_out = share and draw(st.floats(0, 1)) < share
        filled[item.id] = None if left_out else draw(answer(item))
    return one, filled
