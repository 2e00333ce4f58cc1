"""The command line `agetech`: thin commands over the library, no logic of their own.

Importing this package, and `agetech --help`, load neither numpy nor numba nor scipy. Exit codes: `ExitCode`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from agetech.cli.exits import ExitCode


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with an `ExitCode`."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # a terminal of code page 936 or ASCII shows a question mark instead of dying
    rest, wrong = with_language(given)
    if wrong is not None:
        from agetech.cli.words import say

        sys.stderr.write(say("lang.unknown", got=wrong) + "\n")
        raise SystemExit(ExitCode.USAGE)
    from agetech.cli.app import build

    try:
        build(rest)(rest, prog_name="agetech")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(ExitCode.OK) from None


def with_language(arguments: list[str]) -> tuple[list[str], str | None]:
    """Take `--lang` from anywhere in the arguments into AGETECH_LANG; return the rest, and a value that is no language."""
    rest: list[str] = []
    wrong = None
    pending = False
    for place, argument in enumerate(arguments):
        if argument == "--":
            rest += arguments[place:]
            break
        name, sign, value = argument.partition("=")
        if pending:
            wrong = _choose(argument, wrong)
            pending = False
        elif name == "--lang" and sign:
            wrong = _choose(value, wrong)
        elif argument == "--lang":
            pending = True
        else:
            rest.append(argument)
    return rest, "" if pending else wrong


def _choose(value: str, wrong: str | None) -> str | None:
    if value not in ("en", "zh"):
        return value
    os.environ["AGETECH_LANG"] = value
    return wrong
