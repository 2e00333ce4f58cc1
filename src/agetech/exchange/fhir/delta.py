"""What one JSON value has that another lacks, as steps that can be applied again: the lens between documents and resources."""

from __future__ import annotations

from typing import Any

from agetech.schemas.engine import equal
from agetech.schemas.jsontext import dumps

Step = dict[str, Any]


def _same(one: Any, other: Any) -> bool:
    """Return True for values that are written alike: 1.0 and 1.00 are not."""
    return equal(one, other) and dumps(one, sort=True) == dumps(other, sort=True)


def steps(made: Any, wanted: Any, path: tuple[Any, ...] = ()) -> list[Step]:
    """Return the steps that turn `made` into `wanted`: `add`, `set` (knowing what was there) and `del`."""
    if _same(made, wanted):
        return []
    if isinstance(made, dict) and isinstance(wanted, dict):
        found = [{"do": "del", "at": [*path, k], "was": made[k]} for k in made if k not in wanted]
        found += [{"do": "add", "at": [*path, k], "to": wanted[k]} for k in wanted if k not in made]
        return found + [step for k in wanted if k in made for step in steps(made[k], wanted[k], (*path, k))]
    if isinstance(made, list) and isinstance(wanted, list) and len(made) == len(wanted):
        return [step for n, (a, b) in enumerate(zip(made, wanted, strict=True)) for step in steps(a, b, (*path, n))]
    return [{"do": "set", "at": list(path), "was": made, "to": wanted}]


def applied(made: Any, told: list[Step]) -> tuple[Any, list[Step]]:
    """Return (`made` with the steps applied, steps that no longer fit because the document was changed since)."""
    held, left = {"": _copy(made)}, []
    for step in told:
        if not _formed(step):
            left.append(step)
            continue
        place: list[Any] = ["", *step["at"]]
        last: Any = place[-1]
        at: Any = held
        for part in place[:-1]:
            fits = (isinstance(at, dict) and part in at) or (isinstance(at, list) and isinstance(part, int) and part < len(at))
            at = at[part] if fits else None
        here = (isinstance(at, dict) and last in at) or (isinstance(at, list) and isinstance(last, int) and last < len(at))
        if (step["do"] == "add" and isinstance(at, dict) and not here) or (step["do"] == "set" and here and _same(at[last], step["was"])):
            at[last] = step["to"]
        elif step["do"] == "del" and here and isinstance(at, dict) and _same(at[last], step["was"]):
            del at[last]
        else:
            left.append(step)
    return held[""], left


_NEEDS = {"add": {"to"}, "set": {"was", "to"}, "del": {"was"}}


def _formed(step: Any) -> bool:
    """Return True for a step as `steps` makes it; a text of others may hold anything."""
    if not isinstance(step, dict) or not isinstance(step.get("do"), str) or not isinstance(step.get("at"), list):
        return False
    known = _NEEDS.get(step["do"])
    return known is not None and known <= set(step) and all(isinstance(part, str | int) for part in step["at"])


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _copy(v) for k, v in value.items()}
    return [_copy(v) for v in value] if isinstance(value, list | tuple) else value
