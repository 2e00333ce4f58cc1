"""The texts of the command line: whole in both languages, and every one is used."""

import re
import string
from pathlib import Path

import agetech.cli
from agetech.cli.app import COMMANDS, ELSEWHERE, build
from agetech.cli.words import texts

HAN = re.compile(r"[\u4e00-\u9fff]")


def test_texts_are_whole_in_both_languages():
    for key, entry in texts().items():
        assert set(entry) == {"en", "zh"}, key
        places = [{name for _, name, _, _ in string.Formatter().parse(entry[lang]) if name} for lang in ("en", "zh")]
        assert places[0] == places[1], key
        assert not HAN.search(entry["en"]), key
        assert HAN.search(entry["zh"]) or key == "doctor.jit", key


def test_every_text_is_used():
    source = "".join(path.read_text(encoding="utf-8") for path in Path(agetech.cli.__file__).parent.glob("*.py"))
    for key in texts():
        family, _, name = key.partition(".")
        assert f'"{key}"' in source or family in ("option", "help", "column"), key
        if family == "column":
            assert f'"{name}"' in source or f'"{key}"' in source, key


def test_every_command_and_option_has_its_help(monkeypatch):
    monkeypatch.setenv("AGETECH_LANG", "zh")
    assert set(build().commands) == set(COMMANDS) | set(ELSEWHERE)
    for called in (*COMMANDS, *ELSEWHERE):
        made = build([called])
        for command in (made, made.commands[called]):
            assert HAN.search(command.help), called
            for option in command.params:
                assert HAN.search(option.help or ""), (command.name, option.name)
