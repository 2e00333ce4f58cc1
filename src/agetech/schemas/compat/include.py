"""Is every document of schema A a document of schema B? Proved, refuted with a candidate document, or left open.

Only three things may be said: nothing found and everything proved; a finding with candidates that the judge then confirms;
or "not decided here", which counts as breaking. Schemas may refer to themselves: a pair under comparison is taken as included.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agetech.schemas.compat.content import SILENT, Doubt, bare, deep_meaning, key_of, meant, refers
from agetech.schemas.compat.sample import Sampler, bounds, grow, kinds, resolve
from agetech.schemas.engine import equal

Schema = Any
_UNDECIDED = (
    "not",
    "if",
    "then",
    "else",
    "contains",
    "dependentSchemas",
    "dependencies",
    "unevaluatedProperties",
    "unevaluatedItems",
    "$dynamicRef",
    "additionalItems",
)
_TYPES = ("string", "integer", "number", "boolean", "object", "array", "null")


class Inclusion:
    """Compares two documents' schemas; `doubts` of the roots are candidates for whole documents."""

    def __init__(self, a: Schema, b: Schema) -> None:
        self.a_root, self.b_root = a, b
        self.of_a, self.of_b = Sampler(a), Sampler(b)
        self.under: set[tuple[str, str]] = set()
        parts = [[root.get(k) for k in ("$defs", "definitions")] if isinstance(root, dict) else [] for root in (a, b)]
        self.one_set_of_parts = key_of(parts[0]) == key_of(parts[1])

    def doubts(self, a: Schema, b: Schema, path: tuple[str, ...] = ()) -> list[Doubt]:
        """Return every doubt whether A is included in B; an empty list is a proof."""
        key = (key_of(a), key_of(b))
        if key in self.under:
            return []
        self.under.add(key)
        a, b = resolve(self.a_root, a), resolve(self.b_root, b)
        told = meant(a, b, path)
        if b is True or b == {} or a is False:
            return told
        if a is True:
            a = {}
        if b is False:
            return [*told, Doubt("property-removed", path, self.of_a.examples(a))]
        if bare(a) == bare(b) and (self.one_set_of_parts or (not refers(a) and not refers(b))):
            return told + deep_meaning(a, b, path)
        return [*told, *self._split(a, b, path)]

    def _split(self, a: dict[str, Any], b: dict[str, Any], path: tuple[str, ...]) -> list[Doubt]:
        for keyword in _UNDECIDED:
            if keyword in b and b.get(keyword) != a.get(keyword):
                return [Doubt(keyword, path, self.of_a.examples(a, full=True))]
        for keyword in ("anyOf", "oneOf"):
            if keyword in a and a.get(keyword) != b.get(keyword):
                return self._each_branch(keyword, a, b, path)
        if "allOf" in a:
            merged = self._merged(a)
            return self.doubts(merged, b, path) if merged is not None else [Doubt("allOf", path, self.of_a.examples(a, full=True))]
        if "allOf" in b:
            rest = {k: v for k, v in b.items() if k != "allOf"}
            return [d for part in ([rest] if bare(rest) else []) + list(b["allOf"]) for d in self.doubts(a, part, path)]
        for keyword in ("anyOf", "oneOf"):
            if keyword in b:
                return self._some_branch(keyword, a, b, path)
        return self._leaf(a, b, path)

    def _each_branch(self, keyword: str, a: dict[str, Any], b: dict[str, Any], path: tuple[str, ...]) -> list[Doubt]:
        rest = {k: v for k, v in a.items() if k != keyword}
        found = []
        for branch in a[keyword]:
            mine = resolve(self.a_root, branch)
            if mine is False:
                continue
            merged = self._merged({"allOf": [rest, mine]}) if bare(rest) else mine
            if merged is None:
                return [Doubt(keyword, path, self.of_a.examples(a, full=True))]
            found += [Doubt("branch" if d.rule == "type" else d.rule, d.path, d.values, d.meaning) for d in self.doubts(merged, b, path)]
        return found

    def _some_branch(self, keyword: str, a: dict[str, Any], b: dict[str, Any], path: tuple[str, ...]) -> list[Doubt]:
        rest = {k: v for k, v in b.items() if k != keyword}
        outer = self.doubts(a, rest, path) if bare(rest) else []
        branches = [resolve(self.b_root, branch) for branch in b[keyword]]
        if len(kinds(a)) > 1 and "enum" not in a and "const" not in a:
            parts = [{**a, "type": kind} for kind in kinds(a)]
            return outer + [d for part in parts for d in self._some_branch(keyword, part, {keyword: branches}, path)]
        if "enum" in a:
            return outer + self._values(a["enum"], b, path, "enum")
        best: list[Doubt] | None = None
        for n, branch in enumerate(branches):
            before = set(self.under)
            mine = self.doubts(a, branch, path)
            others = [other for k, other in enumerate(branches) if k != n]
            if all(d.meaning for d in mine) and (keyword == "anyOf" or all(self._apart(a, other) for other in others)):
                return outer + mine
            self.under = before
            if best is None or len(mine) < len(best):
                best = mine
        values = self.of_a.examples(a, full=True)
        return [*outer, Doubt("branch", path, values), *(best or [])]

    def _apart(self, a: dict[str, Any], b: Any) -> bool:
        """Return True where no value can follow both; False where that is not shown."""
        if b is False:
            return True
        if not isinstance(b, dict):
            return False
        if not _overlap(kinds(a), kinds(b)):
            return True
        if kinds(a) != ["object"]:
            return "const" in a and "const" in b and not equal(a["const"], b["const"])
        fields_a, fields_b = a.get("properties", {}), b.get("properties", {})
        for name in {*a.get("required", ()), *b.get("required", ())}:
            mine, other = fields_a.get(name, a.get("additionalProperties", True)), fields_b.get(name, b.get("additionalProperties", True))
            if mine is False or other is False:
                return True
            one, two = resolve(self.a_root, mine), resolve(self.b_root, other)
            if isinstance(one, dict) and isinstance(two, dict) and name in a.get("required", ()) and name in b.get("required", ()):  # noqa: SIM102 - one question a line
                if not _overlap(kinds(one), kinds(two)) or ("const" in one and "const" in two and not equal(one["const"], two["const"])):
                    return True
        return False

    def _merged(self, a: dict[str, Any]) -> dict[str, Any] | None:
        """Return the parts of allOf as one schema; None where two parts say different things with one keyword."""
        made = {k: v for k, v in a.items() if k != "allOf"}
        for part in a.get("allOf", ()):
            mine = resolve(self.a_root, part)
            if not isinstance(mine, dict):
                return None
            for keyword, value in mine.items():
                if keyword in ("properties", "$defs") and keyword in made:
                    if any(n in made[keyword] and made[keyword][n] != v for n, v in value.items()):
                        return None
                    made[keyword] = {**made[keyword], **value}
                elif keyword == "required" and keyword in made:
                    made[keyword] = sorted({*made[keyword], *value})
                elif keyword in made and made[keyword] != value and keyword not in ("title", "description", "$schema", "$id"):
                    return None
                else:
                    made[keyword] = value
        return made

    def _values(self, members: Any, b: dict[str, Any], path: tuple[str, ...], rule: str) -> list[Doubt]:
        refused = [v for v in members if not self.of_b.fits(b, v)]
        return [Doubt(rule, path, refused)] if refused else []

    def _leaf(self, a: dict[str, Any], b: dict[str, Any], path: tuple[str, ...]) -> list[Doubt]:
        if "const" in a or "enum" in a:
            members = [a["const"]] if "const" in a else [v for v in a["enum"] if self.of_a.fits(a, v)]
            return self._values(members, b, path, "const" if "const" in a else "enum")
        if "const" in b or "enum" in b:
            rule = "const" if "const" in b else "enum"
            return [Doubt(rule, path, [v for v in self.of_a.examples(a, most=40) if not self.of_b.fits(b, v)])]
        found: list[Doubt] = []
        for kind in kinds(a):
            other = kinds(b)
            if not (kind in other or (kind == "integer" and "number" in other)):
                narrowed = {**a, "type": kind}
                found.append(Doubt("type", path, ([0.5, 2.5, -7.25] if kind == "number" else []) + self.of_a.examples(narrowed)))
            elif kind in ("integer", "number"):
                found += list(self._number(a, b, path))
            else:
                found += list(getattr(self, f"_{kind}", lambda *_: ())(a, b, path))
        return found

    def _number(self, a: dict[str, Any], b: dict[str, Any], path: tuple[str, ...]) -> Iterator[Doubt]:
        a_low, a_low_out, a_high, a_high_out = bounds(a)
        b_low, b_low_out, b_high, b_high_out = bounds(b)
        tried = self.of_a.examples(_plain(a), most=40)
        whole = kinds(a) == ["integer"]
        for bound in (b_low, b_high):
            if bound is not None:
                step = 1 if whole else 0.5
                tried += [v for x in (-step, 0, step, -1000, 1000) for v in [_num(float(bound) + x, whole=whole)]]
        tried = [v for v in tried if self.of_a.fits(_plain(a), v)]
        if b_low is not None and (a_low is None or a_low < b_low or (a_low == b_low and b_low_out and not a_low_out)):
            yield Doubt("minimum", path, [v for v in tried if v < b_low or (v == b_low and b_low_out)])
        if b_high is not None and (a_high is None or a_high > b_high or (a_high == b_high and b_high_out and not a_high_out)):
            yield Doubt("maximum", path, [v for v in tried if v > b_high or (v == b_high and b_high_out)])
        if "multipleOf" in b and not _multiple(a, b, whole=whole):
            yield Doubt("multipleOf", path, [v for v in tried if not self.of_b.fits(b, v)])

    def _string(self, a: dict[str, Any], b: dict[str, Any], path: tuple[str, ...]) -> Iterator[Doubt]:
        plain = _plain(a)
        tried = self.of_a.examples(plain, most=60)
        for rule, least in (("minLength", True), ("maxLength", False)):
            bound, own = b.get(rule), a.get(rule)
            if bound is None or (least and bound == 0):
                continue
            if own is None or (own < bound if least else own > bound):
                size = bound - 1 if least else bound + 1
                longer = list(_of_length(self.of_a, plain, size))
                yield Doubt(rule, path, [v for v in tried + longer if (len(v) < bound if least else len(v) > bound)])
        for rule in ("pattern", "format"):
            if rule in b and b[rule] != a.get(rule):
                yield Doubt(rule, path, [v for v in tried if not self.of_b.fits({"type": "string", rule: b[rule]}, v)])

    def _array(self, a: dict[str, Any], b: dict[str, Any], path: tuple[str, ...]) -> Iterator[Doubt]:
        sizes = list(self.of_a.examples(_plain(a), most=40))
        if b.get("minItems", 0) > a.get("minItems", 0):
            yield Doubt("minItems", path, [v for v in sizes if len(v) < b["minItems"]])
        if "maxItems" in b and a.get("maxItems", b["maxItems"] + 1) > b["maxItems"]:
            filler = self.of_a.examples(a.get("items", True), most=1)
            yield Doubt("maxItems", path, [v for v in sizes if len(v) > b["maxItems"]] + [filler * (b["maxItems"] + 1)] * bool(filler))
        if b.get("uniqueItems") and not a.get("uniqueItems") and a.get("maxItems", 2) > 1:
            filler = self.of_a.examples(a.get("items", True), most=1)
            yield Doubt("uniqueItems", path, [filler * max(2, a.get("minItems", 0))])
        heads = max(len(a.get("prefixItems", ())), len(b.get("prefixItems", ())))
        for n in range(min(heads, a.get("maxItems", heads))):
            mine, other = _at(a, n), _at(b, n)
            for doubt in self.doubts(mine, other, (*path, str(n))):
                yield self._lifted(doubt, lambda v, n=n: _filled(self.of_a, a, n, v))
        if a.get("items") is not False and a.get("maxItems", heads + 1) > heads:
            for doubt in self.doubts(a.get("items", True), b.get("items", True), (*path, "*")):
                yield self._lifted(doubt, lambda v: _filled(self.of_a, a, max(heads, a.get("minItems", 1) - 1, 0), v))

    def _lifted(self, doubt: Doubt, wrap: Any) -> Doubt:
        return Doubt(doubt.rule, doubt.path, [wrap(v) for v in doubt.values[:12]], doubt.meaning)

    def _object(self, a: dict[str, Any], b: dict[str, Any], path: tuple[str, ...]) -> Iterator[Doubt]:
        fields_a, fields_b = a.get("properties", {}), b.get("properties", {})
        more_a, more_b = a.get("additionalProperties", True), b.get("additionalProperties", True)
        needed_a, needed_b = set(a.get("required", ())), set(b.get("required", ()))
        smallest = self.of_a.examples(_plain(a), most=30, full=True)
        for name in sorted(needed_b - needed_a):
            yield Doubt(
                "required-added",
                (*path, name),
                [{k: v for k, v in e.items() if k != name} for e in smallest] + [e for e in smallest if name not in e],
            )
        patterns_a, patterns_b = a.get("patternProperties", {}), b.get("patternProperties", {})
        if patterns_a.keys() != patterns_b.keys():
            named = [{**e, n: v} for e in smallest[:3] for n, v in _pattern_fields(self.of_a, a, b)]
            yield Doubt("patternProperties", path, named + smallest)
        else:
            for pattern in patterns_a:
                for doubt in self.doubts(patterns_a[pattern], patterns_b[pattern], (*path, f"({pattern})")):
                    names = [n for n in (grow(pattern, self.of_a.chance) for _ in range(4)) if n is not None]
                    values = [{**e, n: v} for v in doubt.values[:12] for n in names for e in (smallest or [{}])[:2]]
                    yield Doubt("patternProperties", doubt.path, values, doubt.meaning)
            for name in sorted({*fields_a, *fields_b}):
                mine, other = fields_a.get(name, more_a), fields_b.get(name, more_b)
                for doubt in self.doubts(mine, other, (*path, name)):
                    rule = doubt.rule if doubt.rule != "property-removed" or name in fields_a else "additionalProperties"
                    yield Doubt(
                        rule, doubt.path, [{**e, name: v} for v in doubt.values[:12] for e in (smallest or [{}])[:3]], doubt.meaning
                    )
        if more_a is not False and more_b is not True and more_b != {}:
            for doubt in self.doubts(more_a, more_b, (*path, "*")):
                yield Doubt(
                    "additionalProperties",
                    doubt.path,
                    [{**e, n: v} for v in doubt.values[:12] for n in _names(a) for e in (smallest or [{}])[:2]],
                    doubt.meaning,
                )
        yield from self._names(a, b, path, smallest)

    def _names(self, a: dict[str, Any], b: dict[str, Any], path: tuple[str, ...], smallest: list[Any]) -> Iterator[Doubt]:
        if "propertyNames" in b and b["propertyNames"] != a.get("propertyNames"):
            inner = self.doubts({"type": "string", **(a.get("propertyNames") or {})}, b["propertyNames"], (*path, "*"))
            closed = a.get("additionalProperties") is False and all(self.of_b.fits(b["propertyNames"], n) for n in a.get("properties", {}))
            filler = self.of_a.examples(a.get("additionalProperties", True), most=1)
            if inner and not closed:
                yield Doubt(
                    "propertyNames", path, [{**e, n: v} for d in inner for n in d.values for v in filler for e in (smallest or [{}])[:2]]
                )
        for rule, least in (("minProperties", True), ("maxProperties", False)):
            bound, own = b.get(rule), a.get(rule)
            if (
                bound is not None
                and (own is None or (own < bound if least else own > bound))
                and not (least and len(a.get("required", ())) >= bound)
            ):
                closed_most = len(a.get("properties", {})) if a.get("additionalProperties") is False else None
                if not least and closed_most is not None and closed_most <= bound:
                    continue
                filler = self.of_a.examples(a.get("additionalProperties", True), most=1)
                big = [{**e, **{f"extra{n}": v for n in range(bound + 1)}} for e in smallest[:2] for v in filler] if not least else []
                yield Doubt(rule, path, [v for v in smallest + big if (len(v) < bound if least else len(v) > bound)])
        if "dependentRequired" in b and b["dependentRequired"] != a.get("dependentRequired"):
            yield Doubt(
                "dependentRequired",
                path,
                [
                    e
                    for e in self.of_a.examples(a, most=60, full=True)
                    if not self.of_b.fits({"dependentRequired": b["dependentRequired"]}, e)
                ],
            )


def _overlap(one: list[str], two: list[str]) -> bool:
    first, second = ({"number" if n == "integer" else n for n in names} for names in (one, two))
    return bool(first & second)


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in schema.items() if k not in SILENT}


def _num(value: float, *, whole: bool) -> Any:
    return int(value) if whole or value == int(value) else value


def _multiple(a: dict[str, Any], b: dict[str, Any], *, whole: bool) -> bool:
    own = a.get("multipleOf", 1 if whole else None)
    return own is not None and (own / b["multipleOf"]).is_integer() if own is not None else False


def _of_length(sampler: Sampler, a: dict[str, Any], size: int) -> Iterator[str]:
    if 0 <= size < 1_000_000:  # noqa: PLR2004 - longer texts are not built
        for text in ("a" * size, "A" * size, "0" * size, ("http://" + "a" * size)[:size]):
            if sampler.fits(a, text):
                yield text


def _at(schema: dict[str, Any], n: int) -> Any:
    heads = schema.get("prefixItems", ())
    return heads[n] if n < len(heads) else schema.get("items", True)


def _filled(sampler: Sampler, a: dict[str, Any], n: int, value: Any) -> list[Any]:
    """Return a list whose entry n is `value` and whose others are examples."""
    made = []
    for k in range(n):
        made.append(next(iter(sampler.examples(_at(a, k), most=1)), value))  # noqa: PERF401 - one step a line
    made.append(value)
    while len(made) < a.get("minItems", 0):
        made.append(next(iter(sampler.examples(_at(a, len(made)), most=1)), value))
    return made


def _names(a: dict[str, Any]) -> list[str]:
    return [n for n in ("another", "x", "http://a.example/b") if n not in a.get("properties", {})]


def _pattern_fields(sampler: Sampler, a: dict[str, Any], b: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for side in (b, a):
        for pattern in side.get("patternProperties", {}):
            name = grow(pattern, sampler.chance)
            if name is not None:
                mine = a.get("patternProperties", {}).get(pattern, a.get("additionalProperties", True))
                for value in [*sampler.examples(mine, most=3), 1, "a", None, {}]:
                    yield name, value
