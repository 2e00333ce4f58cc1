"""Breaking changes between two versions of a schema, in both directions, each with a witness document.

backward: data of the old version must be read by the new schema. forward: data of the new version must be read by the old one.
Every finding called breaking carries a document that follows one side and not the other. What could not be decided, and a change
of meaning that no document shows (unit, code list, default), is `unknown`; unknown counts as breaking where it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from agetech.schemas.compat.content import Doubt, bare
from agetech.schemas.compat.include import Inclusion
from agetech.schemas.compat.sample import Sampler
from agetech.schemas.engine import Judge

Direction = Literal["backward", "forward"]
Verdict = Literal["compatible", "breaking", "unknown"]
_STAMP = ("schema_version",)


@dataclass(frozen=True, slots=True)
class Finding:
    """One change: the rule, the place, and for a breaking one the witness: valid on the reader's other side, invalid on the reader's."""

    verdict: Verdict
    direction: Direction
    rule: str
    path: str
    witness: Any = None

    def as_dict(self) -> dict[str, Any]:
        """Return the finding ready for JSON."""
        return {"verdict": self.verdict, "direction": self.direction, "rule": self.rule, "path": self.path, "witness": self.witness}


@dataclass(frozen=True, slots=True)
class Comparison:
    """The verdict of one direction and what it rests on."""

    direction: Direction
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """Return breaking if anything is, else unknown if anything is, else compatible."""
        kinds = {f.verdict for f in self.findings}
        return "breaking" if "breaking" in kinds else "unknown" if "unknown" in kinds else "compatible"

    @property
    def passes(self) -> bool:
        """Return True only for compatible: unknown counts as breaking."""
        return self.verdict == "compatible"


def check(old: Any, new: Any, direction: Direction = "backward") -> Comparison:
    """Return what a change of schema from `old` to `new` does to readers in one direction."""
    source, reader = (old, new) if direction == "backward" else (new, old)
    inclusion = Inclusion(source, reader)
    doubts = inclusion.doubts(source, reader)
    findings: dict[tuple[str, str], Finding] = {}
    for doubt in doubts:
        made = _judged(doubt, source, reader, direction)
        key = (made.rule, made.path)
        if key not in findings or (findings[key].verdict == "unknown" and made.verdict == "breaking"):
            findings[key] = made
    settled = [f for f in findings.values() if f.verdict == "breaking"]
    open_ = [f for f in findings.values() if f.verdict == "unknown" and not any(_inside(f.path, s.path) for s in settled)]
    if not settled and any(f.rule not in _MEANING for f in open_):
        settled = list(_searched(source, reader, direction, open_))
    return Comparison(direction, tuple(settled + open_))


_MEANING = ("unit-binding", "code-binding", "default")


def _inside(path: str, other: str) -> bool:
    return path == other or path.startswith(other + "/") or other.startswith(path + "/")


def _judged(doubt: Doubt, source: Any, reader: Any, direction: Direction) -> Finding:
    place = "".join("/" + part for part in doubt.path)
    if not doubt.meaning:
        for value in doubt.values:
            if not Judge(source).faults(value) and Judge(reader).faults(value):
                return Finding("breaking", direction, doubt.rule, place, value)
    return Finding("unknown", direction, doubt.rule, place)


def _searched(source: Any, reader: Any, direction: Direction, doubts: list[Finding]) -> list[Finding]:
    """Return a breaking finding where one of many examples of the source is refused by the reader."""
    for value in Sampler(source, seed=1).examples(source, most=60, full=True):
        if Judge(reader).faults(value):
            first = doubts[0]
            return [Finding("breaking", direction, first.rule, first.path, value)]
    return []


def compare(old: Any, new: Any) -> dict[Direction, Comparison]:
    """Return the comparison in both directions."""
    return {"backward": check(old, new, "backward"), "forward": check(old, new, "forward")}


def check_preserving(old: Any, new: Any) -> Comparison:
    """Return what data of `new` do to a reader of `old` that keeps fields it does not know, as `documents.read` does.

    A strict reader is broken by every new field (`check` forward); this one by what no keeping of fields can mend.
    """
    return check(_opened(old), new, "forward")


def _opened(schema: Any) -> Any:
    """Return a schema whose objects let unknown fields pass at every level."""
    if isinstance(schema, list):
        return [_opened(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    shut = schema.get("additionalProperties") is False and isinstance(schema.get("properties"), dict)
    return {name: _opened(inner) for name, inner in schema.items() if not (shut and name == "additionalProperties")}


def kind_of_change(old: Any, new: Any) -> Literal["patch", "minor", "major"]:
    """Return the least version step that a change needs by the policy: additive is minor, text only is patch, all else major."""
    if bare(old) == bare(new) and all(c.passes for c in compare(old, new).values()):
        return "patch"
    return "minor" if check(old, new, "backward").passes else "major"
