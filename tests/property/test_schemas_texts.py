"""Properties of the strict JSON text, the lens and the versions, drawn by hypothesis."""

import json
import random
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from agetech.errors import SchemaError
from agetech.exchange import fhir
from agetech.exchange.fhir.delta import applied, steps
from agetech.schemas import documents, registry
from agetech.schemas.instants import Instant
from agetech.schemas.jsontext import dumps, loads
from benchmarks.schemas.make import MAKERS, make

NUMBERS = st.integers(-(10**20), 10**20) | st.decimals(allow_nan=False, allow_infinity=False, places=4)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_back_digit_by_digit(value):
    text = dumps(value)
    assert dumps(loads(text)) == text
    assert json.loads(text, parse_float=Decimal) == loads(text)


@given(VALUES, VALUES)
def test_steps_lead_from_one_value_to_the_other(one, other):
    made, left = applied(one, steps(one, other))
    assert dumps(made, sort=True) == dumps(other, sort=True)
    assert left == []


@given(st.binary(max_size=60))
def test_bytes_are_read_or_refused_as_the_standard_reader_would(raw):
    try:
        value = loads(raw)
    except SchemaError:
        return
    assert json.loads(raw.decode("utf-8-sig"), parse_float=Decimal) == value


@given(st.sampled_from(sorted(MAKERS)), st.integers(0, 2**32))
def test_documents_survive_text_and_a_newer_minor(name, seed):
    content = make(random.Random(seed), name)
    document = documents.read(content)
    assert documents.load(documents.dump(document)) == document
    newer = {**content, "schema_version": "1.77.0", "later": {"n": [1, {"x": None}]}}
    assert dumps(documents.content(documents.read(newer)), sort=True) == dumps(newer, sort=True)


@settings(max_examples=25)
@given(st.sampled_from(["observation", "event", "episode", "assessment-result"]), st.integers(0, 2**32), st.sampled_from(["R4", "R5"]))
def test_documents_survive_fhir(name, seed, release):
    document = documents.read(make(random.Random(seed), name))
    assert fhir.read(dumps(fhir.write(document, release=release))).documents == [document]


@given(st.integers(-62_135_500_000, 253_402_200_000), st.integers(0, 999_999_999))
def test_nanoseconds_survive_instants(seconds, rest):
    ns = seconds * 10**9 + rest
    assert Instant(Instant.from_ns(ns).text).ns == ns


@given(st.sampled_from(sorted(MAKERS)), st.text(max_size=6))
def test_no_field_that_a_schema_does_not_know_is_taken(name, field):
    content = make(random.Random(field), name)
    if field in registry.current(name)["properties"]:
        return
    try:
        documents.read({**content, field: 1})
    except SchemaError as fault:
        assert fault.code == "E_FIELD_UNKNOWN"  # noqa: PT017
    else:
        raise AssertionError(field)
