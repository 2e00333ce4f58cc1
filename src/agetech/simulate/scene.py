"""What a simulation returns: the signal, what happened in it, and that it is simulated."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from agetech.simulate.motion import EventKind, Signal


@dataclass(frozen=True, slots=True)
class Truth:
    """An event that was put into the signal; positions are samples of the scene's signal.

    onset: first sample of the descent or flight. impact: largest magnitude of the noiseless, unclipped force around
    the contact. end: first sample of the next activity (a fall's lying ends there). detail: direction of a fall.
    """

    kind: EventKind
    detail: str
    onset: int
    impact: int
    end: int


@dataclass(frozen=True, slots=True)
class Span:
    """One activity of the script: its name and its samples, `start` included, `end` not."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A simulated recording with its ground truth.

    signal: (n, 3), m/s2, gravity included, read-only. fs: Hz. truth: events in order. spans: the activities.
    label: always "simulated"; whoever shows the signal shows the label.
    """

    signal: Signal
    fs: float
    placement: str
    seed: int
    truth: tuple[Truth, ...]
    spans: tuple[Span, ...]
    unit: str = field(default="m/s2", init=False)
    label: str = field(default="simulated", init=False)

    @property
    def duration(self) -> float:
        """Return the length, s."""
        return len(self.signal) / self.fs

    def of(self, kind: EventKind) -> tuple[Truth, ...]:
        """Return the events of one kind."""
        return tuple(event for event in self.truth if event.kind is kind)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Scene)
            and (self.fs, self.placement, self.seed, self.truth, self.spans)
            == (other.fs, other.placement, other.seed, other.truth, other.spans)
            and np.array_equal(self.signal, other.signal)
        )

    __hash__ = None  # type: ignore[assignment]
