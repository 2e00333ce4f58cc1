"""An implementation as the kit sees it: hello, answers to cases, streams; in lines, one process a case, or result files."""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from agetech.conformance.book import Book, Case
from agetech.conformance.judge import NUMERIC, Answer
from agetech.conformance.process import Child, Limits
from agetech.conformance.wire import BLOB, CODES, PROTOCOL, Fault, broken, line_of, packed, parse
from agetech.core import find

Inputs = Mapping[str, Any]


@dataclass(frozen=True)
class Claim:
    """One algorithm version that an implementation says it gives."""

    algorithm: str
    version: str
    profiles: tuple[str, ...] = ("core",)
    binary: bool = False
    numeric: str = "f64"


@dataclass(frozen=True)
class Hello:
    """What an implementation says of itself."""

    implementation: Mapping[str, Any]
    claims: tuple[Claim, ...] = field(default=())

    def claim(self, book: Book) -> Claim | None:
        """Return what it claims of these vectors."""
        return next((one for one in self.claims if (one.algorithm, one.version) == (book.algorithm, book.version)), None)


class Subject(Protocol):
    """Whatever can be asked: `LineSubject` and its siblings, or a function under test."""

    def hello(self) -> Hello:
        """Return what it says of itself."""
        raise NotImplementedError

    def answer(self, book: Book, case: Case) -> Answer:
        """Return its answer to a case; Fault where it gives none."""
        raise NotImplementedError

    def close(self) -> None:
        """End it."""


def read_hello(held: Mapping[str, Any]) -> Hello:
    """Return a checked hello; Fault protocol_error where a part lacks or is of another type."""
    try:
        if held.get("protocol") != PROTOCOL:
            raise ValueError("protocol must be 1")  # noqa: TRY301 - refused below with the rest
        about = held["implementation"]
        if not all(isinstance(about[name], str) and about[name] for name in ("name", "version")):
            raise ValueError("implementation needs name and version")  # noqa: TRY301 - refused below with the rest
        claims = []
        for one in held["claims"]:
            numeric = one.get("numeric", "f64")
            if numeric not in NUMERIC or not all(isinstance(name, str) for name in one["profiles"]):
                raise ValueError("claims need profiles, and numeric f64, f32 or q15")  # noqa: TRY301 - refused below with the rest
            binary = "base64" in one.get("encodings", ["json"])
            claims.append(Claim(str(one["algorithm"]), str(one["spec_version"]), tuple(one["profiles"]), binary, numeric))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise broken(f"hello: {error}") from None
    return Hello(dict(about), tuple(claims))


def read_answer(held: Mapping[str, Any], events: Sequence[Mapping[str, Any]] = ()) -> Answer:
    """Return a checked answer; Fault protocol_error where it is none."""
    kind = held["op"]
    if kind == "rejected":
        code = held.get("code")
        if code not in CODES:
            raise broken(f"code {code!r:.40} is not in the list")
        return Answer("rejected", code=str(code), text=str(held.get("message", ""))[:200])
    if kind in ("unsupported", "error"):
        return Answer(kind, text=str(held.get("message", ""))[:200])
    if kind != "result":
        raise broken(f"{kind!r:.40} is no answer to this request")
    rows = held.get("rows", [])
    quality = held.get("quality", {})
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or not isinstance(quality, dict):
        raise broken("rows must be a list of objects, quality an object")
    abstained = quality.get("abstained", False)
    if not isinstance(abstained, bool):
        raise broken("abstained must be true or false")
    return Answer("result", (*events, *rows), abstained)


def prepared(book: Book, case: Case, units: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the fields of `prepare` for a case: algorithm, version, parameters, rates, units."""
    own = {one.name: one.unit.code for one in find(book.name).inputs}
    return {
        "algorithm": book.algorithm,
        "spec_version": book.version,
        "params": dict(case.params),
        "rate_hz": dict(case.rates),
        "units": own | dict(units or {}),
    }


class LineSubject:
    """A long-lived child over JSON lines, started again after a fault while restarts are left."""

    def __init__(self, command: Sequence[str], limits: Limits | None = None, passed: Sequence[str] = ()) -> None:
        self.command, self.limits, self.passed = tuple(command), limits or Limits(), tuple(passed)
        self.restarts = self.limits.restarts
        self.child: Child | None = None
        self.stderr = ""
        self._said: Hello | None = None
        self._ready = ""
        self._id = 0

    def hello(self) -> Hello:
        """Return what the child says of itself, starting it if need be."""
        self._running()
        if self._said is None:
            raise Fault("crash", "no hello")
        return self._said

    def _running(self) -> Child:
        if self.child is None:
            if self.restarts < 0:
                raise Fault("crash", "not run: no restarts left")
            self.restarts -= 1
            self.child, self._ready = Child(self.command, self.limits, self.passed), ""
            limits = {"line": self.limits.line, "run_s": self.limits.run, "memory": self.limits.memory}
            held, _ = self.ask("hello", self.limits.hello, protocols=[PROTOCOL], kit="1.0.0", limits=limits)
            if held["op"] != "hello":
                raise self._over(broken(f"{held['op']!r:.40} is no hello"))
            try:
                self._said = read_hello(held)
            except Fault as fault:
                raise self._over(fault) from None
        return self.child

    def _over(self, fault: Fault) -> Fault:
        child, self.child = self.child, None
        if child is not None:
            child.stop()
            self.stderr = child.errors_digest() or self.stderr
        return fault

    def ask(self, op: str, seconds: float, **fields: Any) -> tuple[dict[str, Any], list[Mapping[str, Any]]]:
        """Return the answer to a request and the rows of the events before it; after a Fault the child is gone."""
        child = self.child if op == "hello" and self.child is not None else self._running()
        self._id += 1
        line = line_of({"acp": PROTOCOL, "id": self._id, "op": op, **fields})
        end = time.monotonic() + seconds
        rows: list[Mapping[str, Any]] = []
        try:
            if child.unasked():
                raise broken("a line that nobody asked for")
            if len(line) > self.limits.line:
                raise Fault("resource", "the case does not fit into a line")  # noqa: TRY301 - refused below with the rest
            child.send(line)
            while True:
                held = parse(child.receive(end - time.monotonic()))
                if held.get("id") != self._id or isinstance(held.get("id"), bool):
                    raise broken(f"answer to request {held.get('id')!r:.20}, expected {self._id}")
                if held["op"] != "event":
                    return held, rows
                if op not in ("push", "close"):
                    raise broken(f"an event during {op}")
                if held.get("type") == "row":
                    if not isinstance(held.get("row"), dict):
                        raise broken("an event of type row needs a row")
                    rows.append(held["row"])
        except Fault as fault:
            raise self._over(fault) from None

    def expect(self, wanted: str, op: str, seconds: float, **fields: Any) -> Answer | dict[str, Any]:
        """Return the wanted reply, or the Answer that refuses; Fault for any other."""
        held, _ = self.ask(op, seconds, **fields)
        if held["op"] == wanted:
            return held
        if held["op"] not in ("rejected", "unsupported", "error"):
            raise self._over(broken(f"{held['op']!r:.40} is no answer to {op}"))
        return self.checked(held)

    def checked(self, held: Mapping[str, Any], rows: Sequence[Mapping[str, Any]] = ()) -> Answer:
        """Return a checked answer; after a Fault the child is gone."""
        try:
            return read_answer(held, rows)
        except Fault as fault:
            raise self._over(fault) from None

    def binary(self, book: Book) -> bool:
        """Return whether it takes base64 for these vectors."""
        claim = self.hello().claim(book)
        return claim is not None and claim.binary

    def prepare(self, book: Book, case: Case, units: Mapping[str, str] | None = None) -> Answer | None:
        """Prepare for a case unless that has been done; the Answer where it is refused."""
        fields = prepared(book, case, units)
        self._running()
        key = json.dumps(fields, sort_keys=True)
        if key == self._ready:
            return None
        self._ready = ""
        said = self.expect("ready", "prepare", self.limits.prepare, warm_up=True, **fields)
        if isinstance(said, Answer):
            return said
        self._ready = key
        return None

    def answer(self, book: Book, case: Case, units: Mapping[str, str] | None = None) -> Answer:
        """Return the answer to a case."""
        refused = self.prepare(book, case, units)
        if refused is not None:
            return refused
        binary = self.binary(book)
        inputs = {name: packed(values, binary=binary) for name, values in case.inputs.items()}
        held, _ = self.ask("run", self.limits.run, inputs=inputs)
        return self.checked(held)

    def stream(self, book: Book, case: Case, parts: Sequence[Inputs], *, leave: int | None = None) -> Answer:
        """Return the answer to a case pushed in parts; before part `leave` the state moves to a new process."""
        refused = self.prepare(book, case)
        if refused is None:
            said = self.expect("ready", "open", self.limits.prepare, stream="s1")
            refused = said if isinstance(said, Answer) else None
        rows: list[Mapping[str, Any]] = []
        for number, part in enumerate(parts):
            if refused is None and number == leave:
                refused = self._move(book, case)
            if refused is not None:
                return refused
            inputs = {name: packed(np.asarray(values), binary=self.binary(book)) for name, values in part.items()}
            held, more = self.ask("push", self.limits.push, stream="s1", seq=number, inputs=inputs)
            rows += more
            if held["op"] != "ack":
                return self.checked(held, rows) if held["op"] != "result" else self._no_ack()
        if refused is not None:
            return refused
        held, more = self.ask("close", self.limits.run, stream="s1", flush=True)
        return self.checked(held, [*rows, *more])

    def _no_ack(self) -> Answer:
        raise self._over(broken("a push is answered by ack"))

    def _move(self, book: Book, case: Case) -> Answer | None:
        blob = self.expect("blob", "snapshot", self.limits.run, stream="s1")
        if isinstance(blob, Answer):
            return blob
        data = blob.get("data")
        try:
            if not isinstance(data, str) or len(base64.b64decode(data, validate=True)) > BLOB:
                raise ValueError("no base64 text of at most 1 MiB")  # noqa: TRY301 - refused below with the rest
        except (binascii.Error, ValueError) as error:
            raise self._over(broken(f"blob: {error}")) from None
        self.renew()
        refused = self.prepare(book, case)
        if refused is not None:
            return refused
        said = self.expect("ready", "restore", self.limits.prepare, stream="s1", data=data)
        return said if isinstance(said, Answer) else None

    def renew(self) -> None:
        """Kill the child; the next request starts another, which is no restart after a fault."""
        self._over(Fault("crash", "killed by the kit"))
        self.restarts += 1

    def close(self) -> None:
        """Say bye; Fault crash where the child does not end with exit code 0 in time."""
        if self.child is None:
            return
        child = self.child
        self.ask("bye", self.limits.push)
        self.child = None
        code = child.leave()
        child.stop()
        self.stderr = child.errors_digest() or self.stderr
        if code != 0:
            raise Fault("timeout" if code is None else "crash", f"after bye: {'still running' if code is None else f'exit code {code}'}")
