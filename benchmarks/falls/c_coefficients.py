"""The coefficients as a C header for reference/c/falls.impact.c, from the JSON that the package ships."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from agetech.signals.falls.model import DEPTH, LEAVES, SPLITS, TREES, Model, model
from agetech.signals.falls.named import COUNT
from benchmarks.falls.data import ROOT

PATH = ROOT / "reference" / "c" / "falls.impact.coefficients.h"
HEAD = f"""/* Written by `python -m benchmarks.falls c` from src/agetech/signals/falls/coefficients; do not edit. */
#ifndef FALLS_IMPACT_COEFFICIENTS_H
#define FALLS_IMPACT_COEFFICIENTS_H

typedef struct {{
    double center[{COUNT}], scale[{COUNT}], weight[{COUNT}];
    double cross[{COUNT * (COUNT + 1) // 2}]; /* rows of the upper triangle */
    int asked[{TREES * SPLITS}]; /* {TREES} trees of depth {DEPTH} */
    double cut[{TREES * SPLITS}], leaf[{TREES * LEAVES}];
    double bias, share, gain, threshold;
}} falls_impact_model;
"""


def listed(values: Iterable[float]) -> str:
    """Return numbers as a C initialiser, eight a line."""
    texts = ["INFINITY" if np.isinf(v) else repr(v) for v in values]
    lines = [", ".join(texts[k : k + 8]) for k in range(0, len(texts), 8)]
    return "{\n        " + ",\n        ".join(lines) + "}"


def initialiser(m: Model) -> str:
    """Return one model as a C initialiser."""
    cross = m.cross.reshape(COUNT, COUNT)[np.triu_indices(COUNT)]
    parts = [listed(map(float, one)) for one in (m.center, m.scale, m.weight, cross)]
    parts += [listed(map(int, m.asked)), listed(map(float, m.cut)), listed(map(float, m.leaf))]
    return "{\n    " + ",\n    ".join([*parts, repr(m.bias), repr(m.share), repr(m.gain), repr(m.threshold)]) + "}"


def text() -> str:
    """Return the whole header."""
    stricter = model("pocket").threshold - model("waist").threshold
    models = [f"static const falls_impact_model falls_impact_{name} = {initialiser(model(name))};" for name in ("waist", "wrist")]
    return "\n".join([HEAD, *models, f"#define FALLS_IMPACT_POCKET {stricter!r}", "", "#endif", ""])


def write() -> Path:
    """Write the header and return its path."""
    PATH.write_text(text(), encoding="utf-8")
    return PATH
