"""agetech: reference algorithms, data models and assessments for elderly-care technology.

`agetech.run("falls.impact", acc, 50.0, placement="waist")` runs an algorithm, `agetech.Stream` keeps one live.
Public names load when they are first used: `import agetech` loads none of numba, scipy and pydantic.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

_HOME = {
    "AgetechError": "agetech.errors",
    "CheckpointError": "agetech.errors",
    "ExchangeError": "agetech.errors",
    "ParamsError": "agetech.errors",
    "SchemaError": "agetech.errors",
    "SignalError": "agetech.errors",
    "Recording": "agetech.core.recording",
    "Regulariser": "agetech.dsp.regularise",
    "Stream": "agetech.core.stream",
    "Streams": "agetech.core.many",
    "algorithms": "agetech.core.registry",
    "describe": "agetech.core.description",
    "read": "agetech.exchange",
    "regularise": "agetech.dsp.regularise",
    "run": "agetech.core.runner",
    "run_many": "agetech.core.runner",
    "score": "agetech.scoring",
    "write": "agetech.exchange",
}

if TYPE_CHECKING:
    from agetech.core.description import describe as describe
    from agetech.core.many import Streams as Streams
    from agetech.core.recording import Recording as Recording
    from agetech.core.registry import algorithms as algorithms
    from agetech.core.runner import run as run
    from agetech.core.runner import run_many as run_many
    from agetech.core.stream import Stream as Stream
    from agetech.dsp.regularise import Regulariser as Regulariser
    from agetech.dsp.regularise import regularise as regularise
    from agetech.errors import AgetechError as AgetechError
    from agetech.errors import CheckpointError as CheckpointError
    from agetech.errors import ExchangeError as ExchangeError
    from agetech.errors import ParamsError as ParamsError
    from agetech.errors import SchemaError as SchemaError
    from agetech.errors import SignalError as SignalError
    from agetech.exchange import read as read
    from agetech.exchange import write as write
    from agetech.scoring import score as score

__all__ = ("__version__", *sorted(_HOME))  # noqa: PLE0604  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'agetech' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *_HOME]
