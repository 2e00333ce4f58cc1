"""Coefficients of `falls.impact` and their evidence.

    python -m benchmarks.falls train      makes src/agetech/signals/falls/coefficients/*.json again
    python -m benchmarks.falls c          writes them as a C header for reference/c
    python -m benchmarks.falls vectors    writes the conformance vectors, simulated
    python -m benchmarks.falls pages      puts the figures into the documentation
    python -m benchmarks.falls evaluate   writes docs/evidence/falls.json: persons left out whole, two at a time

Both need the developers' recordings (AGETECH_DATA). Models of the left-out rounds are kept in build/falls.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks import evidence
from benchmarks.falls import c_coefficients, measure, pages, vectors
from benchmarks.falls.data import ROOT, changes, digests, takes
from benchmarks.falls.extract import table
from benchmarks.falls.stamps import by_stamps

COEFFICIENTS = ROOT / "src" / "agetech" / "signals" / "falls" / "coefficients"
BUILD = ROOT / "build" / "falls"
SOURCES = {"waist": "sisfall", "wrist": "weda"}
ROUNDS = 6
RECIPE = {"waist": ("data.py", "extract.py", "train.py"), "wrist": ("data.py", "extract.py", "train.py", "stamps.py")}


def recipe(placement: str) -> str:
    """Return the sha256 of a recipe: the files of this folder that decide about the coefficients, in order."""
    here = Path(__file__).parent
    return hashlib.sha256(b"".join((here / name).read_bytes() for name in RECIPE[placement])).hexdigest()


def left_out(placement: str) -> list[dict[str, Any]]:
    """Return the models of the left-out rounds, each with the people it has not seen; trained when there are none."""
    from benchmarks.falls.train import folds, train  # needs scikit-learn, which the evidence and the vectors do not

    path = BUILD / f"{placement}.json"
    key = {"recipe": recipe(placement), "data": digests(SOURCES[placement])}
    if path.exists():
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if kept["key"] == key:
            return list(kept["rounds"])
    recordings = takes(SOURCES[placement])
    tables = {"as it is": table(recordings, None, placement)}
    more = [("by stamps", by_stamps)] if placement == "wrist" else []
    for name, change in [*changes(recordings[0].fs), *more]:
        print(f"{placement}: {name}", flush=True)
        tables[name] = table(recordings, change, placement)
    people = {one.person for one in recordings}
    rounds = []
    for held in folds(people, ROUNDS):
        print(f"{placement}: without {', '.join(sorted(held))}", flush=True)
        rounds.append({"held": sorted(held), "model": train(tables, recordings, people - held, placement)})
    print(f"{placement}: all people", flush=True)
    rounds.append({"held": [], "model": train(tables, recordings, people, placement)})
    BUILD.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"key": key, "rounds": rounds}), encoding="utf-8")
    return rounds


def write_coefficients() -> None:
    """Write the coefficients trained on all developers' persons."""
    for placement, source in SOURCES.items():
        document = {
            "placement": placement,
            "version": "1.0.0",
            "measured": True,
            "posture": placement == "waist",
            "recipe": {"command": "python -m benchmarks.falls train", "sha256": recipe(placement), "data": digests(source)},
            **left_out(placement)[-1]["model"],
            "stricter": measure.STRICTER[placement],
        }
        place = COEFFICIENTS / f"{placement}.json"
        place.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")
    # a waist model finds falls in a pocket but takes too much else for one: stricter by one unit of log-odds, see ADR 0072
    stricter = measure.STRICTER["waist"] + 1.0
    pocket = {"placement": "pocket", "version": "1.0.0", "measured": False, "posture": False, "same_as": "waist", "stricter": stricter}
    (COEFFICIENTS / "pocket.json").write_text(json.dumps(pocket) + "\n", encoding="utf-8")


def main() -> int:
    """Run one of the two commands."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.falls", description=__doc__)
    parser.add_argument("command", choices=("train", "c", "vectors", "pages", "evaluate"))
    chosen = parser.parse_args().command
    if chosen == "train":
        write_coefficients()
        return 0
    made = {"c": lambda: [c_coefficients.write()], "vectors": vectors.write, "pages": pages.write}
    if chosen in made:
        print(*made[chosen](), sep="\n")
        return 0
    figures = {placement: measure.placement(placement, takes(source), left_out(placement)) for placement, source in SOURCES.items()}
    data = {source: digests(source) for source in SOURCES.values()}
    path = evidence.write(
        "falls", "python -m benchmarks.falls evaluate", {"recipes": {name: recipe(name) for name in SOURCES}, "data": data, **figures}
    )
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
