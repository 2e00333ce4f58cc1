"""The instruments that can be scored: agetech's own files, read when first asked for, and those a tenant registers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from agetech.errors import ParamsError
from agetech.scoring.instrument import Instrument

_REGISTERED: dict[str, dict[str, Instrument]] = {}
_NEWEST: dict[str, Instrument] = {}


def instrument(name: str | Instrument, version: str | None = None) -> Instrument:
    """Return the instrument of an id, the newest version unless one is named; raises ParamsError where there is none.

    An id registered by a tenant can be neither one of agetech's nor hide one.
    """
    if isinstance(name, Instrument):
        return name
    if version is None and name in _NEWEST:
        return _NEWEST[name]
    if not isinstance(name, str):
        raise ParamsError("E_INSTRUMENT", "scoring", expected="an instrument id", got=type(name).__name__)
    found = _REGISTERED.get(name) or (_versions(name) if name in shipped() else {})
    if not found:
        raise ParamsError("E_INSTRUMENT", "scoring", expected=_near(name), got=name)
    if version is None:
        return _NEWEST.setdefault(name, found[max(found, key=_order)])
    if version not in found:
        raise ParamsError("E_INSTRUMENT_VERSION", f"scoring.{name}", expected=", ".join(sorted(found)), got=version)
    return found[version]


def instruments() -> tuple[str, ...]:
    """Return the ids of all instruments, agetech's and registered ones, in alphabetical order."""
    return tuple(sorted({*shipped(), *_REGISTERED}))


def every() -> Iterator[Instrument]:
    """Yield every instrument in its newest version."""
    for name in instruments():
        yield instrument(name)


def register(folder: str | Path) -> tuple[str, ...]:
    """Load a tenant's instruments, one JSON file each; return their ids. All files are checked before any is taken.

    The checks are those of agetech's own files (`document.check`): schema, tiling bands, item ranges that add up to
    the total, known rules, sources for every level above memory. Raises SchemaError for a file that fails, with the
    file's name and the field; ParamsError for an id that agetech ships or a version that is already there with
    other content.
    """
    from agetech.scoring.document import load

    place = Path(folder)
    paths = sorted(place.glob("*.json")) if place.is_dir() else [place]
    loaded = [Instrument.parse(load(path)) for path in paths]
    for one in loaded:
        if one.id in shipped():
            raise ParamsError("E_INSTRUMENT_TAKEN", f"scoring.{one.id}", expected="an id of your own", got=one.id)
        before = _REGISTERED.get(one.id, {}).get(one.version)
        if before is not None and before.hash != one.hash:
            raise ParamsError("E_INSTRUMENT_CHANGED", f"scoring.{one.id}", expected=before.hash, got=one.hash)
    for one in loaded:
        _REGISTERED.setdefault(one.id, {})[one.version] = one
        _NEWEST.pop(one.id, None)
    return tuple(one.id for one in loaded)


def unregister(name: str) -> None:
    """Forget a registered instrument with all its versions; agetech's own stay. Raises ParamsError where there is none."""
    if name not in _REGISTERED:
        raise ParamsError("E_INSTRUMENT", "scoring", expected=", ".join(sorted(_REGISTERED)) or "a registered id", got=name)
    del _REGISTERED[name]
    _NEWEST.pop(name, None)


@lru_cache(maxsize=1)
def _files() -> dict[str, tuple[str, ...]]:
    """Return id -> file names: `phq9.json` is the newest version, `phq9@1.0.0.json` an older one that stays loadable."""
    found: dict[str, tuple[str, ...]] = {}
    names = [entry.name for entry in files("agetech.scoring").joinpath("instruments").iterdir() if entry.name.endswith(".json")]
    for file in names:
        name = file.removesuffix(".json").partition("@")[0]
        found[name] = (*found.get(name, ()), file)
    return found


def shipped() -> frozenset[str]:
    """Return the ids of the instruments that agetech ships."""
    return frozenset(_files())


@cache
def _versions(name: str) -> dict[str, Instrument]:
    """Return the shipped versions of an instrument, read when first asked for."""
    folder = files("agetech.scoring").joinpath("instruments")
    loaded = [Instrument.parse(json.loads(folder.joinpath(file).read_text(encoding="utf-8"))) for file in _files()[name]]
    return {one.version: one for one in loaded}


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _near(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, instruments(), n=3, cutoff=0.5)
    return ", ".join(near) if near else "one of scoring.instruments()"
