"""Files and wire <-> recordings and documents: the layer that does all reading and writing.

Names load when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

_HOME = {
    "EventDocument": "event_documents",
    "column_profiles": "profiles",
    "decode": "encoding",
    "event_id": "event_documents",
    "events": "event_documents",
    "from_frame": "frames",
    "read": "files",
    "read_jsonl": "event_documents",
    "results": "result_documents",
    "to_frame": "frames",
    "write": "files",
    "write_events_csv": "event_documents",
    "write_jsonl": "event_documents",
}

if TYPE_CHECKING:
    from agetech.exchange.encoding import decode as decode
    from agetech.exchange.event_documents import EventDocument as EventDocument
    from agetech.exchange.event_documents import event_id as event_id
    from agetech.exchange.event_documents import events as events
    from agetech.exchange.event_documents import read_jsonl as read_jsonl
    from agetech.exchange.event_documents import write_events_csv as write_events_csv
    from agetech.exchange.event_documents import write_jsonl as write_jsonl
    from agetech.exchange.files import read as read
    from agetech.exchange.files import write as write
    from agetech.exchange.frames import from_frame as from_frame
    from agetech.exchange.frames import to_frame as to_frame
    from agetech.exchange.profiles import column_profiles as column_profiles
    from agetech.exchange.result_documents import results as results

__all__ = tuple(sorted(_HOME))  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    if name in _HOME:
        value = getattr(import_module(f"agetech.exchange.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'agetech.exchange' has no attribute {name!r}")
