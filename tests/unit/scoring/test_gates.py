"""Item text: shipped where it may, else only from a licensed file that holds."""

from __future__ import annotations

import json

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
