"""The command line as a process of its own: what it imports, and how it treats terminals, pipes and odd encodings."""

import os
import subprocess
import sys

import pytest

HEAVY = ("numba", "llvmlite", "scipy", "numpy", "pydantic", "jinja2")


def agetech(*arguments, **surroundings):
    env = {**os.environ, "AGETECH_LANG": "en", **surroundings}
    command = [sys.executable, "-m", "agetech", *arguments]
    return subprocess.run(command, capture_output=True, env=env, check=False, timeout=120)


def test_help_loads_no_heavy_package():
    code = f"""
import sys
from agetech.cli import main
try:
    main(["--help"])
except SystemExit as left:
    assert not left.code
print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert done.stderr.decode().strip().splitlines()[-1] == "[]"


def test_it_runs_as_a_module():
    done = agetech("--version")
    assert done.returncode == 0
    assert done.stdout.startswith(b"agetech ")


def test_no_colour_and_no_bar_where_there_is_no_terminal():
    done = agetech("describe", "nothing")
    assert done.returncode == 4
    assert b"\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "utf-8"])
def test_odd_terminals_are_written_to(encoding):
    done = agetech("describe", "没有", AGETECH_LANG="zh", PYTHONIOENCODING=encoding, PYTHONUTF8="1")
    assert done.returncode == 4
    text = done.stderr.decode(encoding)
    assert "E_ALGORITHM" in text
    assert ("没有这个算法" in text) == (encoding != "ascii")


def test_a_reader_that_leaves_is_no_fault():
    command = [sys.executable, "-m", "agetech", "--help"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.wait(timeout=60) in (0, 1)
        assert b"Traceback" not in process.stderr.read()


@pytest.mark.skipif(os.name != "posix", reason="a pseudo terminal needs POSIX")
@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colour_on_a_terminal_unless_no_color_is_set(no_color, coloured):
    import pty

    ours, theirs = pty.openpty()
    env = {**os.environ, "AGETECH_LANG": "en", "NO_COLOR": no_color, "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "agetech", "describe", "nothing"]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env) as process:
        os.close(theirs)
        seen = b""
        try:
            while part := os.read(ours, 4096):
                seen += part
        except OSError:  # Linux says so at the end of a terminal
            pass
        os.close(ours)
        assert process.wait(timeout=60) == 4
    assert b"E_ALGORITHM" in seen
    assert (b"\x1b[1;31m" in seen) == coloured
    assert (b"31m" in seen) == coloured
