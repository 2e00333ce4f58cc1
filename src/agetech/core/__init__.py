"""The contract: what an algorithm is, and the one runner that makes batch, stream and many persons of it.

Names load when they are first used, so that importing this package loads neither numba nor pydantic.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from agetech.core.kernel import Kernel as Kernel
from agetech.core.kernel import kernel as kernel

_HOME = {
    "Algorithm": "algorithm",
    "Front": "algorithm",
    "Record": "algorithm",
    "State": "algorithm",
    "Step": "algorithm",
    "Window": "algorithm",
    "Field": "declare",
    "Input": "declare",
    "Source": "declare",
    "pack": "declare",
    "state_dtype": "declare",
    "describe": "description",
    "Streams": "many",
    "Param": "params",
    "Params": "params",
    "Recording": "recording",
    "TimeBase": "timebase",
    "algorithms": "registry",
    "broken": "registry",
    "find": "registry",
    "register": "registry",
    "unregister": "registry",
    "Outcome": "runner",
    "run": "runner",
    "run_many": "runner",
    "Stream": "stream",
}

if TYPE_CHECKING:
    from agetech.core.algorithm import Algorithm as Algorithm
    from agetech.core.algorithm import Front as Front
    from agetech.core.algorithm import Record as Record
    from agetech.core.algorithm import State as State
    from agetech.core.algorithm import Step as Step
    from agetech.core.algorithm import Window as Window
    from agetech.core.declare import Field as Field
    from agetech.core.declare import Input as Input
    from agetech.core.declare import Source as Source
    from agetech.core.declare import pack as pack
    from agetech.core.declare import state_dtype as state_dtype
    from agetech.core.description import describe as describe
    from agetech.core.many import Streams as Streams
    from agetech.core.params import Param as Param
    from agetech.core.params import Params as Params
    from agetech.core.recording import Recording as Recording
    from agetech.core.registry import algorithms as algorithms
    from agetech.core.registry import broken as broken
    from agetech.core.registry import find as find
    from agetech.core.registry import register as register
    from agetech.core.registry import unregister as unregister
    from agetech.core.runner import Outcome as Outcome
    from agetech.core.runner import run as run
    from agetech.core.runner import run_many as run_many
    from agetech.core.stream import Stream as Stream
    from agetech.core.timebase import TimeBase as TimeBase

__all__ = ("Kernel", "kernel", *sorted(_HOME))  # noqa: PLE0604  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    if name in _HOME:
        value = getattr(import_module(f"agetech.core.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'agetech.core' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *_HOME]
