"""One process a case, and result files made elsewhere: for firmware benches, MATLAB, and makers who run nothing of ours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from agetech.conformance.book import Book, Case
from agetech.conformance.judge import Answer
from agetech.conformance.process import Child, Limits
from agetech.conformance.subject import Claim, Hello, prepared, read_answer
from agetech.conformance.wire import PROTOCOL, Fault, broken, packed, parse
from agetech.errors import ExchangeError
from agetech.exchange.platform import write_text

REFUSED, UNSUPPORTED = 3, 4
ABOUT = "implementation.json"


def request(book: Book, case: Case) -> str:
    """Return a case as one JSON object: what `prepare` and `run` hold together; no id, comment or answer."""
    inputs = {name: packed(values, binary=False) for name, values in case.inputs.items()}
    return json.dumps({"acp": PROTOCOL, "id": 1, "op": "case", **prepared(book, case), "inputs": inputs}, ensure_ascii=False) + "\n"


def opaque(book: Book, case: Case, seed: str) -> str:
    """Return the name of a case under a seed: it tells nothing of the case."""
    return hashlib.sha256(f"{seed} {book.name} {case.number}".encode()).hexdigest()[:16]


def export(book: Book, cases: Sequence[Case], seed: str, out: Path) -> Iterator[Path]:
    """Write each case as NAME.json under its opaque name, without its answer; give the paths."""
    out.mkdir(parents=True, exist_ok=True)
    for case in cases:
        path = out / f"{opaque(book, case, seed)}.json"
        write_text(path, request(book, case))
        yield path


class OneshotSubject:
    """`COMMAND INPUT OUTPUT`, a process a case. Exit code 0 result, 3 refused, 4 unsupported, any other a crash."""

    def __init__(self, command: Sequence[str], about: Hello, limits: Limits | None = None, passed: Sequence[str] = ()) -> None:
        self.command, self.about, self.limits, self.passed = tuple(command), about, limits or Limits(), tuple(passed)
        self.stderr = ""

    def hello(self) -> Hello:
        """Return what the caller stated of it."""
        return self.about

    def answer(self, book: Book, case: Case) -> Answer:
        """Return the answer of one process."""
        import tempfile

        with tempfile.TemporaryDirectory(prefix="acp-case-") as folder:
            given, made = Path(folder, "case.json"), Path(folder, "answer.json")
            write_text(given, request(book, case))
            child = Child([*self.command, str(given), str(made)], self.limits, self.passed)
            try:
                code = self._ended(child)
                self.stderr = child.errors_digest() or self.stderr
                if code == UNSUPPORTED:
                    return Answer("unsupported")
                return file_answer(made, self.limits, ("rejected",) if code == REFUSED else ("result",))
            finally:
                child.stop()

    def _ended(self, child: Child) -> int:
        """Return the exit code, one of 0, 3, 4; Fault for any other, or where time runs out."""
        import time

        end = time.monotonic() + self.limits.run
        while True:
            try:
                child.receive(max(0.0, end - time.monotonic()))
            except Fault as fault:
                code = child.process.poll()
                if fault.verdict == "crash" and code in (0, REFUSED, UNSUPPORTED):
                    return int(code)
                raise

    def close(self) -> None:
        """Nothing runs between cases."""


def file_answer(path: Path, limits: Limits, kinds: Sequence[str]) -> Answer:
    """Return the answer that a file holds; Fault protocol_error where it holds none of these kinds."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= limits.line else b""
    except OSError:
        raise broken("no answer was written") from None
    held = parse(raw.rstrip(b"\n"))
    if held["op"] not in kinds:
        raise broken(f"the file says {held['op']!r:.40}, the exit code {' or '.join(kinds)}")
    return read_answer(held)


class ResultsSubject:
    """Answers made elsewhere: a folder with `implementation.json` and NAME.json for each exported NAME.json."""

    def __init__(self, folder: Path, seed: str) -> None:
        self.folder, self.seed, self.stderr = folder, seed, ""

    def hello(self) -> Hello:
        """Return what `implementation.json` says."""
        return read_about(self.folder / ABOUT)

    def answer(self, book: Book, case: Case) -> Answer:
        """Return the answer that lies in the folder."""
        path = self.folder / f"{opaque(book, case, self.seed)}.json"
        return file_answer(path, Limits(), ("result", "rejected", "unsupported", "error"))

    def close(self) -> None:
        """Nothing runs."""


def read_about(path: Path) -> Hello:
    """Return implementation and claims of a JSON file as in `hello`; ExchangeError E_ABOUT where it is not sound."""
    from agetech.conformance.subject import read_hello

    try:
        held: Mapping[str, Any] = json.loads(path.read_bytes())
        return read_hello({"protocol": PROTOCOL, **held})
    except (OSError, ValueError, TypeError) as error:
        raise ExchangeError("E_ABOUT", path.name, expected="{implementation, claims}", got=type(error).__name__) from None
    except Fault as fault:
        raise ExchangeError("E_ABOUT", path.name, expected="{implementation, claims}", got=fault.text) from None


def stated(book: Book, name: str) -> Hello:
    """Return the hello of a command that cannot say one: its name, and the core profile of these vectors."""
    return Hello({"name": name, "version": "0"}, (Claim(book.algorithm, book.version),))
