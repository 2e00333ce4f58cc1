"""A training session: which level comes next, what was answered, when it ends; saved and resumed as plain data.

A saved session is its plan and its trials. Loading replays the trials through the staircase and compares every level,
so a resumed session is the uninterrupted one byte for byte, and a record can be checked by anyone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from agetech.errors import AgetechError, CheckpointError, ParamsError
from agetech.scoring.training.estimate import Estimate, Track
from agetech.scoring.training.plan import Device, Plan, fitting, named
from agetech.scoring.training.psychometric import finite, refuse

SCHEMA = "agetech.scoring.training/1"
LARGEST = 16_000_000  # bytes of a saved session
LONGEST_REACTION = 600_000.0  # ms
PARTS = ("schema", "plan", "device", "subject", "started", "trials", "stopped", "next", "checksum")


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial: number from 0, level presented, place of the target, the answer, its instant, the reaction in ms.

    practice: shown and answered, but not seen by the staircase. at: ISO 8601 with offset. reaction: from the onset of
    the stimulus to touch-down on the device's monotonic clock, its latency not subtracted; None where not measured.
    """

    number: int
    level: float
    place: int | None
    correct: bool
    at: str
    reaction: float | None = None
    practice: bool = False


@dataclass(frozen=True, slots=True)
class SessionResult:
    """What a session gave: the estimate or None, and the reason of its end (None while it runs).

    trials: counted ones; practice: the others; correct: share of right answers among the counted ones, None without.
    """

    estimate: Estimate | None
    reason: str | None
    trials: int
    practice: int
    correct: float | None


class Session:
    """A session of one person under a plan.

    started: an aware instant; subject: the tenant's pseudonym of the person, or None. `level` and `place` say what to
    present; `answer` takes what came of it. Raises ParamsError for settings, answers and instants that cannot be.
    """

    def __init__(self, plan: Plan, device: Device, started: datetime, subject: str | None = None) -> None:
        _is("plan", plan, Plan)
        _is("device", device, Device)
        if subject is not None:
            named("subject", subject)
        self.plan, self.device, self.subject = plan, device, subject
        self.started = _aware(started).isoformat()
        self.trials: list[Trial] = []
        self._track: Track = plan.rule.begin()
        self._last = started
        self._reason: str | None = None
        self._stuck = 0
        self._counted = 0

    @property
    def level(self) -> float:
        """Return the level to present next."""
        return self._track.level

    @property
    def place(self) -> int | None:
        """Return where the next target stands, 0 to n - 1; None for a yes or no task."""
        return self.plan.place(len(self.trials))

    @property
    def reason(self) -> str | None:
        """Return why the session ended: trials, reversals, precision, limit, time or stopped; None while it runs."""
        return self._reason

    def answer(self, at: datetime, *, correct: bool, reaction: float | None = None, practice: bool = False) -> Trial:
        """Take the answer to the trial at `level`; return the trial.

        at: aware instant, not before the last one. Raises ParamsError E_TRAINING_ENDED after the end, E_TRAINING_TRIAL
        for an answer that cannot be; the session is then as it was.
        """
        if self._reason is not None:
            raise ParamsError("E_TRAINING_ENDED", "scoring.training", expected=self._reason, got=len(self.trials))
        for name, value in (("correct", correct), ("practice", practice)):
            if not isinstance(value, bool):
                raise _wrong(name, "true or false", value)
        if reaction is not None and not 0 <= _number("reaction", reaction) <= LONGEST_REACTION:
            raise _wrong("reaction", f"from 0 to {LONGEST_REACTION:g} ms", reaction)
        moment = _aware(at)
        if moment < self._last:
            raise _wrong("at", f"not before {self._last.isoformat()}", moment.isoformat())
        trial = Trial(len(self.trials), self.level, self.place, correct, moment.isoformat(), reaction, practice)
        self.trials.append(trial)
        self._last = moment
        if not practice:
            self._track.answer(trial.level, correct=correct)
            self._counted += 1
            self._stuck = self._stuck + 1 if self._track.edge and self._track.level == trial.level else 0
        self._reason = self._ended(moment)
        return trial

    def stop(self) -> None:
        """End the session at the person's wish; nothing happens where it has ended."""
        self._reason = self._reason or "stopped"

    def _ended(self, moment: datetime) -> str | None:
        stop, spread = self.plan.stop, self._track.spread
        elapsed = (moment - datetime.fromisoformat(self.started)).total_seconds()
        precise = stop.spread is not None and spread is not None and self._counted >= stop.least and spread <= stop.spread
        held = (
            (stop.reversals is not None and self._track.turns >= stop.reversals, "reversals"),
            (precise, "precision"),
            (stop.limit is not None and self._stuck >= stop.limit, "limit"),
            (stop.seconds is not None and elapsed >= stop.seconds, "time"),
            (self._counted >= self.plan.stop.trials, "trials"),
        )
        return next((reason for holds, reason in held if holds), None)

    def result(self) -> SessionResult:
        """Return the estimate so far with the reason of the end; no estimate where the levels' limit ended it."""
        counted = [trial for trial in self.trials if not trial.practice]
        found = self._track.estimate() if self._reason != "limit" else None
        share = sum(trial.correct for trial in counted) / len(counted) if counted else None
        return SessionResult(found, self._reason, len(counted), len(self.trials) - len(counted), share)

    def save(self) -> bytes:
        """Return the session as canonical JSON in UTF-8 with its checksum; the same trials give the same bytes."""
        document = {
            "schema": SCHEMA,
            "plan": self.plan.as_dict(),
            "device": asdict(self.device),
            "subject": self.subject,
            "started": self.started,
            "trials": [asdict(trial) for trial in self.trials],
            "stopped": self._reason == "stopped",
            "next": self.level,
        }
        return _canonical({**document, "checksum": _checksum(document)})

    @classmethod
    def load(cls, blob: bytes) -> Session:
        """Return the session that `save` wrote, replayed trial by trial.

        Raises CheckpointError for damage, another version, and trials that this plan would not have presented. The
        checksum finds damage; it is no signature.
        """
        document = _parsed(blob)
        try:
            session = cls._from(document)
        except AgetechError as error:
            raise _refused(error.path, error.expected, error.got) from None
        except (TypeError, ValueError, KeyError, OverflowError) as error:
            raise _refused("fields", SCHEMA, type(error).__name__) from None
        if session.save() != bytes(blob):
            raise _refused("trials", "what this plan presents", "other levels, places or fields")
        return session

    @classmethod
    def _from(cls, document: Mapping[str, Any]) -> Session:
        device = Device(**fitting("device", document["device"], Device))
        session = cls(Plan.from_dict(document["plan"]), device, datetime.fromisoformat(document["started"]), document["subject"])
        for entry in document["trials"]:
            trial = Trial(**fitting("trial", entry, Trial))
            at = datetime.fromisoformat(trial.at)
            session.answer(at, correct=trial.correct, reaction=trial.reaction, practice=trial.practice)
        if document["stopped"]:
            session.stop()
        return session


def _parsed(blob: object) -> dict[str, Any]:
    """Return the document of a saved session, its size, form, version and checksum looked at."""
    if not isinstance(blob, bytes | bytearray):
        raise _refused("blob", "bytes", type(blob).__name__)
    if len(blob) > LARGEST:
        raise _refused("blob", f"at most {LARGEST} bytes", len(blob))
    try:
        document = json.loads(bytes(blob).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _refused("blob", "JSON in UTF-8", type(error).__name__) from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise _refused("schema", SCHEMA, document.get("schema") if isinstance(document, dict) else type(document).__name__)
    if set(document) != set(PARTS):
        raise _refused("fields", ", ".join(PARTS), ", ".join(document))
    body = {name: value for name, value in document.items() if name != "checksum"}
    try:
        wanted = _checksum(body)
    except (ValueError, RecursionError) as error:
        raise _refused("fields", "JSON without NaN", type(error).__name__) from None
    if document["checksum"] != wanted:
        raise _refused("checksum", wanted, document["checksum"])
    return document


def _canonical(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _checksum(document: Mapping[str, Any]) -> str:
    return "sha256:" + hashlib.sha256(_canonical(document)).hexdigest()


def _refused(path: str, expected: object, got: object) -> CheckpointError:
    return CheckpointError("E_TRAINING_STATE", path, expected=expected, got=got)


def _wrong(path: str, expected: str, got: object) -> ParamsError:
    return ParamsError("E_TRAINING_TRIAL", f"scoring.training: {path}", expected=expected, got=got)


def _is(path: str, value: object, kind: type[Any]) -> None:
    if not isinstance(value, kind):
        raise refuse(path, kind.__name__, type(value).__name__)


def _number(path: str, value: object) -> float:
    try:
        return finite(path, value)
    except ParamsError:
        raise _wrong(path, "a finite number", value) from None


def _aware(moment: object) -> datetime:
    if not isinstance(moment, datetime) or moment.tzinfo is None or moment.utcoffset() is None:
        raise _wrong("at", "an aware instant", moment)
    return moment
