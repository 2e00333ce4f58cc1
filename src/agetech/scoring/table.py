"""Scoring a table of answers: the same bits as `score`, a million respondents at once.

Plain sums run in one compiled loop. Rules that are no table run row by row through the single path, each distinct
row once. Neither knows anything that the other does not: a property test compares them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from agetech.errors import ParamsError
from agetech.scoring import kernels, rules
from agetech.scoring.catalogue import instrument as _find
from agetech.scoring.engine import choose, score_form
from agetech.scoring.instrument import UNBACKED, Instrument, Scheme
from agetech.scoring.result import STATUSES, Score
from agetech.scoring.rules.clinical import syndrome

LARGEST_SPAN = 256  # answers of one item that the lookup holds
SYNDROMES = ("none", "other", "major")
PHQ9_CORE = ("q1", "q2")


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """The results of n respondents as arrays of length n.

    status: int8, place in `agetech.scoring.STATUSES`; total: float64, NaN where there is none; category: int8, place
    in `categories`, -1 where there is none; n_missing: items that lacked; subscores, values, safety_flags and
    disputed: arrays by name (values that are no numbers: lists).
    """

    instrument: str
    version: str
    content_hash: str
    scheme: str | None
    status: npt.NDArray[np.int8]
    total: npt.NDArray[np.float64]
    category: npt.NDArray[np.int8]
    categories: tuple[str, ...]
    n_missing: npt.NDArray[np.int16]
    subscores: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    safety_flags: dict[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    disputed: dict[str, npt.NDArray[np.bool_]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.status)

    def category_of(self, row: int) -> str | None:
        """Return the category code of one row, None where there is none."""
        place = int(self.category[row])
        return None if place < 0 else self.categories[place]

    def counts(self) -> dict[str, int]:
        """Return how many rows have each category; rows without one under `(none)`."""
        found = {code: int((self.category == place).sum()) for place, code in enumerate(self.categories)}
        return {**found, "(none)": int((self.category < 0).sum())}

    def columns(self) -> dict[str, Any]:
        """Return plain columns, ready for a data frame or a CSV file; codes as text."""
        names = np.array([*self.categories, ""], dtype=object)
        out: dict[str, Any] = {
            "status": np.array(STATUSES, dtype=object)[self.status],
            "total": self.total,
            "category": names[self.category],
            "n_missing": self.n_missing,
        }
        for group in (self.subscores, self.values, self.safety_flags):
            out.update(group)
        return out


def score_table(
    instrument: str | Instrument,
    responses: npt.ArrayLike,
    context: Mapping[str, Any] | None = None,
    *,
    scheme: str | None = None,
    allow_unverified: bool = False,
    items: Sequence[str] | None = None,
    missing: float | None = None,
) -> ScoreTable:
    """Return the results of a table of answers, equal bit for bit to `score` on each row.

    responses: (n, items) integers or floats, one row a respondent, columns in the order of the form or as `items`
    names them; NaN and the number `missing` stand for not answered. context: name -> one value for all or n values.
    Raises ParamsError for a shape, type or column that does not fit, and for an unknown instrument or scheme; bad
    answers make their row invalid.
    """
    one = _find(instrument)
    sys.audit("agetech.run", one.id, one.version)
    chosen, name = choose(one, scheme)
    table = _columns(one, _numbers(one, responses), items)
    shared, varying = _context(one, context, len(table))
    plan = _plan(one)
    simple = chosen is None or (chosen.bands is not None and chosen.gives == "category")
    backed = allow_unverified or one.arithmetic["level"] != UNBACKED
    if plan is not None and simple and backed and not _absences_named(shared, varying):
        return _compiled(one, chosen, name, plan, table, missing, allow_unverified=allow_unverified)
    return _by_rows(one, chosen, name, table, missing, shared, varying, allow_unverified=allow_unverified)


def _numbers(one: Instrument, responses: npt.ArrayLike) -> npt.NDArray[Any]:
    """Return the answers as a real array of two axes; raises ParamsError for anything else."""
    try:
        table = np.asarray(responses)
    except (TypeError, ValueError) as error:
        raise ParamsError("E_TABLE", f"scoring.{one.id}", expected="numbers", got=str(error)) from None
    if table.dtype.kind not in "iuf":
        raise ParamsError("E_TABLE", f"scoring.{one.id}", expected="integers or floats", got=str(table.dtype))
    if table.ndim != 2:  # noqa: PLR2004
        raise ParamsError("E_TABLE", f"scoring.{one.id}", expected=f"shape (n, {len(one.items)})", got=str(table.shape))
    if table.dtype == np.float16 or table.dtype.itemsize > 8:  # noqa: PLR2004 - long doubles
        return table.astype(np.float64)
    return table if table.dtype.isnative else table.astype(table.dtype.newbyteorder("="))


def _columns(one: Instrument, table: npt.NDArray[Any], items: Sequence[str] | None) -> npt.NDArray[Any]:
    """Return the columns in the order of the form; items that no column names are not answered."""
    ids = [item.id for item in one.items]
    names = ids if items is None else list(items)
    if table.shape[1] != len(names):
        raise ParamsError("E_TABLE", f"scoring.{one.id}", expected=f"shape (n, {len(names)})", got=str(table.shape))
    if names == ids:
        return table
    if len(set(names)) != len(names) or not set(names) <= set(ids):
        raise ParamsError("E_TABLE", f"scoring.{one.id}", expected="columns " + ", ".join(ids), got=", ".join(map(str, names)))
    place = {name: column for column, name in enumerate(names)}
    ordered = np.full((len(table), len(ids)), np.nan)
    for column, name in enumerate(ids):
        if name in place:
            ordered[:, column] = table[:, place[name]]
    return ordered


def _context(one: Instrument, context: Mapping[str, Any] | None, n: int) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return context that is the same for all rows, and context with one value a row."""
    shared: dict[str, Any] = {}
    varying: dict[str, list[Any]] = {}
    for name, given in (context or {}).items():
        if isinstance(given, str) or not isinstance(given, Sequence | np.ndarray) or name in ("unable", "refused", "dont_know", "not_asked"):
            shared[name] = given
            continue
        values = given.tolist() if isinstance(given, np.ndarray) else list(given)
        if len(values) != n:
            raise ParamsError("E_TABLE", f"scoring.{one.id}: {name}", expected=f"{n} values", got=str(len(values)))
        varying[name] = [None if isinstance(v, float) and v != v else v for v in values]  # noqa: PLR0124 - NaN
    return shared, varying


def _absences_named(shared: Mapping[str, Any], varying: Mapping[str, Any]) -> bool:
    return any(name in shared or name in varying for name in ("unable", "refused", "dont_know", "not_asked"))


@dataclass(frozen=True, slots=True)
class _Plan:
    """The lookups of a plain sum scale, see `kernels.sum_rows`."""

    lookup: npt.NDArray[np.int64]
    base: npt.NDArray[np.int64]
    null: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]
    groups: tuple[str, ...]
    counts: int


@lru_cache(maxsize=256)
def _plan_of(one_hash: str, one: _ByHash) -> _Plan | None:
    return _make_plan(one.instrument)


@dataclass(frozen=True, slots=True)
class _ByHash:
    """An instrument that compares by its content hash, as the key of a cache."""

    hash: str
    instrument: Instrument = field(compare=False)


def _plan(one: Instrument) -> _Plan | None:
    """Return the lookups of a plain sum scale of whole points; None where the single path must score each row."""
    return _plan_of(one.hash, _ByHash(one.hash, one))


def _make_plan(one: Instrument) -> _Plan | None:
    items = one.items
    spans = [item.hi - item.lo + 1 for item in items]
    whole = all(item.allowed is not None and all(v == int(v) and v >= 0 for v in item.allowed) for item in items)
    fits = len(items) <= 255 and sum(item.hi for item in items) < 2**20 and max(spans) <= LARGEST_SPAN  # noqa: PLR2004 - bits
    members = [i for ids in one.subscales.values() for i in ids]
    flags = {flag for flag, _, _ in one.safety}
    if one.method not in (rules.SUM, "phq9") or not whole or not fits or len(members) != len(set(members)) or len(flags) > 1:
        return None
    lookup = np.full((len(items), int(max(spans))), kernels.FORBIDDEN, dtype=np.int64)
    null = np.zeros(len(items), dtype=np.int64)
    least = {item: limit for _, item, limit in one.safety}
    for row, item in enumerate(items):
        for value in item.allowed or ():
            lookup[row, int(value - item.lo)] = _packed(one, item.id, int(item.points(value)), least)
        worth = item.absences.get(one.absence_of_null)
        if worth is None:
            null[row] = (1 << kernels.ABSENT) + (1 << kernels.LACKS)
        elif worth == int(worth) and worth >= 0:
            null[row] = (1 << kernels.ABSENT) + int(worth)
        else:
            return None
    groups = tuple(one.subscales)
    group = np.array([next((g for g, name in enumerate(groups) if i.id in one.subscales[name]), -1) for i in items], dtype=np.int64)
    base = np.array([int(item.lo) for item in items], dtype=np.int64)
    return _Plan(lookup, base, null, group, groups, 2 if one.method == "phq9" else 0)


def _packed(one: Instrument, item: str, points: int, least: Mapping[str, float]) -> int:
    """Return points, symptom counts and safety flag of one answer in one number."""
    packed = points << kernels.POINTS
    if one.method == "phq9":
        core = item in PHQ9_CORE and points >= 2  # noqa: PLR2004 - as in rules.clinical.phq9
        symptom = points >= (1 if item == "q9" else 2)
        packed += (core << kernels.FIRST) + (symptom << kernels.SECOND)
    if item in least and points >= least[item]:
        packed += 1 << kernels.FLAGS
    return packed


def _compiled(
    one: Instrument,
    scheme: Scheme | None,
    name: str | None,
    plan: _Plan,
    table: npt.NDArray[Any],
    missing: float | None,
    *,
    allow_unverified: bool,
) -> ScoreTable:
    """Return the results of a plain sum scale from the compiled loop."""
    n, policy = len(table), one.missing
    prorates = policy["policy"] == "mean" and (allow_unverified or policy.get("level", "verified") != UNBACKED)
    bands = scheme.bands.bands if scheme is not None and scheme.bands is not None else ()
    rule = np.array(
        [
            np.nan if missing is None else missing,
            one.document["rule"].get("factor", 1),
            policy["max_missing"] if prorates else -1,
            kernels.CEIL if policy.get("rounding") == "ceil" else kernels.HALF_UP,
            policy.get("min_answered", 0),
            bands[-1].hi if bands else -np.inf,
        ],
        dtype=np.float64,
    )
    status, band, lacking = np.empty(n, np.int8), np.empty(n, np.int8), np.empty(n, np.int16)
    total, flags = np.empty(n), np.empty(n, np.bool_)
    subscores, counts = np.zeros((n, len(plan.groups))), np.empty((n, plan.counts), np.int8)
    lows = np.array([b.lo for b in bands], dtype=np.float64)
    _sum_rows()(table, plan.lookup, plan.base, plan.null, plan.group, rule, lows, status, total, band, lacking, subscores, counts, flags)
    if scheme is not None and scheme.level == UNBACKED and not allow_unverified:
        band[:] = -1
        disputed = {}
    else:
        disputed = _disputed(one, scheme, total, band)
    values: dict[str, Any] = {}
    if plan.counts:
        values = {"safety_flag": flags, "syndrome": _syndromes(counts)}
    raised = {flag: flags for flag, _, _ in one.safety[:1]}
    parts = {group: np.ascontiguousarray(subscores[:, g]) for g, group in enumerate(plan.groups)}
    codes = tuple(b.code for b in bands)
    return ScoreTable(one.id, one.version, one.hash, name, status, total, band, codes, lacking, parts, values, raised, disputed)


@lru_cache(maxsize=1)
def _sum_rows() -> Any:
    from agetech.core.kernel import kernel

    return kernel(kernels.sum_rows)


def _disputed(
    one: Instrument, scheme: Scheme | None, total: npt.NDArray[np.float64], band: npt.NDArray[np.int8]
) -> dict[str, npt.NDArray[np.bool_]]:
    """Return, for each rival scheme, which rows it would put elsewhere."""
    if scheme is None or scheme.bands is None or not one.rivals.get(scheme.id):
        return {}
    codes = [b.code for b in scheme.bands.bands]
    found = {}
    for rival in one.rivals[scheme.id]:
        rows = np.zeros(len(total), np.bool_)
        for other in rival.bands.bands if rival.bands is not None else ():
            upper = _next_low(rival, other.lo)
            rows |= (total >= other.lo) & (total < upper) & (band != codes.index(other.code)) & (band >= 0)
        found[rival.id] = rows
    return found


def _next_low(scheme: Scheme, low: float) -> float:
    return min((b.lo for b in scheme.bands.bands if b.lo > low), default=np.inf) if scheme.bands is not None else np.inf


def _syndromes(counts: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Return int8 places in SYNDROMES by core and symptom counts, -1 where an item lacks."""
    places = np.array([[SYNDROMES.index(syndrome(core, symptoms)) for symptoms in range(10)] for core in range(3)], dtype=np.int8)
    out = places[counts[:, 0], counts[:, 1]]
    out[counts[:, 0] < 0] = -1
    return out


def _by_rows(
    one: Instrument,
    scheme: Scheme | None,
    name: str | None,
    table: npt.NDArray[Any],
    missing: float | None,
    shared: Mapping[str, Any],
    varying: Mapping[str, list[Any]],
    *,
    allow_unverified: bool,
) -> ScoreTable:
    """Return the results row by row through the single path, each distinct row once."""
    ids = [item.id for item in one.items]
    known: dict[Any, Score] = {}
    scores: list[Score] = []
    for i, row in enumerate(table.tolist()):
        answers = [None if v != v or v == missing else v for v in row]  # noqa: PLR0124 - NaN
        extra = {key: values[i] for key, values in varying.items()}
        key = (tuple(answers), tuple(extra.values()))
        found = known.get(key)
        if found is None:
            found = score_form(one, dict(zip(ids, answers, strict=True)), {**shared, **extra}, scheme, name, allow_unverified=allow_unverified)
            known[key] = found
        scores.append(found)
    return _gathered(one, name, scores)


def _gathered(one: Instrument, name: str | None, scores: list[Score]) -> ScoreTable:
    """Return single results as arrays."""
    codes = tuple(dict.fromkeys(s.category for s in scores if s.category is not None))
    places = {code: place for place, code in enumerate(codes)}
    flags = dict.fromkeys(flag for s in scores for flag in s.safety_flags)
    rivals = dict.fromkeys(rival for s in scores for rival in s.disputed)
    parts = dict.fromkeys(part for s in scores for part in s.subscores)
    outputs = dict.fromkeys(value for s in scores for value in s.values)
    return ScoreTable(
        one.id,
        one.version,
        one.hash,
        name,
        np.array([STATUSES.index(s.status) for s in scores], dtype=np.int8),
        np.array([np.nan if s.total is None else s.total for s in scores], dtype=np.float64),
        np.array([-1 if s.category is None else places[s.category] for s in scores], dtype=np.int8),
        codes,
        np.array([len(s.missing) for s in scores], dtype=np.int16),
        {part: _floats([s.subscores.get(part) for s in scores]) for part in parts},
        {output: _best([s.values.get(output) for s in scores]) for output in outputs},
        {flag: np.array([flag in s.safety_flags for s in scores], dtype=np.bool_) for flag in flags},
        {rival: np.array([rival in s.disputed for s in scores], dtype=np.bool_) for rival in rivals},
    )


def _floats(found: list[Any]) -> npt.NDArray[np.float64]:
    return np.array([np.nan if v is None else v for v in found], dtype=np.float64)


def _best(found: list[Any]) -> Any:
    """Return numbers as float64 with NaN for None; anything else as a list."""
    if all(v is None or (isinstance(v, int | float) and not isinstance(v, bool)) for v in found):
        return _floats(found)
    return found
