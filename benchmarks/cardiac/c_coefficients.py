"""The coefficients of cardiac.beats as a C header: `python -m benchmarks.cardiac.c_coefficients` writes reference/c.

The band of each internal rate comes from `dsp.biquad`, to the last bit: C does not design filters anew.
"""

from __future__ import annotations

from collections.abc import Iterable

from agetech.dsp.biquad import bandpass
from agetech.signals.cardiac.layout import FASTEST
from agetech.signals.cardiac.tables import table
from agetech.signals.cardiac.waves import FEATURES
from benchmarks.evidence import ROOT

PATH = ROOT / "reference" / "c" / "cardiac.beats.coefficients.h"
RATES = (
    98.0,
    100.0,
    125.0,
    128.0,
    150.0,
    180.0,
    200.0,
    225.0,
    240.0,
    250.0,
    256.0,
    257.0,
    300.0,
    360.0,
    400.0,
    500.0,
    512.0,
    1000.0,
    1024.0,
)
HEAD = """/* Written by `python -m benchmarks.cardiac.c_coefficients` from signals/cardiac/coefficients/beats.json; do not edit. */
#ifndef CARDIAC_BEATS_COEFFICIENTS_H
#define CARDIAC_BEATS_COEFFICIENTS_H

typedef struct {
    double rate; /* Hz, internal */
    double section[2][6];
} cardiac_beats_band;
"""


def listed(values: Iterable[float]) -> str:
    """Return numbers as a C initialiser."""
    return "{" + ", ".join(repr(float(one)) for one in values) + "}"


def text() -> str:
    """Return the whole header."""
    trained = table("beats")
    weights = [*(trained["weights"][name] for name in FEATURES), trained["bias"]]
    internal = sorted({fs / max(1, int(fs // FASTEST)) for fs in RATES})
    bands = [f"    {{{rate!r}, {{{', '.join(listed(one) for one in bandpass(2, 8.0, 20.0, rate))}}}}}" for rate in internal]
    return "\n".join(
        [
            HEAD,
            f"static const double cardiac_beats_weights[{len(weights)}] = {listed(weights)};",
            f"static const double cardiac_beats_ventricular[{len(trained['ventricular'])}] = {listed(trained['ventricular'])};",
            f"static const cardiac_beats_band cardiac_beats_bands[{len(bands)}] = {{",
            ",\n".join(bands),
            "};",
            "",
            "#endif",
            "",
        ]
    )


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
    print(PATH)
