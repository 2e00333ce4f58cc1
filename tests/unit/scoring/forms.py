"""Random complete forms and contexts for every instrument."""

from __future__ import annotations

from random import Random

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


def drawn(random, item):
    """Return one answer by a seeded generator: much quicker than a strategy an item, at the price of shrinking."""
    if item.options:
        return random.choice(item.options)
    return min(max(round(random.uniform(item.lo, item.hi), 2), item.lo), item.hi)


@st.composite
def forms(draw, names=tuple(COMPUTED), share=0.0):
    one = instrument(draw(st.sampled_from(names)))
    random = Random(draw(st.integers(0, 2**32)))
    return one, {item.id: None if random.random() < share else drawn(random, item) for item in one.items}
