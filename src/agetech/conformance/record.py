"""The report of a run: canonical JSON (RFC 8785) with its digest, JUnit, a badge; and `verify`, which finds any edit."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from agetech import __version__
from agetech.conformance.process import Limits, machine
from agetech.conformance.suite import Outcome, Result
from agetech.conformance.wire import pairs_once
from agetech.errors import AgetechError, ParamsError, SchemaError

GOOD = frozenset({"pass", "acceptable", "not_claimed", "skipped_waiver"})
WHOLE = 2**53
SUITE = "2026.11.0"
MOST = 64 * 1024 * 1024
KIND = "application/vnd.agetech.ed25519"


def canonical(value: Any) -> str:
    """Return JSON as RFC 8785 writes it; ValueError for what it cannot hold."""
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be"))
        return "{" + ",".join(f"{_text(name)}:{canonical(one)}" for name, one in members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(canonical(one) for one in value) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        if abs(value) > WHOLE:
            raise ValueError("an integer beyond 2**53")
        return str(value)
    return _number(float(value))


def _text(value: str) -> str:
    value.encode("utf-8")
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """Return a double as ECMAScript prints it."""
    if not math.isfinite(value):
        raise ValueError("a number that is not finite")
    if value == 0.0:
        return "0"
    sign, digits = "-" if value < 0 else "", repr(abs(value))
    mantissa, _, exponent = digits.partition("e")
    whole, _, part = mantissa.partition(".")
    part = "" if part == "0" else part
    point = len(whole) + int(exponent or 0)
    kept = (whole + part).lstrip("0")
    point -= len(whole + part) - len(kept) if whole == "0" else 0
    kept = kept.rstrip("0")
    n = len(kept)
    if n <= point <= 21:  # noqa: PLR2004 - ECMA-262, Number::toString
        return sign + kept + "0" * (point - n)
    if 0 < point <= 21:  # noqa: PLR2004
        return f"{sign}{kept[:point]}.{kept[point:]}"
    if -6 < point <= 0:  # noqa: PLR2004
        return f"{sign}0.{'0' * -point}{kept}"
    head = kept if n == 1 else f"{kept[0]}.{kept[1:]}"
    return f"{sign}{head}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def digest_of(report: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical report without digest and signatures."""
    bare = {name: one for name, one in report.items() if name not in ("digest", "signatures")}
    return hashlib.sha256(canonical(bare).encode("utf-8")).hexdigest()


def text_of(report: Mapping[str, Any]) -> str:
    """Return a report as it is written: canonical JSON and a line end."""
    return canonical(report) + "\n"


def report_of(outcome: Outcome, *, command: Sequence[str] = (), limits: Limits | None = None, **more: Any) -> dict[str, Any]:
    """Return the report of a run, checked against its schema, with its digest. more: witnessed, passed (variables)."""
    about = outcome.hello.implementation
    implementation = {name: _line(about[name]) for name in ("name", "version", "language") if isinstance(about.get(name), str)}
    if isinstance(about.get("vendor"), str):
        implementation["maker"] = _line(about["vendor"])
    if command:
        implementation["command_sha256"] = hashlib.sha256(canonical(list(command)).encode()).hexdigest()
    claim = outcome.claim
    claims = [_line(one) for one in claim.profiles] if claim else []
    relations = {_line(one.id.partition(": ")[2]): one.judgement.verdict for one in outcome.results if "RELATION" in one.flags}
    profiles = [_profile(name, outcome) for name in sorted({one.profile for one in outcome.results})]
    fine = {one["profile"] for one in profiles if one["conforms"]}
    level = "none" if claim is None or not all(one["conforms"] for one in profiles) else "full" if "stream" in fine else "core"
    made: dict[str, Any] = {
        "schema": "https://schemas.agetech.example/conformance-report/1",
        "schema_version": "1.0.0",
        "id": f"conformance-{secrets.token_hex(8)}",
        "recorded_at": _instant(outcome.finished),
        "producer": {"name": "agetech", "version": __version__},
        "implementation": implementation,
        "kit": {
            "protocol": "ACP 1",
            "version": __version__,
            "suite": f"{outcome.book.name} vectors",
            "suite_version": SUITE,
            "vectors_sha256": outcome.book.digest,
        },
        "algorithm": outcome.book.name,
        "started": _instant(outcome.started),
        "finished": _instant(outcome.finished),
        "environment": {"machine": machine(more.get("passed", ())), "limits": (limits or Limits()).content()},
        "claims": claims,
        "profiles": profiles,
        "requirements": [],
        "results": [_result(one) for one in outcome.results],
        "summary": dict(sorted(outcome.counts.items())),
        "level": level,
        "witnessed": bool(more.get("witnessed", True)),
        "witness": "self",
    }
    if outcome.seed:
        made["seed"] = outcome.seed
    if relations:
        made["metamorphic"] = relations
    made["digest"] = digest_of(made)
    checked(made)
    return made


def _line(text: str) -> str:
    """Return text from outside as one printable line of at most 200 characters."""
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text[:200]) or "?"


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _profile(name: str, outcome: Outcome) -> dict[str, Any]:
    own = [one.judgement.verdict for one in outcome.results if one.profile == name]
    conforms = outcome.claim is not None and all(verdict in GOOD for verdict in own)
    return {"profile": name, "required": len(own), "counts": dict(sorted(Counter(own).items())), "conforms": conforms}


def _result(one: Result) -> dict[str, Any]:
    made: dict[str, Any] = {"id": one.id, "profile": one.profile, "level": "must", "verdict": one.judgement.verdict}
    if one.judgement.tolerance:
        made |= {"tolerance": one.judgement.tolerance.lower(), "worst": one.judgement.worst}
    made["wall"] = round(one.wall, 3)
    if one.judgement.observed:
        made["observed"] = _line(one.judgement.observed)
    if one.stderr:
        made["stderr_sha256"] = one.stderr
    return made


def checked(report: Mapping[str, Any]) -> None:
    """Raise SchemaError where a report does not follow its schema and rules."""
    from agetech.schemas.v1.conformance import ConformanceReport

    ConformanceReport.model_validate_json(canonical(report))


def verify(raw: bytes, *, keys: Sequence[bytes] = ()) -> dict[str, Any]:
    """Return a report that is whole; SchemaError E_REPORT for any edit, of one byte too.

    Form, canonical bytes, schema, counts and digest are checked; with `keys` (raw Ed25519 public keys) one signature by
    each is asked for. Whoever edits a report and makes its digest anew is found by a signature or by running again alone.
    """
    try:
        report: dict[str, Any] = json.loads(raw, object_pairs_hook=pairs_once)
        if text_of(report).encode("utf-8") != raw:
            raise ValueError("not canonical: a byte was changed")  # noqa: TRY301 - refused below with the rest
        checked(report)
        if report.get("digest") != digest_of(report):
            raise ValueError("the digest is that of another content")  # noqa: TRY301 - refused below with the rest
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, AgetechError) as error:
        raise SchemaError("E_REPORT", "report", expected="as it was written", got=str(error)) from None
    for key in keys:
        if not any(_signed(report, one, key) for one in report.get("signatures", ())):
            raise SchemaError("E_REPORT", "signatures", expected=f"Ed25519 {key.hex()[:16]}", got=str(len(report.get("signatures", ()))))
    return report


def _signed(report: Mapping[str, Any], signature: Mapping[str, Any], key: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        raw = base64.b64decode(signature.get("inline_base64", ""), validate=True)
        Ed25519PublicKey.from_public_bytes(key).verify(raw, bytes.fromhex(report["digest"]))
    except (ValueError, InvalidSignature):
        return False
    return signature.get("sha256") == hashlib.sha256(raw).hexdigest() and signature.get("media_type") == KIND


def signed(report: Mapping[str, Any], private: bytes) -> dict[str, Any]:
    """Return a report with one more Ed25519 signature over its digest. private: 32 raw bytes; ParamsError E_SIGNING_KEY for others."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        raw = Ed25519PrivateKey.from_private_bytes(private).sign(bytes.fromhex(report["digest"]))
    except ValueError:
        raise ParamsError("E_SIGNING_KEY", "sign", expected="32", got=str(len(private))) from None
    one = {
        "media_type": KIND,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "bytes": len(raw),
        "inline_base64": base64.b64encode(raw).decode(),
    }
    made = {**report, "signatures": [*report.get("signatures", []), one]}
    checked(made)
    return made


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return the cases whose verdicts differ between two reports."""
    left, right = ({case["id"]: case["verdict"] for case in report["results"]} for report in (one, other))
    return sorted(name for name in {*left, *right} if left.get(name) != right.get(name))


def junit(report: Mapping[str, Any]) -> str:
    """Return a report as JUnit XML."""
    cases = report["results"]
    bad = [one for one in cases if one["verdict"] not in GOOD]
    skipped = [one for one in cases if one["verdict"] in ("not_claimed", "skipped_waiver")]
    seconds = sum(one["wall"] for one in cases) / 1000.0
    facts = {"tests": str(len(cases)), "failures": str(len(bad)), "skipped": str(len(skipped)), "time": f"{seconds:.3f}"}
    suite = ET.Element("testsuite", {"name": report["algorithm"], **facts})
    for one in cases:
        place = {"classname": f"{report['algorithm']}.{one['profile']}", "name": one["id"], "time": f"{one['wall'] / 1000.0:.3f}"}
        case = ET.SubElement(suite, "testcase", place)
        if one["verdict"] not in GOOD:
            ET.SubElement(case, "failure", {"type": one["verdict"], "message": one.get("observed", "")})
        elif one["verdict"] != "pass":
            ET.SubElement(case, "skipped", {"message": one.get("observed", one["verdict"])})
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suite, encoding="unicode") + "\n"


def badge_text(report: Mapping[str, Any]) -> tuple[str, str]:
    """Return both halves of a badge: what was tested; profiles, who tested, counts and the suite's version."""
    passed = sum(report["summary"].get(verdict, 0) for verdict in ("pass", "acceptable"))
    profiles = "+".join(one["profile"] for one in report["profiles"] if one["conforms"]) or "none"
    who = {"self": "self-tested", "operator": "operator-tested"}[report["witness"]] if report["witnessed"] else "results handed in"
    return (
        f"agetech {report['algorithm']}",
        f"{profiles} - {who} {passed}/{len(report['results'])} - suite {report['kit']['suite_version']}",
    )


def badge(report: Mapping[str, Any]) -> str:
    """Return the badge of a report as SVG."""
    left, right = badge_text(report)
    widths = [10 + round(6.6 * len(half)) for half in (left, right)]
    colour = "#2f7d32" if report["level"] != "none" else "#b3261e"
    total = str(sum(widths))
    svg = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "width": total, "height": "20", "role": "img"})
    svg.set("aria-label", f"{left}: {right}")
    ET.SubElement(svg, "title").text = f"{left}: {right}"
    for at, width, fill, text in ((0, widths[0], "#444", left), (widths[0], widths[1], colour, right)):
        ET.SubElement(svg, "rect", {"x": str(at), "width": str(width), "height": "20", "fill": fill})
        look = {"x": str(at + width / 2), "y": "14", "fill": "#fff", "font-family": "Verdana,sans-serif", "font-size": "11"}
        ET.SubElement(svg, "text", {**look, "text-anchor": "middle"}).text = text
    return ET.tostring(svg, encoding="unicode") + "\n"


def read_report(path: Path, keys: Sequence[bytes] = ()) -> dict[str, Any]:
    """Return a verified report of a file."""
    from agetech.exchange.platform import read_bytes

    return verify(read_bytes(path, MOST), keys=keys)
