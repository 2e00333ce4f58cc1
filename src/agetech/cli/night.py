"""`agetech demo --night`: a simulated night in bed, streamed through breathing and heart, with a page for a carer."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from agetech.cli.feeding import Fed, compiled, feed
from agetech.cli.output import document, show_rows
from agetech.cli.terminal import show, show_json
from agetech.cli.words import say
from agetech.core import Recording, find
from agetech.exchange.platform import write_text
from agetech.report.evidence import Evidence
from agetech.report.night import NightEvidence, night_page
from agetech.signals.cardiac import pulse_rate
from agetech.signals.sleep import BreathingIndex, breathing_index
from agetech.simulate.ecg import simulate_ecg
from agetech.simulate.night import SimulatedNight, simulated_night

ECG_RATE = 100.0  # Hz
HEART = 62.0  # per minute, of the simulated sleeper
WINDOW = 60.0  # s of one heart rate


class Night(NamedTuple):
    """What came of a night: breathing rates, events, and heart rates, each with what ran."""

    made: SimulatedNight
    rates: Fed
    events: Fed
    heart: Any


def run_night(out: Path, *, seed: int, hours: float, as_document: bool) -> None:
    """Simulate a night, stream it, print its events beside the truth, and write a page."""
    if not as_document:
        show(say("demo.night.made", hours=f"{hours:g}"))
        if not all(compiled(find(name)) for name in ("sleep.breathing", "cardiac.beats")):
            show(say("demo.compile"))
    night = streamed(seed, hours, quiet=as_document)
    seconds = len(night.made.breathing) / night.made.fs
    index = breathing_index(night.events.rows, seconds / 3600.0, fs=night.made.fs)
    told = np.isfinite(night.heart["rate"])
    middles = 0.5 * (night.heart["start"] + night.heart["end"]) / ECG_RATE
    evidence = NightEvidence(
        seconds=seconds, fs=night.made.fs, rates=night.rates.rows, events=night.events.rows, spo2=night.made.spo2,
        heart=(middles[told], night.heart["rate"][told]) if told.any() else None, simulated=True,
    )  # fmt: skip
    write_text(out, night_page(evidence))
    of_events = Evidence(
        find("sleep.breathing"), night.events.rows, night.events.signal, night.events.fs, night.events.params, "simulated",
        name=say("demo.night.name", seed=seed),
    )  # fmt: skip
    if as_document:
        show_json(document(of_events, more=_more(night, index, out)))
        return
    show_rows(of_events)
    _tell(night, index)
    show(say("out.written", path=out.resolve()))
    show(say("demo.note"), style="bold")


def streamed(seed: int, hours: float, *, quiet: bool) -> Night:
    """Return what the streams gave for a simulated night, pushed in pieces as a gateway would."""
    made = simulated_night(hours, seed=seed)
    breathing = Recording({"signal": made.breathing}, fs=made.fs, units="1")
    both = Recording(
        {"breathing": made.breathing, "spo2": made.spo2}, fs={"breathing": made.fs, "spo2": 1.0}, units={"breathing": "1", "spo2": "%"}
    )
    ecg = Recording({"ecg": simulate_ecg(hours * 3600.0, ECG_RATE, rate=HEART, seed=seed).signal}, fs=ECG_RATE, units="mV")
    label = say("demo.night.name", seed=seed)
    rates, events, beats = (
        feed(find(name), recording, values, label=label, quiet=quiet)
        for name, recording, values in (
            ("respiration.rate", breathing, {"source": "displacement"}), ("sleep.breathing", both, {}), ("cardiac.beats", ecg, {}),
        )
    )  # fmt: skip
    for one in (rates, events, beats):
        if one.refusal is not None:
            raise one.refusal
    heart = pulse_rate(beats.rows, ECG_RATE, len(ecg.channels["ecg"]), window=WINDOW, hop=WINDOW, interval="rr")
    return Night(made, rates, events, heart)


def _middle(values: Any) -> float | None:
    known = np.asarray(values)[np.isfinite(values)]
    return float(np.median(known)) if known.size else None


def _more(night: Night, index: BreathingIndex, out: Path) -> dict[str, Any]:
    truth = [
        {"kind": "apnea" if one.left == 0.0 else "hypopnea", "start": one.start, "end": one.end, "points": one.points}
        for one in night.made.events
    ]
    return {
        "breathing_rate": _middle(night.rates.rows["rate"]),
        "heart_rate": _middle(night.heart["rate"]),
        "index": {key: None if value != value else value for key, value in index._asdict().items()},  # noqa: PLR0124 - NaN is null
        "truth": truth,
        "page": str(out),
    }


def _tell(night: Night, index: BreathingIndex) -> None:
    rate, heart = _middle(night.rates.rows["rate"]), _middle(night.heart["rate"])
    answered = 100.0 * float(np.isfinite(night.rates.rows["rate"]).mean()) if len(night.rates.rows) else 0.0
    none = "-"
    show(
        say(
            "demo.night.said",
            rate=none if rate is None else f"{rate:.1f}",
            share=f"{answered:.0f}",
            name=index.name,
            index=f"{index.per_hour:.1f}",
            heart=none if heart is None else f"{heart:.0f}",
        )
    )
    apneas = sum(one.left == 0.0 for one in night.made.events)
    show(say("demo.night.truth", apneas=apneas, hypopneas=len(night.made.events) - apneas))
