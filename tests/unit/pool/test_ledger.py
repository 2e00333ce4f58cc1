"""The chain: any edit at any position is found; what is pinned elsewhere finds even a ledger written anew."""

import json
import shutil
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agetech.errors import AgetechError, ExchangeError, SchemaError
from agetech.pool.ledger import HEAD, append, check_ledger, folder_of, read_ledger
from agetech.pool.record import canonical, digest_of, file_text
from agetech.pool.subject import known_ids
from tests.unit.pool.made import EXAMPLE, ONE, example, write

ON = date(2026, 11, 24)
COUNT = len(EXAMPLE)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return write(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def ledger(whole, tmp_path):
    for path in whole.glob("*.json"):
        shutil.copy(path, tmp_path)
    return tmp_path


def codes(place, **more):
    return {fault.code for fault in check_ledger(place, on=ON, **more)[0]}


def test_the_shipped_example_is_what_the_drafts_make(whole):
    shipped = folder_of("example")
    assert {path.name for path in shipped.glob("*.json")} == {path.name for path in whole.glob("*.json")}
    assert all((shipped / path.name).read_bytes() == path.read_bytes() for path in whole.glob("*.json"))
    assert all(record.fictitious for record in read_ledger("example").records)
    assert codes("example", known=known_ids()) == set()


def test_the_shipped_ledger_is_empty_and_whole():
    assert read_ledger("agetech").records == ()
    assert codes("agetech", known=known_ids()) == set()
    with pytest.raises(SchemaError) as caught:
        append("agetech", example()[0])
    assert caught.value.code == "E_POOL_SHIPPED"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_byte_changed_anywhere_is_found(ledger, whole, data):
    name = data.draw(st.sampled_from(sorted(path.name for path in whole.glob("*.json"))))
    before = (whole / name).read_bytes()
    at = data.draw(st.integers(0, len(before) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != before[at]))
    how = data.draw(st.sampled_from(["replace", "insert", "delete"]))
    middle = b"" if how == "delete" else bytes([byte]) + (before[at : at + 1] if how == "insert" else b"")
    (ledger / name).write_bytes(before[:at] + middle + before[at + 1 :])
    try:
        assert codes(ledger)
        with pytest.raises(AgetechError):
            read_ledger(ledger)
    finally:
        (ledger / name).write_bytes(before)


@pytest.mark.deep
def test_each_byte_of_the_whole_ledger(ledger, whole):
    """Change every single byte once: no position is safe for an edit."""
    for path in sorted(whole.glob("*.json")):
        before = path.read_bytes()
        for at in range(len(before)):
            (ledger / path.name).write_bytes(before[:at] + bytes([before[at] ^ 1]) + before[at + 1 :])
            assert codes(ledger), (path.name, at)
        (ledger / path.name).write_bytes(before)
    assert codes(ledger) == set()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(1, COUNT), upto=st.integers(0, COUNT))
def test_an_edit_with_new_digests_is_found_unless_all_is_written_anew(ledger, whole, place, upto):
    """Edit a record and make the digests of the records up to `upto` anew: the next one, or the head, tells."""
    last = None
    for number in range(place, max(place, upto) + 1):
        path = ledger / f"{number:06d}.json"
        content = json.loads((whole / path.name).read_bytes())
        if number == place:
            content["submitted_by"]["name"] += "!"
        if last is not None:
            content["previous"] = last
        content["digest"] = last = digest_of(content)
        path.write_text(file_text(content), encoding="utf-8")
    try:
        end = max(place, upto)
        assert codes(ledger) & {"E_POOL_CHAIN" if end < COUNT else "E_POOL_HEAD"}
        if end == COUNT:
            head = json.loads((whole / HEAD).read_bytes())
            (ledger / HEAD).write_text(file_text({**head, "digest": last}), encoding="utf-8")
            assert codes(ledger) == set()  # a chain alone cannot tell
            assert codes(ledger, pinned=head["digest"]) == {"E_POOL_PINNED"}
    finally:
        for path in whole.glob("*.json"):
            shutil.copy(path, ledger)


@pytest.mark.parametrize("place", range(1, COUNT + 1))
def test_a_record_taken_out_is_found(ledger, place):
    (ledger / f"{place:06d}.json").unlink()
    assert codes(ledger) & {"E_POOL_SEQUENCE", "E_POOL_HEAD"}
    for later in range(place + 1, COUNT + 1):
        (ledger / f"{later:06d}.json").rename(ledger / f"{later - 1:06d}.json")
    assert codes(ledger) & {"E_POOL_CHAIN", "E_POOL_HEAD"}


@pytest.mark.parametrize("place", range(1, COUNT))
def test_two_records_swapped_are_found(ledger, place):
    one, other = ledger / f"{place:06d}.json", ledger / f"{place + 1:06d}.json"
    held = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(held)
    assert "E_POOL_CHAIN" in codes(ledger)


def test_the_head_pins_and_the_reasons(ledger, tmp_path):
    head = json.loads((ledger / HEAD).read_bytes())["digest"]
    first = json.loads((ledger / "000001.json").read_bytes())["digest"]
    assert codes(ledger, pinned=head) == codes(ledger, pinned=first) == set()
    assert codes(ledger, pinned="ab" * 32) == {"E_POOL_PINNED"}
    (ledger / "notes.txt").write_text("x", encoding="utf-8")
    assert codes(ledger) == {"E_POOL_SEQUENCE"}
    (ledger / "notes.txt").unlink()
    (ledger / HEAD).unlink()
    assert codes(ledger) == {"E_POOL_HEAD"}
    content = json.loads((ledger / "000001.json").read_bytes())
    (ledger / "000001.json").write_text(json.dumps(content), encoding="utf-8")
    assert codes(ledger) == {"E_POOL_FILE"}
    content["recorded"] = "2026-09-03"
    (ledger / "000001.json").write_text(file_text(content), encoding="utf-8")
    assert "E_POOL_DIGEST" in codes(ledger)
    assert codes(tmp_path / "nowhere") == {"E_POOL_FOLDER"}


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"NaN", b'{"a": NaN}', b'{"a": "\\ud800"}', b"\xff", b"[" * 100_000])
def test_what_is_no_record_is_refused(ledger, text):
    (ledger / "000003.json").write_bytes(text)
    assert codes(ledger) == {"E_POOL_FILE"}


def test_a_second_writer_waits_outside(ledger):
    from agetech.exchange.platform import locked

    with locked(ledger / ".lock"), pytest.raises(ExchangeError) as caught:
        append(ledger, example()[0])
    assert caught.value.code == "E_FILE_LOCKED"


def test_old_statuses_are_warned_of(ledger):
    _, fresh = check_ledger(ledger, on=date(2027, 2, 28))
    assert fresh == []  # 180 days after 2026-09-01
    _, old = check_ledger(ledger, on=date(2027, 3, 1))
    assert {fault.code for fault in old} == {"E_POOL_STALE"}
    assert any(ONE in fault.path for fault in old)


def test_the_digest_is_that_of_rfc_8785():
    rfc8785 = pytest.importorskip("rfc8785")
    for record in read_ledger("example").records:
        content = json.loads((folder_of("example") / f"{record.id[2:]}.json").read_bytes())
        assert rfc8785.dumps({name: part for name, part in content.items() if name != "digest"}) == canonical(content)
        assert digest_of(content) == record.digest
