"""`agetech demo`: a simulated day through a fall detector, live in small pieces, with a page to look at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from agetech.cli.feeding import compiled, feed
from agetech.cli.output import contributions, document, page_text, show_rows
from agetech.cli.terminal import show, show_json
from agetech.cli.words import say
from agetech.core import Recording, find
from agetech.errors import ParamsError, language
from agetech.exchange.platform import write_text
from agetech.report.evidence import Evidence
from agetech.report.text import clock
from agetech.report.text import say as page_word
from agetech.simulate import PLACEMENTS, EventKind, Scene, Sensor, day

PIECE = 1.0  # s a push, as a gateway would


def run_demo(out: Path, *, seed: int, algorithm: str, placement: str, as_document: bool) -> None:
    """Simulate a day, find its falls, print them beside the truth, and write a page."""
    if placement not in PLACEMENTS:
        raise ParamsError("E_PARAM", "demo: placement", expected=" | ".join(PLACEMENTS), got=placement)
    found = find(algorithm)
    scene = day(seed=seed, sensor=Sensor(placement=placement))
    if not as_document:
        show(say("demo.made", length=f"{scene.duration / 60.0:.0f}", fs=f"{scene.fs:g}"))
        if not compiled(found):
            show(say("demo.compile"))
    recording = Recording(
        {"acc": scene.signal}, fs=scene.fs, units="m/s2", placement=placement if "placement" in found.params.model_fields else None
    )
    fed = feed(found, recording, {}, label=say("demo.label"), piece=PIECE, quiet=as_document)
    if fed.refusal is not None:
        raise fed.refusal
    name = say("demo.name", seed=seed)
    spans = tuple((span.start, span.end, span.name) for span in scene.spans)
    truth = tuple((event.impact, str(event.kind)) for event in scene.truth)
    evidence = Evidence(found, fed.rows, fed.signal, fed.fs, fed.params, "simulated", name=name, spans=spans, truth=truth)
    evidence = replace(evidence, contributions=contributions(evidence))
    write_text(out, page_text(evidence))
    if as_document:
        happened = [
            {"kind": str(one.kind), "detail": one.detail, "onset": one.onset, "impact": one.impact, "end": one.end} for one in scene.truth
        ]
        show_json(document(evidence, more={"truth": happened, "page": str(out)}))
        return
    show_rows(evidence)
    _tell_truth(scene)
    show(say("out.written", path=out.resolve()))
    show(say("demo.note"), style="bold")


def _tell_truth(scene: Scene) -> None:
    words: dict[Any, str] = {kind: page_word(language(), f"activity.{kind}") for kind in EventKind}
    happened = [f"{clock(event.impact / scene.fs, tenths=True)} {words[event.kind]}" for event in scene.truth]
    show(say("demo.truth", events=", ".join(happened)))
