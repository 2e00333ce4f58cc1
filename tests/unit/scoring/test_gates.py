"""Item text: shipped where it may, else only from a licensed file that holds."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from agetech.errors import ParamsError, SchemaError
from agetech.scoring import instrument, instruments
from agetech.scoring.gates import licence, ships_text, text

MOCA = {
    "instrument": "moca",
    "version": "1.0.0",
    "lang": "en",
    "licensee": "Acme Care",
    "licence": "contract 7",
    "items": {item.id: f"wording of {item.id}" for item in instrument("moca").items},
}


@pytest.mark.parametrize(
    "name", [n for n in instruments() if instrument(n).document["licence"]["class"] in ("reserved", "free_use_text_reserved")]
)
def test_reserved_text_is_not_there(name):
    with pytest.raises(ParamsError) as caught:
        text(name)
    assert caught.value.code == "E_TEXT_LICENCE"
    assert "reserved" in caught.value.expected


def test_open_text_is_ours_and_says_so():
    got = text("phq2", "zh")
    assert (got.validated, got.items["q2"], got.answers["3"]) == (False, "情绪低落", "几乎每天")
    assert text("tug").items == {"seconds": "seconds (s)"}
    assert not ships_text(instrument("gds30"))
    with pytest.raises(ParamsError):
        text("gds30")
    with pytest.raises(ParamsError):
        text("phq2", "fr")


def test_a_licensed_file_gives_the_wording(tmp_path):
    path = tmp_path / "moca.json"
    path.write_text(json.dumps(MOCA), encoding="utf-8")
    got = text("moca", licensed=path)
    assert (got.validated, got.licensee, got.items["trail"]) == (True, "Acme Care", "wording of trail")


@pytest.mark.parametrize(
    "change",
    [{"instrument": "mmse"}, {"version": "0.9.0"}, {"lang": "zh"}, {"licensee": ""}, {"licence": None}, {"items": {"trail": "x"}},
     {"items": None}, {"items": {**MOCA["items"], "trail": " "}}, {"answers": {"0": 1}}],
)  # fmt: skip
def test_a_licensed_file_that_does_not_hold(tmp_path, change):
    path = tmp_path / "moca.json"
    path.write_text(json.dumps(MOCA | change), encoding="utf-8")
    with pytest.raises(SchemaError):
        text("moca", licensed=path)


@pytest.mark.parametrize("content", [b"", b"\xff", b"[1]"])
def test_a_licensed_file_that_is_no_document(tmp_path, content):
    path = tmp_path / "moca.json"
    path.write_bytes(content)
    with pytest.raises(SchemaError):
        text("moca", licensed=path)


def test_a_large_licensed_file_is_refused_unread(tmp_path):
    path = tmp_path / "moca.json"
    path.write_bytes(b" " * 1_000_001)
    with pytest.raises(SchemaError, match="1000001"):
        text("moca", licensed=path)


def test_licences_say_that_nobody_confirmed_them():
    assert licence("moca") == "reserved (not confirmed)"
    assert licence("moca", "zh") == "受版权保护（未经确认）"


def facts(caught):
    error = caught.value
    return error.code, error.path, error.expected, error.got


def test_refusals_name_what_and_why():
    with pytest.raises(ParamsError) as caught:
        text("phq2", "fr")
    assert facts(caught) == ("E_PARAM", "scoring.phq2: lang", "en or zh", "fr")
    with pytest.raises(ParamsError) as caught:
        text("moca")
    assert facts(caught) == ("E_TEXT_LICENCE", "scoring.moca", "reserved (not confirmed)", "moca")
    with pytest.raises(ParamsError) as caught:
        text("gds30")
    assert facts(caught) == ("E_TEXT_LICENCE", "scoring.gds30", "not shipped", "gds30")


@pytest.mark.parametrize(
    ("change", "field", "expected", "got"),
    [
        ({"instrument": "mmse"}, "instrument", "moca", "mmse"),
        ({"version": "0.9.0"}, "version", "1.0.0", "0.9.0"),
        ({"lang": "zh"}, "lang", "en", "zh"),
        ({"licensee": " "}, "licensee", "who may use the wording, and by what", "nothing"),
        ({"licence": 7}, "licence", "who may use the wording, and by what", "nothing"),
        ({"items": {"trail": "x" * 90}}, "items", ", ".join(MOCA["items"]), "{'trail': '" + "x" * 69),
        ({"answers": ["y" * 90]}, "answers", "answer -> text", "['" + "y" * 78),
    ],
)
def test_a_licensed_file_that_does_not_hold_is_told_apart(tmp_path, change, field, expected, got):
    path = tmp_path / "moca.json"
    path.write_text(json.dumps(MOCA | change), encoding="utf-8")
    with pytest.raises(SchemaError) as caught:
        text("moca", licensed=path)
    error = caught.value
    assert (error.code, error.path, error.facts) == ("E_TEXT_FILE", f"moca.json: {field}", {"expected": expected, "got": got})


def test_a_file_that_is_no_object_or_no_json_is_told_apart(tmp_path):
    path = tmp_path / "moca.json"
    path.write_bytes(b"[1]")
    with pytest.raises(SchemaError) as caught:
        text("moca", licensed=path)
    assert facts(caught) == ("E_TEXT_FILE", "moca.json: instrument", "moca", "list")
    path.write_bytes(b"{")
    with pytest.raises(SchemaError) as caught:
        text("moca", licensed=path)
    assert facts(caught)[:3] == ("E_TEXT_FILE", "moca.json", "JSON in UTF-8")
    assert "double quotes" in caught.value.got


def test_the_largest_licensed_file_is_read(tmp_path):
    path = tmp_path / "moca.json"
    content = json.dumps(MOCA).encode()
    path.write_bytes(content + b" " * (1_000_000 - len(content)))
    assert text("moca", licensed=path).validated
    path.write_bytes(content + b" " * (1_000_001 - len(content)))
    with pytest.raises(SchemaError) as caught:
        text("moca", licensed=path)
    assert facts(caught) == ("E_TEXT_FILE", "moca.json", "at most 1000000 bytes", "1000001")


def test_a_text_says_whose_it_is(tmp_path):
    path = tmp_path / "moca.json"
    path.write_text(json.dumps(MOCA | {"answers": {"0": "no"}}), encoding="utf-8-sig")
    got = text("moca", licensed=path)
    assert (got.instrument, got.version, got.lang) == ("moca", "1.0.0", "en")
    assert (got.licensee, got.licence, got.answers) == ("Acme Care", "contract 7", {"0": "no"})
    ours = text("phq2", "zh")
    assert (ours.instrument, ours.version, ours.lang, ours.licensee, ours.licence) == ("phq2", instrument("phq2").version, "zh", "", "")


def test_a_confirmed_licence_says_so():
    document = instrument("phq2").document
    confirmed = replace(instrument("phq2"), document={**document, "licence": {**document["licence"], "confirmed": True}})
    assert (licence(confirmed), licence(confirmed, "zh")) == ("open (confirmed)", "开放使用（已确认）")
