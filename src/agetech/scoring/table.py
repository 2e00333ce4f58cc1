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
from agetech.scoring.instrument import UNBACKED, Instrument, Item, Scheme
from agetech.scoring.result import STATUSES, Score
from agetech.scoring.rules.clinical import PHQ9_CORE, is_symptom, syndrome
from agetech.scoring.strata import context_errors, stratify

LARGEST_FORM, LARGEST_TOTAL = 127, 65_535  # what the packed lookups hold
BLOCK = 65_536  # rows that are turned into bytes at a time
SYNDROMES = ("none", "other", "major")


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
    n_missing: npt.NDArray[np.uint8 | np.int16]
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
    simple = chosen is None or chosen.gives == "category"
    backed = allow_unverified or one.arithmetic["level"] != UNBACKED
    if plan is not None and simple and backed and not _absences_named(shared, varying):
        found = _compiled(one, chosen, name, plan, table, missing, allow_unverified=allow_unverified)
        named = context_errors(one, shared, varying, len(table))
        return stratify(one, chosen, found, named, allow_unverified=allow_unverified)
    return _by_rows(one, chosen, name, table, missing, shared, varying, allow_unverified=allow_unverified)


def _numbers(one: Instrument, responses: npt.ArrayLike) -> npt.NDArray[Any]:
    """Return the answers as a real array of two axes; raises ParamsError for anything else."""
    try:
        table = np.asarray(responses)
    except (TypeError, ValueError) as error:
        raise ParamsError("E_SCORE_TABLE", f"scoring.{one.id}", expected="numbers", got=str(error)) from None
    if table.dtype.kind not in "iuf":
        raise ParamsError("E_SCORE_TABLE", f"scoring.{one.id}", expected="integers or floats", got=str(table.dtype))
    if table.ndim != 2:  # noqa: PLR2004
        raise ParamsError("E_SCORE_TABLE", f"scoring.{one.id}", expected=f"shape (n, {len(one.items)})", got=str(table.shape))
    if table.dtype == np.float16 or table.dtype.itemsize > 8:  # noqa: PLR2004 - long doubles
        return table.astype(np.float64)
    return table if table.dtype.isnative else table.astype(table.dtype.newbyteorder("="))


def _columns(one: Instrument, table: npt.NDArray[Any], items: Sequence[str] | None) -> npt.NDArray[Any]:
    """Return the columns in the order of the form; items that no column names are not answered."""
    ids = [item.id for item in one.items]
    names = ids if items is None else list(items)
    if table.shape[1] != len(names):
        raise ParamsError("E_SCORE_TABLE", f"scoring.{one.id}", expected=f"shape (n, {len(names)})", got=str(table.shape))
    if names == ids:
        return table
    if len(set(names)) != len(names) or not set(names) <= set(ids):
        raise ParamsError("E_SCORE_TABLE", f"scoring.{one.id}", expected="columns " + ", ".join(ids), got=", ".join(map(str, names)))
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
        if (
            isinstance(given, str)
            or not isinstance(given, Sequence | np.ndarray)
            or name in ("unable", "refused", "dont_know", "not_asked")
        ):
            shared[name] = given
            continue
        values = given.tolist() if isinstance(given, np.ndarray) else list(given)
        if len(values) != n:
            raise ParamsError("E_SCORE_TABLE", f"scoring.{one.id}: {name}", expected=f"{n} values", got=str(len(values)))
        varying[name] = [None if isinstance(v, float) and v != v else v for v in values]  # noqa: PLR0124 - NaN
    return shared, varying


def _absences_named(shared: Mapping[str, Any], varying: Mapping[str, Any]) -> bool:
    return any(name in shared or name in varying for name in ("unable", "refused", "dont_know", "not_asked"))


@dataclass(frozen=True, slots=True)
class _Plan:
    """The lookups of a plain sum scale, see `kernels.sum_rows`; `packed` by answer minus `base`, `null` for none."""

    packed: npt.NDArray[np.int64]
    base: npt.NDArray[np.int64]
    null: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]
    most: int


_PLANS: dict[str, _Plan | None] = {}


def _plan(one: Instrument) -> _Plan | None:
    """Return the lookups of a plain sum scale of whole points; None where the single path must score each row."""
    if one.hash not in _PLANS:
        _PLANS[one.hash] = _make_plan(one)
    return _PLANS[one.hash]


def _make_plan(one: Instrument) -> _Plan | None:
    items = one.items
    whole = all(item.allowed is not None and all(v == int(v) and v >= 0 for v in item.allowed) for item in items)
    if one.method not in (rules.SUM, "phq9") or not whole or len(items) > LARGEST_FORM:
        return None
    members = [i for ids in one.subscales.values() for i in ids]
    most, span = sum(item.hi for item in items), max(item.hi - item.lo for item in items)
    if most > LARGEST_TOTAL or span >= kernels.MISSING or len(members) != len(set(members)) or len(one.safety) > 1:
        return None
    packed = np.full((len(items), kernels.CODES), 1 << kernels.WRONG, dtype=np.int64)
    null = np.full(len(items), (1 << kernels.ABSENT) + (1 << kernels.LACKS), dtype=np.int64)
    for row, item in enumerate(items):
        for value in item.allowed or ():
            packed[row, int(value - item.lo)] = _packed(one, item, int(value))
        worth = item.absences.get(one.absence_of_null)
        if worth is not None:
            if worth != int(worth) or worth < 0:
                return None
            null[row] = (1 << kernels.ABSENT) + int(worth)
    group = [next((g for g, ids in enumerate(one.subscales.values()) if i.id in ids), -1) for i in items]
    base = np.array([int(item.lo) for item in items], dtype=np.int64)
    return _Plan(packed, base, null, np.array(group, dtype=np.int64), int(most))


def _packed(one: Instrument, item: Item, value: int) -> int:
    """Return points, symptom counts and safety flag of one answer in one number."""
    points = int(item.points(value))
    packed = points << kernels.POINTS
    if one.method == "phq9":
        symptom = is_symptom(item.id, points)
        packed += int(symptom and item.id in PHQ9_CORE) << kernels.FIRST
        packed += int(symptom) << kernels.SECOND
    if any(item.id == name and points >= least for _, name, least in one.safety):
        packed += 1 << kernels.FLAGS
    return packed


def _bytes(table: npt.NDArray[Any], plan: _Plan, missing: float | None) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8] | None]:
    """Return the lookup by byte, and the table as bytes where it is of one-byte integers already (no copy)."""
    lookup = plan.packed.copy()
    if table.dtype.itemsize != 1:
        lookup[:, kernels.MISSING] = plan.null
        return lookup, None
    signed = table.dtype.kind == "i"
    direct = np.full_like(lookup, 1 << kernels.WRONG)
    for byte in range(kernels.CODES):
        value = byte - kernels.CODES if signed and byte >= kernels.CODES // 2 else byte
        for row, low in enumerate(plan.base):
            if missing is not None and value == missing:
                direct[row, byte] = plan.null[row]
            elif 0 <= value - low < kernels.MISSING:
                direct[row, byte] = lookup[row, value - low]
    return direct, table.view(np.uint8)


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
    """Return the results of a plain sum scale from the compiled loops, a block of rows at a time."""
    n, policy = len(table), one.missing
    prorates = policy["policy"] == "mean" and (allow_unverified or policy.get("level", "verified") != UNBACKED)
    shown = scheme is not None and (scheme.level != UNBACKED or allow_unverified)
    bands = scheme.bands.bands if scheme is not None and scheme.bands is not None else ()
    factor = one.document["rule"].get("factor", 1)
    rounding = kernels.CEIL if policy.get("rounding") == "ceil" else kernels.HALF_UP
    rule = np.array([factor, policy["max_missing"] if prorates else -1, rounding, policy.get("min_answered", 0)], dtype=np.float64)
    classes = _classes(scheme, factor, plan.most) if shown else np.full(plan.most + 1, -1, np.int8)
    pairs = _pairs() if one.method == "phq9" else np.empty((0, 0), np.int8)
    lookup, whole = _bytes(table, plan, missing)
    status, band, total = np.empty(n, np.int8), np.empty(n, np.int8), np.empty(n)
    lacking, flags, pair = np.empty(n, np.uint8), np.empty(n, np.bool_), np.empty(n if len(pairs) else 0, np.int8)
    parts = np.empty((len(one.subscales), n)).T
    block = np.empty((0 if whole is not None else min(n, BLOCK), len(one.items)), np.uint8)
    for start in range(0, n, BLOCK):
        part = slice(start, min(start + BLOCK, n))
        rows = whole[part] if whole is not None else block[: part.stop - start]
        if whole is None:
            _kernel("encode")(table[part], plan.base, np.nan if missing is None else float(missing), rows)
        outs = (status[part], total[part], band[part], lacking[part], pair[part], flags[part])
        _kernel("sum_rows")(np.ascontiguousarray(rows), lookup, classes, pairs, rule, *outs)
        if one.subscales:
            _kernel("add_parts")(rows, lookup, plan.group, status[part], parts[part])
    disputed = _disputed(one, scheme, total, band) if shown else {}
    values: dict[str, Any] = {"safety_flag": flags, "syndrome": pair} if len(pairs) else {}
    raised = {flag: flags for flag, _, _ in one.safety}
    subscores = {group: parts[:, g] for g, group in enumerate(one.subscales)}
    codes = tuple(b.code for b in bands)
    return ScoreTable(one.id, one.version, one.hash, name, status, total, band, codes, lacking, subscores, values, raised, disputed)


def _classes(scheme: Scheme | None, factor: float, most: int) -> npt.NDArray[np.int8]:
    """Return the place of the band by unscaled points, -1 where there is none."""
    bands = scheme.bands if scheme is not None else None
    found = [bands.at(points * factor) if bands is not None else None for points in range(most + 1)]
    return np.array([-1 if b is None or bands is None else bands.bands.index(b) for b in found], dtype=np.int8)


@lru_cache(maxsize=1)
def _pairs() -> npt.NDArray[np.int8]:
    """Return the place in SYNDROMES by the number of core symptoms and of all symptoms."""
    return np.array([[SYNDROMES.index(syndrome(core, symptoms)) for symptoms in range(10)] for core in range(3)], dtype=np.int8)


@lru_cache(maxsize=3)
def _kernel(name: str) -> Any:
    from agetech.core.kernel import kernel

    return kernel(getattr(kernels, name))


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
            found = score_form(
                one, dict(zip(ids, answers, strict=True)), {**shared, **extra}, scheme, name, allow_unverified=allow_unverified
            )
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
