"""What a training session runs by: task, staircase, stop rule and seed; as values, and as plain data and back."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from hashlib import sha256
from typing import Any

from agetech.errors import ParamsError
from agetech.scoring.training.bayes import Quest, QuestPlus
from agetech.scoring.training.psychometric import Psychometric, finite, refuse, whole
from agetech.scoring.training.updown import Transformed, Weighted

Rule = Transformed | Weighted | Quest | QuestPlus
RULES: dict[str, type[Rule]] = {rule.kind: rule for rule in (Transformed, Weighted, Quest, QuestPlus)}
MOST_TRIALS = 10_000
LONGEST_NAME = 100
REASONS = ("trials", "reversals", "precision", "limit", "time", "stopped")


def named(path: str, value: object) -> str:
    """Return a name of 1 to 100 printable characters; raises ParamsError for anything else."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME or not value.isprintable() or value != value.strip():
        raise refuse(path, f"a name of 1 to {LONGEST_NAME} printable characters", value if isinstance(value, str) else type(value).__name__)
    return value


@dataclass(frozen=True, slots=True)
class Stop:
    """When a session ends; the first rule that holds gives the reason, in this order.

    reversals: so many turns (up-down rules); spread: a posterior SD not above this, after at least `least` trials
    (Bayesian rules); limit: so many trials in a row that leave the level at its lowest or highest (the person is
    beyond what the game can show, no threshold is given); seconds: since the session began; trials: counted ones, always
    stated, so that every session ends.
    """

    trials: int
    reversals: int | None = None
    spread: float | None = None
    least: int = 10
    limit: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        whole("stop.trials", self.trials, 1, MOST_TRIALS)
        whole("stop.least", self.least, 1, MOST_TRIALS)
        for name, number in (("reversals", self.reversals), ("limit", self.limit)):
            if number is not None:
                whole(f"stop.{name}", number, 2, MOST_TRIALS)
        for name, value in (("spread", self.spread), ("seconds", self.seconds)):
            if value is not None and finite(f"stop.{name}", value) <= 0:
                raise refuse(f"stop.{name}", "above 0", value)


@dataclass(frozen=True, slots=True)
class Device:
    """What the person worked with: model, software version, and its latency in ms, recorded and never subtracted."""

    model: str
    version: str
    latency: float | None = None

    def __post_init__(self) -> None:
        named("device.model", self.model)
        named("device.version", self.version)
        if self.latency is not None and not 0 <= finite("device.latency", self.latency) <= 10_000:  # noqa: PLR2004
            raise refuse("device.latency", "from 0 to 10000 ms", self.latency)


@dataclass(frozen=True, slots=True)
class Plan:
    """A task with its version, the staircase, when to stop, and the seed of the target places.

    Raises ParamsError for stop rules that the staircase cannot meet.
    """

    task: str
    version: str
    rule: Rule
    stop: Stop
    seed: int = field(default=0)

    def __post_init__(self) -> None:
        named("task", self.task)
        named("version", self.version)
        whole("seed", self.seed, 0, 2**63 - 1)
        if not isinstance(self.rule, Transformed | Weighted | Quest | QuestPlus):
            raise refuse("rule", ", ".join(RULES), type(self.rule).__name__)
        if not isinstance(self.stop, Stop):
            raise refuse("stop", "a Stop", type(self.stop).__name__)
        if isinstance(self.rule, Transformed | Weighted):
            _reachable(self.rule, self.stop)
            return
        for name, value in (("reversals", self.stop.reversals), ("limit", self.stop.limit)):
            if value is not None:
                raise refuse(f"stop.{name}", f"none: {self.rule.kind} has no reversals and no limit", value)

    def place(self, trial: int) -> int | None:
        """Return where the target of a trial stands, 0 to n - 1; None for a yes or no task.

        Drawn from the seed and the trial's number alone, so that a resumed session needs no state of a generator.
        """
        if self.rule.alternatives == 0:
            return None
        return int.from_bytes(sha256(f"{self.seed}:{trial}".encode()).digest(), "big") % self.rule.alternatives

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as plain JSON values."""
        found = _plain(asdict(self))
        return {**found, "rule": {"kind": self.rule.kind, **found["rule"]}}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Plan:
        """Return the plan that `as_dict` wrote; raises ParamsError for anything else."""
        entry = fitting("plan", document, cls)
        rule = dict(_mapping("rule", entry["rule"]))
        kind = rule.pop("kind", None)
        if not isinstance(kind, str) or kind not in RULES:
            raise refuse("rule.kind", ", ".join(RULES), kind)
        settings: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in fitting("rule", rule, RULES[kind]).items()
        }
        if "function" in settings:
            settings["function"] = Psychometric(**fitting("function", settings["function"], Psychometric))
        make: Callable[..., Rule] = RULES[kind]
        made = make(**settings)
        return cls(entry["task"], entry["version"], made, Stop(**fitting("stop", entry["stop"], Stop)), entry["seed"])


def _reachable(rule: Transformed | Weighted, stop: Stop) -> None:
    """Raise ParamsError where the session would end before its staircase can give a threshold."""
    if stop.spread is not None:
        raise refuse("stop.spread", f"none: {rule.kind} has no posterior", stop.spread)
    if stop.reversals is not None and stop.reversals < rule.needed:
        raise refuse("stop.reversals", f"at least {rule.needed}, the reversals of a threshold", stop.reversals)
    fewest = rule.needed // 2 * sum(rule.run_lengths())
    if stop.trials < fewest:
        raise refuse("stop.trials", f"at least {fewest}, for {rule.needed} reversals", stop.trials)


def fitting(path: str, document: object, kind: type[Any]) -> dict[str, Any]:
    """Return a mapping that has exactly the fields of a value type; raises ParamsError for anything else."""
    found = dict(_mapping(path, document))
    names = {entry.name for entry in fields(kind)}
    if set(found) != names:
        raise ParamsError("E_TRAINING", f"scoring.training: {path}", expected=", ".join(sorted(names)), got=", ".join(map(str, found)))
    return found


def _mapping(path: str, document: object) -> Mapping[str, Any]:
    if not isinstance(document, Mapping):
        raise refuse(path, "an object", type(document).__name__)
    return document


def _plain(value: Any) -> Any:
    """Return tuples as lists, and whole or fractional numbers as they were given."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value if not isinstance(value, float) or math.isfinite(value) else None
