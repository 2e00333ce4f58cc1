"""The figures of speed, import and memory: B9, B10, B11."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import tracemalloc
from typing import Any

import numpy as np

from agetech.exchange import fhir
from agetech.schemas import documents
from agetech.schemas.jsontext import dumps, loads
from agetech.schemas.v1 import Observation, Recording
from benchmarks.ratio import ratio
from benchmarks.schemas.bare import BARE, TEXT
from benchmarks.schemas.make import make
from benchmarks.schemas.make_parts import seeded

Figure = dict[str, Any]
NOTE = (
    "of a document in the batch about half is validation from a dict, a third reading JSON with exact numbers and duplicate keys "
    "refused; the validator that reads text by itself is quicker and loses digits, so it is not used (ADR 0045)"
)


def b9(scale: int) -> Figure:
    """Speed of one observation and of 1e5, as ratios."""
    from fhir.resources.observation import Observation as Peer
    from pydantic import TypeAdapter

    content = loads(TEXT)
    theirs = json.loads(TEXT)
    resource = dumps({k: v for k, v in fhir.write(documents.load(TEXT)).items() if k not in ("extension", "meta")})
    bare = ratio("validate against bare pydantic", lambda: Observation.parse(content), lambda: BARE.model_validate(theirs))
    text = ratio("load against bare pydantic JSON", lambda: documents.load(TEXT), lambda: BARE.model_validate_json(TEXT))
    one, small = documents.load(TEXT), BARE.model_validate_json(TEXT)
    dump = ratio("dump against bare pydantic JSON", lambda: documents.dump(one), lambda: small.model_dump_json(exclude_none=True))
    parsed = json.loads(resource)
    peer = ratio(
        "fhir.resources against validate, both from dicts", lambda: Peer.model_validate(parsed), lambda: Observation.parse(content)
    )
    peer_text = ratio(
        "fhir.resources against load, both from text", lambda: Peer.model_validate_json(resource), lambda: documents.load(TEXT)
    )
    many = 10_000 * scale
    array = "[" + ",".join([TEXT] * many) + "]"
    adapter = TypeAdapter(list[Observation])
    spent = []
    for call in (lambda: documents.read_many(array), lambda: adapter.validate_json(array)):
        best = 9e9
        for _ in range(3):
            begun = time.process_time()
            held = call()
            best = min(best, time.process_time() - begun)
            del held
        spent.append(best)
    share = spent[0] / spent[1]
    return {
        "asked": "validate <= 2.5 x bare, >= 8 x faster than fhir.resources, 1e5 in <= 43 % of TypeAdapter",
        "validate": bare.as_dict(),
        "load": text.as_dict(),
        "dump": dump.as_dict(),
        "fhir.resources / validate": peer.as_dict(),
        "fhir.resources / load": peer_text.as_dict(),
        "batch": many,
        "batch seconds": round(spent[0], 3),
        "TypeAdapter seconds": round(spent[1], 3),
        "share": round(share, 3),
        "note": NOTE,
        "reached": {"bare": bare.median <= 2.5, "peer": peer.median >= 8, "batch": share <= 0.43},
    }


def b10(_: int) -> Figure:
    """Import in fresh processes, CPU time of the child."""

    def spent(code: str) -> float:
        told = []
        for _ in range(7):
            out = subprocess.run(
                [sys.executable, "-c", f"import time;t=time.process_time();{code};print(time.process_time()-t)"],
                capture_output=True,
                text=True,
                check=True,
            )
            told.append(float(out.stdout))
        return sorted(told)[3]

    base, ours, used = (
        spent("import pydantic; pydantic.BaseModel"),
        spent("import agetech.schemas"),
        spent("from agetech.schemas.v1 import Observation"),
    )
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from agetech.schemas.v1 import Observation; print([m for m in ('numba','scipy','pyarrow') if m in sys.modules])",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    return {
        "asked": "import agetech.schemas <= 1.5 x import pydantic; no numba, scipy, pyarrow",
        "pydantic ms": round(base * 1e3),
        "agetech.schemas ms": round(ours * 1e3, 1),
        "with one model ms": round(used * 1e3),
        "ratio": round(ours / base, 2),
        "ratio with one model": round(used / base, 2),
        "heavy": loaded,
        "reached": ours / base <= 1.5 and loaded == "[]",
    }


def b11(_: int) -> Figure:
    """Speed and memory of a header beside 900,000 samples against list[float] in JSON."""
    from pydantic import TypeAdapter

    samples = np.arange(900_000, dtype=np.float32) / 7
    r = seeded(1)
    header = {**make(r, "recording"), "n_samples": 900_000}
    text = json.dumps(samples.astype(float).round(3).tolist())
    adapter = TypeAdapter(list[float])

    def check() -> None:
        recording = Recording.parse(header)
        if samples.shape != (recording.n_samples,) or not np.isfinite(samples).all():
            raise ValueError

    best = ratio("list[float] JSON against header and array", lambda: adapter.validate_json(text), check, rounds=5)
    tracemalloc.start()
    check()
    extra = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return {
        "asked": ">= 100 x faster than list[float]; extra memory <= 2 x array",
        "ratio": best.as_dict(),
        "extra bytes": extra,
        "array bytes": samples.nbytes,
        "reached": best.median >= 100 and extra <= 2 * samples.nbytes,
    }
