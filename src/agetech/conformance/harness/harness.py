"""A conformance harness: speaks ACP v1 over standard input and output, and asks `compute` for every answer.

    agetech conformance run falls.threshold --cmd "python harness.py"

It needs nothing but Python. As written it answers with agetech itself, if agetech is installed; replace `compute` and
`Streaming` by calls of your own implementation, and state what it is in IMPLEMENTATION and CLAIMS.
"""

from __future__ import annotations

import base64
import json
import math
import sys
from typing import Any

IMPLEMENTATION = {"name": "agetech", "version": "1.0.0", "vendor": "agetech", "language": "python", "independent": False}
ALGORITHMS = ["falls.threshold"]  # or name others on the command line
WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Rejected(Exception):  # noqa: N818 - an answer of the protocol
    """An input that must not be answered: its code, its place, a sentence."""

    def __init__(self, code: str, path: str = "", message: str = "") -> None:
        super().__init__(code)
        self.answer = {"op": "rejected", "code": code, "path": path, "message": message}


# --- yours: everything from here to the next line of dashes -----------------------------------------------------


def compute(setting: dict[str, Any], inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of an algorithm. setting: algorithm, params, rate_hz, units; inputs: arrays by name."""
    import numpy as np

    import agetech
    from agetech.errors import AgetechError

    arrays = {name: np.array(values, float).reshape(shape) for name, (values, shape) in inputs.items()}
    given = arrays if len(arrays) > 1 else next(iter(arrays.values()))
    rates = setting["rate_hz"] if len(arrays) > 1 else next(iter(setting["rate_hz"].values()), None)
    try:
        return rows(agetech.run(setting["algorithm"], given, rates or None, **setting["params"]))
    except AgetechError as error:
        raise Rejected(error.code, error.path) from None


class Streaming:
    """The same in parts, with a state that can move to another process."""

    def __init__(self, setting: dict[str, Any], blob: bytes = b"") -> None:
        import agetech
        from agetech.errors import AgetechError

        self.refusal = AgetechError
        rates = setting["rate_hz"]
        values = {"fs": rates or None, **setting["params"]}
        try:
            if blob:
                self.stream = agetech.Stream.load(blob, algorithm=setting["algorithm"])
            else:
                self.stream = agetech.Stream(setting["algorithm"], values.pop("fs"), **values)
        except AgetechError as error:
            raise Rejected(error.code, error.path) from None

    def push(self, inputs: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the rows that these samples complete."""
        import numpy as np

        chunk = {name: np.array(values, float).reshape(shape) for name, (values, shape) in inputs.items()}
        try:
            return rows(self.stream.push(chunk))
        except self.refusal as error:
            raise Rejected(error.code, error.path) from None

    def finish(self) -> list[dict[str, Any]]:
        """Return the rows that the end completes."""
        try:
            return rows(self.stream.finish())
        except self.refusal as error:
            raise Rejected(error.code, error.path) from None

    def save(self) -> bytes:
        """Return the state."""
        return bytes(self.stream.save())


def warm_up(setting: dict[str, Any]) -> None:
    """Compile before the clock of a case runs: no sample, then the end."""
    from agetech.core import find

    stream = Streaming(setting)
    stream.push({one.name: ([], [0, one.width] if one.width else [0]) for one in find(setting["algorithm"]).inputs})
    stream.finish()


def rows(records: Any) -> list[dict[str, Any]]:
    """Return a structured array as a list of objects."""
    return [{name: row[name].tolist() for name in records.dtype.names} for row in records]


def claims() -> list[dict[str, Any]]:
    """Return what is claimed: algorithms, profiles, encodings, kind of numbers."""
    from agetech.core import find

    made = []
    for name in sys.argv[1:] or ALGORITHMS:
        profiles = ["core", "stream"] if find(name).streaming else ["core"]
        one = {"algorithm": name, "spec_version": find(name).version, "profiles": profiles}
        made.append({**one, "encodings": ["json", "base64"], "numeric": "f64"})
    return made


# --- the protocol -------------------------------------------------------------------------------------------------


def array(held: dict[str, Any]) -> tuple[Any, list[int]]:
    """Return the numbers and the shape of an array."""
    if "b64" in held:
        import array as arrays

        values = arrays.array("d", base64.b64decode(held["b64"]))
        if sys.byteorder == "big":
            values.byteswap()
        return values, held["shape"]
    return [WORDS[one] if isinstance(one, str) else one for one in held["data"]], held["shape"]


def shown(value: Any) -> Any:
    """Return a value as the protocol writes it: non-finite numbers as text."""
    if isinstance(value, dict):
        return {name: shown(one) for name, one in value.items()}
    if isinstance(value, list):
        return [shown(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


class Session:
    """What is prepared, and the open streams."""

    def __init__(self) -> None:
        self.setting: dict[str, Any] = {}
        self.streams: dict[str, Streaming] = {}

    def answer(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the lines that answer a request."""
        op = asked["op"]
        handler = getattr(self, f"on_{op}", None)
        if handler is None:
            return [{"op": "unsupported"}]
        try:
            done: list[dict[str, Any]] = handler(asked)
        except Rejected as refusal:
            return [refusal.answer]
        except Exception as fault:  # noqa: BLE001 - the kit is told, whatever it was
            return [{"op": "error", "message": f"{type(fault).__name__}: {fault}"}]
        return done

    def on_hello(self, _asked: dict[str, Any]) -> list[dict[str, Any]]:
        """Say what this is."""
        return [{"op": "hello", "protocol": 1, "implementation": IMPLEMENTATION, "claims": claims()}]

    def on_prepare(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """Take algorithm, parameters and rates; refuse units that are not converted."""
        if asked["algorithm"] not in {one["algorithm"] for one in claims()}:
            return [{"op": "unsupported"}]
        if "[g]" in asked["units"].values():
            raise Rejected("E_UNIT", "units")
        try:
            warm_up(asked)  # checks parameters and rates, and compiles
        except Rejected as refusal:
            if refusal.answer["code"] != "E_STREAMING":  # a whole-record algorithm checks them in `compute`
                raise
        self.setting = asked
        return [{"op": "ready"}]

    def on_run(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """Answer a whole case."""
        return [{"op": "result", "rows": compute(self.setting, {name: array(one) for name, one in asked["inputs"].items()})}]

    def on_open(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """Begin a stream."""
        self.streams[asked["stream"]] = Streaming(self.setting)
        return [{"op": "ready"}]

    def on_push(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """Take samples: a row is an event, then the ack."""
        stream = self.streams[asked["stream"]]
        done = stream.push({name: array(one) for name, one in asked["inputs"].items()})
        return [*({"op": "event", "type": "row", "row": row} for row in done), {"op": "ack"}]

    def on_snapshot(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """Give the state."""
        return [{"op": "blob", "data": base64.b64encode(self.streams[asked["stream"]].save()).decode()}]

    def on_restore(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """Go on from a state."""
        self.streams[asked["stream"]] = Streaming(self.setting, base64.b64decode(asked["data"]))
        return [{"op": "ready"}]

    def on_close(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """End a stream."""
        return [{"op": "result", "rows": self.streams.pop(asked["stream"]).finish()}]

    def on_reset(self, _asked: dict[str, Any]) -> list[dict[str, Any]]:
        """Forget all."""
        self.__init__()  # type: ignore[misc]
        return [{"op": "ok"}]

    def on_ping(self, _asked: dict[str, Any]) -> list[dict[str, Any]]:
        """Say that this lives."""
        return [{"op": "ok"}]

    on_bye = on_ping


def main() -> int:
    """Answer line after line until bye."""
    session = Session()
    for line in sys.stdin:
        asked = json.loads(line)
        for answer in session.answer(asked):
            sys.stdout.write(json.dumps(shown({"acp": 1, "id": asked["id"], **answer}), allow_nan=False) + "\n")
        sys.stdout.flush()
        if asked["op"] == "bye":
            break
    return 0


if __name__ == "__main__":
    sys.exit(main())
