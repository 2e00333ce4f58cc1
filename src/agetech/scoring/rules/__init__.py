"""The closed set of scoring rules that are no table. A file names one; no expression is ever run."""

from __future__ import annotations

from collections.abc import Callable

from agetech.scoring.form import Form
from agetech.scoring.outcome import Outcome
from agetech.scoring.rules import clinical, cognition, frailty, function

Rule = Callable[[Form], Outcome]

SUM = "sum"
STORED_ONLY = "stored_only"

COMPLETE: dict[str, Rule] = {  # the engine hands over complete forms only
    "moca": cognition.moca,
    "cdr": cognition.cdr,
    "spmsq": cognition.spmsq,
    "katz": function.katz,
    "adl14": function.adl14,
    "mzt039": function.mzt039,
    "ltc2021": function.ltc2021,
    "sarc_f": frailty.sarc_f,
    "tug": frailty.tug,
    "icope1": frailty.icope1,
    "nrs2002": clinical.nrs2002,
    "must": clinical.must,
    "kubota": clinical.kubota,
    "stratify": clinical.stratify,
    "zung": clinical.zung,
}
PARTIAL: dict[str, Rule] = {  # these decide themselves what a missing item means
    "cam": cognition.cam,
    "npi_q": cognition.npi_q,
    "gbt42195": function.gbt42195,
    "fried": frailty.fried,
    "awgs2019": frailty.awgs2019,
    "sppb": frailty.sppb,
    "four_at": clinical.four_at,
    "news2": clinical.news2,
    "mna_sf": clinical.mna_sf,
    "stop_bang": clinical.stop_bang,
    "psqi": clinical.psqi,
}
BESIDE_SUM: dict[str, Callable[[Form], dict[str, object]]] = {"phq9": clinical.phq9}  # further values beside a plain sum

METHODS = frozenset({SUM, STORED_ONLY, *COMPLETE, *PARTIAL, *BESIDE_SUM})
