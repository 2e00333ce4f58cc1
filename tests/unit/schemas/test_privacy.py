import random

import pytest

from agetech.errors import SchemaError
from agetech.schemas import privacy, v1
from agetech.schemas.documents import read
from agetech.schemas.instants import Instant
from benchmarks.schemas.make import make

AT = Instant("2026-06-01T00:00:00Z")


def consent(**changes):
    content = {
        **make(random.Random(1), "consent"), "subject": {"kind": "elder-profile", "id": "p1"}, "categories": ["health"], "purposes": ["care"],  # noqa: E501 - one consent
        "recipients": [{"kind": "organization", "id": "h1"}], "period": {"start": "2026-01-01T00:00:00Z", "end": "2027-01-01T00:00:00Z"},
    }  # fmt: skip
    return read({**content, **changes})


def test_what_was_permitted_and_nothing_else():
    one = consent()
    assert v1.permits(one, "health", "care", "h1", AT)
    for case in (
        ("biometric", "care", "h1", AT),
        ("health", "research", "h1", AT),
        ("health", "care", "h2", AT),
        ("health", "care", "h1", Instant("2027-01-01T00:00:00Z")),
        ("health", "care", "h1", Instant("2025-12-31T23:59:59Z")),
    ):
        assert not v1.permits(one, *case)
    assert not v1.permits([], "health", "care", "h1", AT)


def test_deny_beats_permit_and_withdrawal_counts_from_its_moment():
    assert not v1.permits([consent(), consent(id="c2", decision="deny")], "health", "care", "h1", AT)
    gone = consent(status="inactive", withdrawn_at="2026-06-01T00:00:00Z", withdrawal_effect="delete")
    assert v1.permits(gone, "health", "care", "h1", Instant("2026-05-31T23:59:59.999Z"))
    assert not v1.permits(gone, "health", "care", "h1", AT)
    for status in ("draft", "not-done", "entered-in-error"):
        assert not v1.permits(consent(status=status), "health", "care", "h1", AT)
    assert not v1.permits([consent(), consent(id="c3", subject={"kind": "elder-profile", "id": "p2"})], "health", "care", "h1", AT)


@pytest.mark.parametrize(
    "change",
    [
        {"grantor": "guardian"},
        {"cross_border": True},
        {"separate_consent": False},
        {"period": {"start": "2026"}},
        {"withdrawn_at": "2026-06-01T00:00:00Z"},
        {"purposes": []},
        {"purposes": ["*"]},
    ],
)
def test_a_consent_that_proves_nothing_is_refused(change):
    with pytest.raises(SchemaError):
        consent(**change)


def test_the_gate_closes_at_the_next_chunk():
    gate = privacy.Gate([consent()], purpose="care", recipient="h1")
    gate.check("p1", "health", AT)
    gate.add(consent(id=consent().id, status="inactive", withdrawn_at="2026-06-01T00:00:00Z"))
    with pytest.raises(SchemaError) as caught:
        gate.check("p1", "health", AT)
    assert caught.value.code == "E_CONSENT"
    assert "p1" not in str(caught.value)
    assert not gate.allows("p2", "health", AT)


def test_pseudonyms_need_a_key_and_a_scope_changes_them():
    key = b"0123456789abcdef"
    assert privacy.pseudonym(key, "x") == privacy.pseudonym(key, "x") != privacy.pseudonym(key, "x", scope="export")
    assert privacy.pseudonym(key, "x") != privacy.pseudonym(key + b"1", "x")
    for wrong in (b"short", "0123456789abcdef", None):
        with pytest.raises(SchemaError):
            privacy.pseudonym(wrong, "x")
    assert v1.Reference(kind="elder-profile", id=privacy.pseudonym(key, "x"))


def test_resident_numbers():
    assert privacy.resident_number("11010519491231002X")
    assert privacy.resident_number("11010519491231002x")
    for wrong in ("110105194912310021", "11010519491231002", "A1010519491231002X", "１1010519491231002X"):
        assert not privacy.resident_number(wrong)


def test_redaction_follows_the_labels():
    content = {
        **make(random.Random(3), "elder-profile"),
        "care_level": {"scheme": "gbt_42195", "edition": "2022", "level": 2, "assessed_at": "2026-01-01T00:00:00Z"},
        "consents": [{"kind": "consent", "id": "c"}],
        "retention_until": "2030-01-01",
    }
    profile = read(content)
    bare = privacy.redact(profile)
    assert "pseudonym" not in bare
    assert "care_level" not in bare
    assert "schema" in bare
    assert "care_level" in privacy.redact(profile, permitted=["health"])
    assert privacy.redact(profile, keep_quasi=True)["pseudonym"] == profile.pseudonym


def rows(sizes):
    return [{"age": f"g{g}", "x": k} for g, n in enumerate(sizes) for k in range(n)]


def test_release_reports_the_k_it_reaches():
    assert privacy.release(rows([5, 9]), ["age"]).k == 5
    held = privacy.release(rows([5, 9, 7]) + [{"age": "lone", "x": k} for k in range(5 - 1)], ["age"])
    assert held.held_back == 4 + 5
    assert held.k == 7
    assert "lone" not in repr(held.rows)
    assert "lone" not in repr(held)
    with pytest.raises(SchemaError):
        privacy.release(rows([1, 2, 3]), ["age"])
    coarse = privacy.release(rows([3, 3]), ["age"], coarsen=[lambda row: {**row, "age": "all"}])
    assert (coarse.k, coarse.held_back) == (6, 0)


def test_random_releases_hold_their_promise():
    r = random.Random(4)
    for _ in range(200):
        held = [{"a": r.randint(0, 4), "b": r.randint(0, 3)} for _ in range(r.randint(0, 80))]
        try:
            out = privacy.release(held, ["a", "b"])
        except SchemaError:
            continue
        groups = {}
        for row in out.rows:
            groups[row["a"], row["b"]] = groups.get((row["a"], row["b"]), 0) + 1
        assert min(groups.values()) == out.k >= 5
        assert out.held_back == len(held) - len(out.rows)
        assert out.held_back == 0 or out.held_back >= 5


def test_ages_of_ninety_and_more_are_one_band():
    assert privacy.age_band(1930, now=2026) == "90+"
    assert privacy.age_band(1944, now=2026) == "80-84"


def times(count):
    return [Instant(f"2026-06-01T00:0{k}:00Z") for k in range(count)]


def test_a_withdrawal_counts_from_the_next_chunk():
    gate = privacy.Gate([consent()], purpose="care", recipient="h1")
    chunks = ((at, n) for n, at in enumerate(times(6)))
    got = []
    with pytest.raises(SchemaError) as caught:
        for n in gate.passing(chunks, "p1", "health", mode="strict"):
            got.append(n)
            if n == 2:
                gate.add(consent(status="inactive", withdrawn_at="2026-06-01T00:02:30Z", withdrawal_effect="stop_only"))
    assert (got, caught.value.code) == ([0, 1, 2], "E_CONSENT")


def test_a_lenient_gate_holds_back_counts_and_goes_on_when_consent_returns():
    gate = privacy.Gate([], purpose="care", recipient="h1")
    got = gate.passing(((at, n) for n, at in enumerate(times(6))), "p1", "health", mode="lenient")
    assert (list(got), gate.withheld) == ([], 6)
    again = gate.passing(((at, n) for n, at in enumerate(times(4))), "p1", "health", mode="lenient")
    gate.add(consent())
    assert (list(again), gate.withheld) == ([0, 1, 2, 3], 6)
