"""`agetech run`: an algorithm over a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from agetech.cli.exits import code_of
from agetech.cli.feeding import compiled, feed
from agetech.cli.output import contributions, document, format_of, save, show_rows
from agetech.cli.settings import settings
from agetech.cli.terminal import show, show_json
from agetech.cli.words import say
from agetech.core import find
from agetech.exchange import events, write_jsonl
from agetech.exchange.channels import chosen, fitted
from agetech.report.evidence import Evidence, Origin
from agetech.report.text import visible


def run_file(  # noqa: PLR0913 - the options of the command
    name: str,
    file: Path,
    pairs: Sequence[str],
    *,
    profile: str | None,
    fs: float | None,
    out: Path | None,
    subject: str | None,
    origin: Origin,
    as_document: bool,
    channels: Sequence[str] = (),
    layout: Path | None = None,
) -> None:
    """Read a file, run an algorithm over it in pieces, and give the rows; those before a refusal are given too."""
    wanted = format_of(out)
    if wanted == ".jsonl" and not subject:
        raise typer.BadParameter(say("out.subject"), param_hint="--subject")
    found = find(name)
    values = settings(found.params, pairs)
    choice = chosen(channels, found)
    recording = fitted(opened(file, profile=profile, fs=fs, layout=layout), found, choice)
    if not as_document and not compiled(found):
        show(say("demo.compile"))
    fed = feed(found, recording, values, label=visible(file.name), quiet=as_document)
    start = recording.start if recording.time is not None else None
    evidence = Evidence(found, fed.rows, fed.signal, fed.fs, fed.params, origin, name=visible(file.name), start=start)
    if wanted == ".html":
        evidence = replace(evidence, contributions=contributions(evidence))
    if out is not None and subject and wanted == ".jsonl":
        write_jsonl(events(fed.rows, algorithm=found, subject=subject, params=fed.params, recording=recording), out)
    elif out is not None:
        save(out, evidence, error=fed.refusal)
    if as_document:
        show_json(document(evidence, error=fed.refusal))
        if fed.refusal is not None:
            raise typer.Exit(int(code_of(fed.refusal)))
        return
    show_rows(evidence)
    if out is not None:
        show(say("out.written", path=out))
    if fed.refusal is not None:
        raise fed.refusal


def opened(file: Path, *, profile: str | None, fs: float | None, layout: Path | None = None) -> Any:
    """Return the recording of a file; `fs` is for files that do not hold their rate, `layout` for radar dumps."""
    from agetech.exchange import read

    return read(file, profile=profile, layout=layout) if fs is None else read(file, profile=profile, fs=fs, layout=layout)
