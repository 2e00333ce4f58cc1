"""The listener inside a traced program: it stands there as `sitecustomize.py` and writes down each `agetech.run` event once.

This file imports nothing of agetech, so that the traced program loads what it would load without it. Audit events are heard
in all threads of a process; forked and spawned children hear theirs by the inherited environment.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

FOLDER = "AGETECH_POOL_TRACE"
_LAUNCHES = {"subprocess.Popen": (0, 1, 3), "os.exec": (0, 1, 2), "os.posix_spawn": (0, 1, 2)}  # places of program, arguments, environment


def write(folder: str, line: dict[str, str]) -> None:
    """Append one line to this process's file; the traced program goes on even where that fails."""
    try:
        place = os.open(os.path.join(folder, f"{os.getpid()}.jsonl"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)  # noqa: PTH118
        try:
            os.write(place, (json.dumps(line) + "\n").encode())
        finally:
            os.close(place)
    except OSError as error:
        sys.stderr.write(f"agetech pool trace: {error}\n")


def text_of(part: Any) -> str:
    """Return a path or argument as text."""
    return os.fsdecode(part) if isinstance(part, str | bytes | os.PathLike) else str(part)


def is_blind(program: Any, arguments: Any, environment: Any) -> str:
    """Return the command where it is a Python that will not hear: -I, -E, -S, or an environment without us; else nothing."""
    words = [text_of(word) for word in arguments] if isinstance(arguments, list | tuple) else [text_of(arguments or program)]
    name = os.path.basename(text_of(program) if program else words[0])  # noqa: PTH119
    if not name.startswith(("python", "pypy")):
        return ""
    flags: list[str] = []
    for word in words[1:]:
        if not word.startswith("-") or word.startswith("--") or word[1:2] in ("c", "m", ""):
            break
        flags.append(word)
    deaf = any(letter in flag for flag in flags for letter in "IES")
    held = [text_of(key) for key in environment] if isinstance(environment, dict | list | tuple) else [FOLDER, "PYTHONPATH"]
    cut = isinstance(environment, dict) and not {FOLDER, "PYTHONPATH"} <= set(held)
    return " ".join(words)[:300] if deaf or cut else ""


def install(folder: str) -> None:
    """Listen from now on in this process and all that is forked from it."""
    seen: set[tuple[str, str]] = set()

    def listen(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "agetech.run":
            key = (str(arguments[0]), str(arguments[1]))
            if key not in seen:
                seen.add(key)
                write(folder, {"run": key[0], "version": key[1]})
        elif event in _LAUNCHES:
            blind = is_blind(*(arguments[place] for place in _LAUNCHES[event]))
            if blind:
                write(folder, {"blind": blind})

    sys.addaudithook(listen)
    write(folder, {"start": " ".join(sys.orig_argv)[:300]})


def give_way() -> None:
    """Let another `sitecustomize` of the environment run, as it would have without us."""
    own = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
    sys.path[:] = [place for place in sys.path if os.path.abspath(place) != own]  # noqa: PTH100
    ours = sys.modules.pop("sitecustomize")
    try:
        __import__("sitecustomize")
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
    finally:
        sys.modules.setdefault("sitecustomize", ours)  # the import that runs us looks for it


if __name__ == "sitecustomize" and os.environ.get(FOLDER):
    install(os.environ[FOLDER])
    give_way()
