"""ST figures: known steps lifted into real beats, and turns of the body, four of each in every record without flutter.

A step is 150 to 300 uV of either sign for 45 to 120 s; a turn scales the ECG to 0.55 and shifts the ST level for good.
What a row says is compared with the same record untouched. The two settings of the axis-shift guard were chosen on
these records; the row "left out by record" scores each record with the settings that the other records would choose.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from agetech.signals.cardiac import StParams, detect_beats, find_episodes, st_deviation
from agetech.signals.cardiac import st as module
from benchmarks.cardiac.data import arrhythmia

FS = 360.0
LENGTH = 432000  # samples: 20 min
SETTINGS = [StParams(turn=turn, wander=wander) for turn, wander in product((0.15, 0.2, 0.25), (0.0, 2.0, 3.0, 4.0))]


class Case(NamedTuple):
    """One draw: the step, and the rows of the record untouched, with the step, and turned."""

    name: str
    size: float
    begin: float
    length: float
    plain: Any
    stepped: Any
    turned: Any


def lifted(x: Any, beats: Any, begin: float, end: float, size: float) -> Any:
    """Return the ECG with the ST segment of the beats from `begin` to `end` s lifted by `size` uV."""
    x = x.copy()
    shape = np.ones(130)
    shape[:14], shape[14:21] = 0.0, np.linspace(0.0, 1.0, 7)
    shape[72:] = 0.5 + 0.5 * np.cos(np.linspace(0.0, np.pi, 58))
    for beat in beats:
        if begin * FS <= beat < end * FS and beat + 130 < len(x):
            x[beat : beat + 130] += shape * size * 1e-3
    return x


def rows(x: Any) -> Any:
    """Return the rows of an ECG with the beats that the detector finds in it."""
    return st_deviation(x, FS, detect_beats(x, FS)["sample"])


def cases(draws: int) -> Iterator[Case]:
    """Give the draws of all records without flutter."""
    for draw in range(draws):
        rng = np.random.default_rng(draw)
        for record in arrhythmia():
            if record.flutter:
                continue
            x, truth = record.signal[:LENGTH], record.beats[record.beats < LENGTH - 200]
            size, begin, length = float(rng.choice([-300, -200, -150, 150, 200, 300])), rng.uniform(420, 900), rng.uniform(45, 120)
            turned = x.copy()
            turned[int(begin * FS) :] *= 0.55
            turned = lifted(turned, truth, begin, 1200.0, size)
            yield Case(record.name, size, begin, length, rows(x), rows(lifted(x, truth, begin, begin + length, size)), rows(turned))


def judged(found: Any, settings: StParams) -> Any:
    """Return rows with reference and deviation as other settings of the guard would give them."""
    again = found.copy()
    again["remarks"] &= ~int(module.StRemark.AXIS_SHIFT)
    module._deviate(settings, again)  # noqa: SLF001 - the second half of the algorithm, on averages that are there
    return again


def score(case: Case, settings: StParams) -> dict[str, int]:
    """Return the counts of one draw."""
    plain, stepped, turned = (judged(one, settings) for one in (case.plain, case.stepped, case.turned))
    both = (stepped["deviation"] - plain["deviation"])[int(case.begin + 9) : int(case.begin + case.length - 9)]
    told = {"withheld": 0, "right": 0, "wrong": 0, "true": 0, "missed": 0, "false": 0, "turns": 1}
    told["turned"] = int(len(find_episodes(turned)) > len(find_episodes(plain)))
    if np.isfinite(both).mean() < 0.5:
        return {**told, "withheld": 1}
    right = abs(float(np.nanmedian(both)) - case.size) <= max(10.0, 0.1 * abs(case.size))
    found, own = find_episodes(stepped), find_episodes(plain)
    hits = (found["start"] < (case.begin + case.length) * FS) & (found["end"] > case.begin * FS)
    new = [bool(np.any((own["start"] < one["end"]) & (own["end"] > one["start"]))) for one in found[~hits]]
    return {
        **told,
        "right": int(right),
        "wrong": int(not right),
        "true": int(hits.any()),
        "missed": int(not hits.any()),
        "false": new.count(False),
    }


def added(counts: list[dict[str, int]]) -> dict[str, int]:
    """Return the sums of counts."""
    return {key: sum(one[key] for one in counts) for key in counts[0]}


def shares(by_record: dict[str, dict[str, int]], rounds: int = 2000) -> dict[str, Any]:
    """Return the figures with intervals by resampling records."""
    total, rng, names = added(list(by_record.values())), np.random.default_rng(0), list(by_record)
    ways = {
        "steps within 10 uV or 10 %": ("right", ("right", "wrong")),
        "episodes, sensitivity": ("true", ("true", "missed")),
        "episodes, predictivity": ("true", ("true", "false")),
        "turns taken for episodes": ("turned", ("turns",)),
    }
    made: dict[str, Any] = {"records": len(names), "counts": total}
    for title, (top, bottom) in ways.items():
        drawn = []
        for _ in range(rounds):
            one = added([by_record[names[k]] for k in rng.integers(0, len(names), len(names))])
            drawn.append(one[top] / max(1, sum(one[key] for key in bottom)))
        made[title] = round(total[top] / max(1, sum(total[key] for key in bottom)), 4)
        made[f"{title}, by record"] = [round(float(one), 4) for one in np.percentile(drawn, (2.5, 97.5))]
    return made


def faults(counts: dict[str, int]) -> int:
    """Return how often something was wrong."""
    return counts["wrong"] + counts["missed"] + counts["false"] + counts["turned"]


def figures(draws: int = 4) -> dict[str, Any]:
    """Return the ST figures as shipped, with the guard chosen without the record, and without its two settings."""
    held = list(cases(draws))
    names = sorted({one.name for one in held})
    table = {
        settings: {name: added([score(one, settings) for one in held if one.name == name]) for name in names}
        for settings in (*SETTINGS, StParams())
    }
    left_out = {}
    for name in names:
        best = min(SETTINGS, key=lambda settings: sum(faults(table[settings][other]) for other in names if other != name))
        left_out[name] = table[best][name]
    return {
        "as shipped": shares(table[StParams()]),
        "left out by record": shares(left_out),
        "faults by setting": {
            f"turn {one.turn:g}, wander {one.wander:g}": sum(faults(table[one][name]) for name in names) for one in SETTINGS
        },
    }
