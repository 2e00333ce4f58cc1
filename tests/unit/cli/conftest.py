"""The command line in this process: algorithms of our own making are registered, the language is English."""

import json
import os

import pytest

from agetech.cli import main
from agetech.core import register, unregister
from tests.unit.cli.made import LEVEL, PEAKS, WHOLE


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, tmp_path):
    monkeypatch.setenv("AGETECH_LANG", "en")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    for algorithm in (PEAKS, LEVEL, WHOLE):
        register(algorithm)
    yield
    for algorithm in (PEAKS, LEVEL, WHOLE):
        unregister(algorithm)
    assert os.environ["AGETECH_LANG"] in ("en", "zh")


class Said:
    """What a command said, and its exit code."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def agetech(capsys):
    """Return a function that runs the command line with some arguments."""

    def call(*arguments):
        with pytest.raises(SystemExit) as caught:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Said(int(caught.value.code or 0), out, err)

    return call
