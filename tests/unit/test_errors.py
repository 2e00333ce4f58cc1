"""The exception tree: language, texts, facts made safe, equality, pickling."""

from __future__ import annotations

import json
import locale
import pickle
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agetech import errors
from agetech.errors import (
    AgetechError,
    CheckpointError,
    ExchangeError,
    ParamsError,
    SchemaError,
    SignalError,
    catalogue,
    language,
)

KINDS = (SignalError, ParamsError, SchemaError, CheckpointError, ExchangeError)
LANGUAGE_NAMES = ("AGETECH_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.fixture
def speak(monkeypatch):
    """Return a function that sets the variables of the language and clears all others."""

    def set_to(**variables: str) -> None:
        for name in LANGUAGE_NAMES:
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_to


def shape_error() -> SignalError:
    return SignalError("E_SHAPE", "falls.impact: acc", expected="(n, 3)", got="(250,)")


# --- language -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"AGETECH_LANG": "zh"}, "zh"),
        ({"AGETECH_LANG": "ZH-hans"}, "zh"),
        ({"AGETECH_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"AGETECH_LANG": "zh", "LANG": "en_GB.UTF-8"}, "zh"),
        ({"AGETECH_LANG": "fr"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_TW.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_ALL": "zh_CN.GB18030", "LC_MESSAGES": "en_US.UTF-8"}, "zh"),
        ({"AGETECH_LANG": "", "LANG": "zh_CN"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "Chinese (Simplified)_China.936"}, "zh"),
    ],
)
def test_language_follows_the_variables_in_their_order(speak, variables, expected):
    speak(**variables)
    assert language() == expected


@pytest.mark.parametrize(("told", "expected"), [("zh_CN", "zh"), ("Chinese (Simplified)_China", "zh"), ("de_DE", "en"), (None, "en")])
def test_without_variables_the_locale_decides(speak, monkeypatch, told, expected):
    speak()
    monkeypatch.setattr(locale, "getlocale", lambda: (told, None))
    assert language() == expected


# --- texts ----------------------------------------------------------------------------------------------------
def test_a_message_names_path_expectation_and_what_came():
    error = shape_error()
    assert error.message("en") == "falls.impact: acc: shape must be (n, 3), got (250,)"
    assert error.message("zh") == "falls.impact: acc: 数组形状应为 (n, 3)，实际为 (250,)"
    assert error.remedy("en") == "Give one row a sample and one column a channel."
    assert error.remedy("zh").startswith("请按")
    assert (error.expected, error.got) == ("(n, 3)", "(250,)")


def test_str_is_code_and_message_in_the_language_of_the_moment(speak):
    error = shape_error()
    speak(AGETECH_LANG="en")
    assert str(error) == "[E_SHAPE] falls.impact: acc: shape must be (n, 3), got (250,)"
    speak(AGETECH_LANG="zh")
    assert str(error) == "[E_SHAPE] falls.impact: acc: 数组形状应为 (n, 3)，实际为 (250,)"


def test_without_a_path_the_message_stands_alone():
    assert SignalError("E_STREAMING").message("en") == "needs the whole recording and cannot stream"


def test_an_unknown_code_still_tells_its_facts():
    error = AgetechError("E_NOT_IN_THE_CATALOGUE", "x", expected="a", got="b")
    assert error.message("en") == error.message("zh") == "x: a / b"
    assert error.remedy("en") == error.remedy("zh") == ""


def test_a_missing_fact_leaves_its_place_empty():
    assert SignalError("E_SHAPE").message("en") == "shape must be , got "
    assert SignalError("E_SHAPE").expected == SignalError("E_SHAPE").got == ""


def test_as_dict_is_json_in_both_languages():
    told = json.loads(json.dumps(shape_error().as_dict()))
    assert set(told) == {"code", "path", "expected", "got", "message", "remedy"}
    assert told["code"] == "E_SHAPE"
    assert told["path"] == "falls.impact: acc"
    assert (told["expected"], told["got"]) == ("(n, 3)", "(250,)")
    assert told["message"] == {"en": shape_error().message("en"), "zh": shape_error().message("zh")}
    assert told["remedy"] == {"en": shape_error().remedy("en"), "zh": shape_error().remedy("zh")}


# --- facts are made safe ----------------------------------------------------------------------------------------
def test_control_and_direction_marks_become_visible():
    error = ParamsError("E_PARAM", "name\nline", expected="a number", got="\x1b[31mred\r\n\u202ereversed\x00")
    text = error.message("en")
    assert text == "name\\u000aline: must be a number, got \\u001b[31mred\\u000d\\u000a\\u202ereversed\\u0000"
    assert text.isprintable()


def test_braces_in_a_fact_are_not_places():
    error = ParamsError("E_PARAM", "p", expected="{got}", got="{code.__class__}")
    assert error.message("en") == "p: must be {got}, got {code.__class__}"


def test_chinese_and_rare_han_stay():
    assert ParamsError("E_PARAM", "姓名", got="𠮷田").message("zh") == "姓名: 参数应为 ，实际为 𠮷田"


@pytest.mark.parametrize(("fact", "shown"), [(3.5, "3.5"), (None, "None"), (b"\xff\n", "b'\\xff\\n'"), ((1, 2), "(1, 2)"), ("", "")])
def test_facts_of_any_type_are_shown(fact, shown):
    assert ParamsError("E_PARAM", got=fact).got == shown


@pytest.mark.parametrize(("length", "shown"), [(199, 199), (200, 200), (201, 203), (10**6, 203)])
def test_long_facts_are_cut_at_200(length, shown):
    got = ParamsError("E_PARAM", got="x" * length).got
    assert len(got) == shown
    assert got.endswith("...") == (length > 200)


def test_a_long_fact_of_hidden_characters_stays_short():
    assert len(ParamsError("E_PARAM", got="\u202e" * 300).got) == 203


@given(st.text(), st.text(), st.one_of(st.text(), st.binary(), st.floats(), st.none()))
def test_no_fact_breaks_a_line_or_raises(path, expected, got):
    error = SignalError("E_SHAPE", path, expected=expected, got=got)
    for text in (str(error), error.message("en"), error.message("zh"), error.remedy("en"), error.remedy("zh")):
        assert text.isprintable()
    json.dumps(error.as_dict()).encode("utf-8")


# --- behaviour of an exception -----------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
def test_one_except_catches_the_whole_tree(kind):
    with pytest.raises(AgetechError) as caught:
        raise kind("E_SHAPE", "x")
    assert type(caught.value) is kind
    assert not any(issubclass(kind, other) for other in KINDS if other is not kind)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_survives_a_process_border(protocol):
    error = shape_error()
    error.rows = [1, 2]
    back = pickle.loads(pickle.dumps(error, protocol))
    assert type(back) is SignalError
    assert back == error
    assert (back.code, back.path, back.facts, back.rows) == (error.code, error.path, error.facts, [1, 2])
    assert back.args == error.args


def test_equality_is_type_code_path_and_facts():
    assert shape_error() == shape_error()
    assert shape_error() != SignalError("E_SHAPE", "falls.impact: acc", expected="(n, 3)", got="(251,)")
    assert shape_error() != SignalError("E_SHAPE", "other", expected="(n, 3)", got="(250,)")
    assert shape_error() != SignalError("E_DTYPE", "falls.impact: acc", expected="(n, 3)", got="(250,)")
    assert shape_error() != ParamsError("E_SHAPE", "falls.impact: acc", expected="(n, 3)", got="(250,)")
    assert shape_error() != "E_SHAPE"


def test_an_error_can_be_a_key():
    error = shape_error()
    assert {error: 1}[error] == 1


# --- the catalogue ------------------------------------------------------------------------------------------------
def test_the_catalogue_holds_every_file():
    folder = files("agetech").joinpath("messages")
    kept = {code for entry in folder.iterdir() if entry.name.endswith(".json") for code in json.loads(entry.read_text(encoding="utf-8"))}
    assert set(catalogue()) == kept
    assert {"E_SHAPE", "E_UNIT_CODE"} <= kept


def test_every_text_can_be_filled():
    for code in catalogue():
        error = AgetechError(code, "path", expected="EXPECTED", got="GOT")
        for lang in ("en", "zh"):
            assert error.message(lang).startswith("path: ")
            assert error.remedy(lang)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "messages").mkdir()
    monkeypatch.setattr(errors, "files", lambda name: tmp_path)
    catalogue.cache_clear()
    yield tmp_path / "messages"
    catalogue.cache_clear()


def test_a_code_in_two_files_is_a_fault_of_ours(folder):
    for name in ("a.json", "b.json"):
        (folder / name).write_text('{"E_TWICE": {"en": "x"}}', encoding="utf-8")
    with pytest.raises(RuntimeError, match="E_TWICE"):
        catalogue()


def test_other_files_beside_the_catalogue_are_passed_over(folder):
    (folder / "a.json").write_text('{"E_ONE": {"en": "x"}}', encoding="utf-8")
    (folder / "README.md").write_text("not json", encoding="utf-8")
    assert set(catalogue()) == {"E_ONE"}
