"""Physics for samples and tests: everything here is simulated, seeded and labelled so.

`day()` is the demo's recording; `perform(script, seed=...)` makes any other. Each sensor family is a module of its
own: `acceleration` for body-worn accelerometers.
"""

from agetech.simulate.acceleration import day, perform
from agetech.simulate.activities import (
    Activity,
    Bend,
    GetUp,
    LieDown,
    Sit,
    SitUp,
    Stairs,
    Stand,
    Still,
    TurnOver,
    Walk,
)
from agetech.simulate.mishaps import Direction, Fall, Toss
from agetech.simulate.motion import EventKind, Person, Posture
from agetech.simulate.scene import Scene, Span, Truth
from agetech.simulate.sensor import PLACEMENTS, Placement, Sensor

__all__ = [
    "PLACEMENTS",
    "Activity",
    "Bend",
    "Direction",
    "EventKind",
    "Fall",
    "GetUp",
    "LieDown",
    "Person",
    "Placement",
    "Posture",
    "Scene",
    "Sensor",
    "Sit",
    "SitUp",
    "Span",
    "Stairs",
    "Stand",
    "Still",
    "Toss",
    "Truth",
    "TurnOver",
    "Walk",
    "day",
    "perform",
]
