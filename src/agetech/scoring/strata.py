"""Context in tables: each distinct context is read once, by the single path, and applied to all its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from agetech.scoring.classify import Verdict, stratum_of
from agetech.scoring.form import Form, read
from agetech.scoring.instrument import UNBACKED, Instrument, Scheme
from agetech.scoring.kernels import INVALID, PRORATED

if TYPE_CHECKING:
    from agetech.scoring.table import ScoreTable


class Contexts(NamedTuple):
    """The distinct contexts of a table: their forms without answers, and which one each row has (empty: the only one)."""

    forms: list[Form]
    row: npt.NDArray[np.int32]


def context_errors(one: Instrument, shared: Mapping[str, Any], varying: Mapping[str, list[Any]], n: int) -> Contexts:
    """Return the distinct contexts of n rows, each checked as the single path checks it."""
    known: dict[Any, int] = {}
    forms: list[Form] = []
    relevant = {name: values for name, values in varying.items() if name in one.context or name == "stratum"}
    if not relevant:
        return Contexts([read(one, {}, shared)], np.empty(0, dtype=np.int32))
    row = np.empty(n, dtype=np.int32)
    for place, values in enumerate(zip(*relevant.values(), strict=True)):
        found = known.get(values)
        if found is None:
            found = known[values] = len(forms)
            forms.append(read(one, {}, {**shared, **dict(zip(relevant, values, strict=True))}))
        row[place] = found
    return Contexts(forms, row)


def stratify(one: Instrument, scheme: Scheme | None, table: ScoreTable, contexts: Contexts, *, allow_unverified: bool) -> ScoreTable:
    """Return the table with rows of bad context invalid and, for a scheme by strata, with the category of each row.

    Filled arrays are changed in place; the codes of all strata become the table's categories.
    """
    shown = scheme is not None and bool(scheme.strata) and (scheme.level != UNBACKED or allow_unverified)
    banded = [stratum.bands for stratum in scheme.strata] if scheme is not None else []
    codes = tuple(dict.fromkeys(band.code for bands in banded for band in bands.bands)) or table.categories
    for place, form in enumerate(contexts.forms):
        bad = bool(form.errors)
        stratum = stratum_of(form, scheme, Verdict()) if scheme is not None and scheme.strata and not bad else None
        if not bad and stratum is None and not form.errors:
            continue
        rows = contexts.row == place if len(contexts.row) else np.ones(len(table), np.bool_)
        if not bad:
            rows &= table.status <= PRORATED
        if form.errors:
            _invalid(table, rows)
        elif shown and stratum is not None:
            lows = [band.lo for band in stratum.bands.bands]
            named = np.array([-1, *(codes.index(band.code) for band in stratum.bands.bands)], dtype=np.int8)
            place_of = np.searchsorted(lows, table.total[rows], side="right")
            place_of[table.total[rows] > stratum.bands.bands[-1].hi] = 0
            table.category[rows] = named[place_of]
    return table if codes == table.categories else replace(table, categories=codes)


def _invalid(table: ScoreTable, rows: npt.NDArray[np.bool_]) -> None:
    """Take back everything that rows of an invalid form must not say; safety flags stay."""
    table.status[rows] = INVALID
    table.total[rows] = np.nan
    table.category[rows] = -1
    table.n_missing[rows] = 0
    for part in table.subscores.values():
        part[rows] = np.nan
    for other in table.disputed.values():
        other[rows] = False
    if "syndrome" in table.values:
        table.values["syndrome"][rows] = -1
