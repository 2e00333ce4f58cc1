"""Algorithms by id and version, from the entry points `agetech.algorithms`: agetech's own and the tenants' alike."""

from __future__ import annotations

import threading
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, NamedTuple

from agetech.errors import ParamsError

if TYPE_CHECKING:
    from agetech.core.algorithm import Algorithm

GROUP = "agetech.algorithms"
_registered: dict[str, Algorithm] = {}  # by id@version, for this process only
_loaded: dict[str, Algorithm] = {}
_lock = threading.Lock()


class Broken(NamedTuple):
    """An entry point that cannot be used, and why."""

    name: str
    distribution: str
    reason: str


@lru_cache(maxsize=1)
def _points() -> dict[str, tuple[EntryPoint, ...]]:
    found: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=GROUP):
        found.setdefault(point.name, []).append(point)
    return {name: tuple(points) for name, points in found.items()}


def register(algorithm: Algorithm) -> None:
    """Make an algorithm known in this process, beside those of installed packages; ParamsError for a name that is taken."""
    with _lock:
        known = _registered.get(algorithm.name)
        if (known is not None and known is not algorithm) or algorithm.id in _points():
            raise ParamsError("E_PARAM", "id", expected="new / 新的", got=algorithm.name)
        _registered[algorithm.name] = algorithm


def unregister(algorithm: Algorithm) -> None:
    """Forget an algorithm that `register` made known."""
    with _lock:
        _registered.pop(algorithm.name, None)


def algorithms() -> tuple[str, ...]:
    """Return the ids of all algorithms that are installed or registered, sorted; nothing is loaded."""
    return tuple(sorted({name.partition("@")[0] for name in (*_points(), *_registered)}))


def installed(name: str) -> bool:
    """Return whether an id comes from an installed package: only then do other processes know it."""
    return name in _points()


def find(name: str) -> Algorithm:
    """Return the algorithm of an id or of `id@version`; ParamsError E_ALGORITHM or E_PLUGIN."""
    if not isinstance(name, str):
        raise ParamsError("E_ALGORITHM", "algorithm", expected="id | id@version", got=type(name).__name__)
    identifier, _, version = name.partition("@")
    for registered in reversed(tuple(_registered.values())):
        if registered.id == identifier and version in ("", registered.version):
            return registered
    points = _points()
    for key in (name, identifier):
        if key in points:
            algorithm = _load(key)
            if version in ("", algorithm.version):
                return algorithm
    raise ParamsError("E_ALGORITHM", name, expected=", ".join(algorithms()), got=name)


def _load(key: str) -> Algorithm:
    """Return the algorithm of an entry point; ParamsError E_PLUGIN for whatever goes wrong inside it."""
    if key in _loaded:
        return _loaded[key]
    from agetech.core.algorithm import Algorithm

    points = _points()[key]
    try:
        if len({point.value for point in points}) > 1:
            raise LookupError("offered by " + ", ".join(_distribution(point) for point in points))  # noqa: TRY301
        algorithm = points[0].load()
        if not isinstance(algorithm, Algorithm) or key not in (algorithm.id, algorithm.name):
            raise TypeError(f"{points[0].value} is not the Algorithm {key}")  # noqa: TRY301
    except Exception as error:
        raise ParamsError("E_PLUGIN", key, expected=key, got=f"{_distribution(points[0])}: {type(error).__name__}: {error}") from error
    _loaded[key] = algorithm
    return algorithm


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value


def broken() -> tuple[Broken, ...]:
    """Return every entry point that cannot be used; loads them all, so it is for `agetech doctor`."""
    found = []
    for name, points in sorted(_points().items()):
        try:
            _load(name)
        except ParamsError as error:
            found.append(Broken(name, ", ".join(_distribution(point) for point in points), error.got))
    return tuple(found)
