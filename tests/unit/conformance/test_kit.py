"""Vector files, the wire, judgements, reports and the command line of the conformance kit."""

import base64
import dataclasses
import json
import math
import random
import struct
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from agetech.cli import main
from agetech.conformance import book as books
from agetech.conformance import record
from agetech.conformance.book import Tolerance, load, read, shipped
from agetech.conformance.challenge import generated
from agetech.conformance.judge import Answer, distance, judge
from agetech.conformance.oneshot import OneshotSubject, ResultsSubject, export, opaque, stated
from agetech.conformance.process import Limits
from agetech.conformance.subject import Claim, Hello, LineSubject
from agetech.conformance.suite import Options, Waiver, run_suite
from agetech.conformance.wire import Fault, packed, parse, unpacked
from agetech.errors import AgetechError, ParamsError, SchemaError

HARNESS = Path(books.__file__).with_name("harness") / "harness.py"


class Function:
    """An implementation in this process."""

    def __init__(self, book, answer):
        self.book, self.given = book, answer

    def hello(self):
        return Hello({"name": "function", "version": "1"}, (Claim(self.book.algorithm, self.book.version),))

    def answer(self, book, case):
        return self.given(case)

    def close(self):
        pass


def right(case):
    if case.expected == "invalid":
        return Answer("rejected", code=case.code)
    return Answer("result", case.rows)


def raw(name="falls.threshold"):
    return books.folder().joinpath(name, "1.0.0.json").read_bytes()


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_file_follows_its_schema_and_loads(name):
    schema = json.loads(files("agetech").joinpath("conformance", "schema.json").read_text(encoding="utf-8"))
    held = json.loads(raw(name.partition("@")[0]))
    jsonschema.Draft202012Validator(schema).validate(held)
    assert load(name).name == name
    assert len(load(name).cases) >= 30


CHANGES = (
    lambda held, test: test["signal"].update(i16="AAAA" + test["signal"]["i16"][4:]),
    lambda held, test: held.update(cases=3),
    lambda held, test: test.update(result="maybe"),
    lambda held, test: test.update(flags=["NOBODY"]),
    lambda held, test: test.update(error="E_RATE"),
    lambda held, test: held.pop("groups"),
)


def test_an_edited_file_is_refused():
    for change in CHANGES:
        held = json.loads(raw())
        change(held, held["groups"][0]["tests"][0])
        with pytest.raises(SchemaError, match="E_VECTOR_FILE"):
            read(json.dumps(held).encode())
    with pytest.raises(ParamsError, match="E_VECTORS"):
        load("falls.nothing")


@given(st.lists(st.floats(), max_size=40), st.booleans())
def test_arrays_survive_the_wire(numbers, binary):
    values = np.array(numbers, np.float64)
    line = json.dumps({"acp": 1, "id": 1, "op": "x", "a": packed(values, binary=binary)}).encode()
    np.testing.assert_array_equal(unpacked(parse(line)["a"]), values)


def test_depth_is_counted_outside_of_strings():
    assert parse(b'{"acp":1,"op":"x","t":"' + b"[" * 100 + b'"}')["op"] == "x"
    with pytest.raises(Fault):
        parse(b'{"acp":1,"op":"x","t":' + b"[" * 32 + b"]" * 32 + b"}")


@pytest.mark.parametrize(
    ("wanted", "got", "rule", "fits"),
    [
        (1, True, Tolerance(), False),
        (True, 1, Tolerance(), False),
        (1, 1.0, Tolerance(), False),
        (1.0, 1, Tolerance(), True),
        ("NaN", "NaN", Tolerance(1.0), True),
        ("NaN", None, Tolerance(1.0), False),
        ("NaN", 0.0, Tolerance(1.0), False),
        (0.0, "NaN", Tolerance(1.0), False),
        (0.0, -0.0, Tolerance(), True),
        (1.0, 1.0 + 1e-6, Tolerance(1.0000001e-6), True),
        (1.0, 1.0 + 2e-6, Tolerance(1e-6), False),
        (1000.0, 1000.9, Tolerance(0.0, 1e-3), True),
        (1000.0, 1001.1, Tolerance(0.0, 1e-3), False),
        ("Infinity", "-Infinity", Tolerance(1.0), False),
        ([1.0, 2.0], [1.0, 2.0], Tolerance(), True),
        ([1.0, 2.0], [1.0], Tolerance(), False),
        (1.0, "1.0", Tolerance(1.0), False),
    ],
)
def test_distance(wanted, got, rule, fits):
    assert (distance(wanted, got, rule) <= 1.0) is fits


def test_expectations():
    book = load("falls.threshold")
    kinds = {one.expected: one for one in book.cases if one.rows or one.expected != "valid"}
    assert {name: judge(book, case, right(case)).verdict for name, case in kinds.items()} == dict.fromkeys(kinds, "pass")
    assert judge(book, kinds["invalid"], Answer("result")).verdict == "fail"
    assert judge(book, kinds["invalid"], Answer("rejected", code="E_GAP")).verdict == "fail"
    assert judge(book, kinds["valid"], Answer("result", abstained=True)).verdict == "fail"
    assert judge(book, kinds["valid"], Answer("unsupported")).verdict == "unsupported_claimed"
    free = dataclasses.replace(kinds["valid"], expected="acceptable")
    assert judge(book, free, Answer("rejected", code="E_GAP")).verdict == "acceptable"
    near = [{**row, "peak": row["peak"] * (1 + 1e-5)} for row in kinds["valid"].rows]
    assert judge(book, kinds["valid"], Answer("result", tuple(near))).verdict == "fail"
    assert judge(book, kinds["valid"], Answer("result", tuple(near)), "f32").verdict == "pass"


def test_numbers_are_written_as_rfc_8785_says():
    rng = random.Random(5)
    for _ in range(3000):
        value = struct.unpack("d", rng.randbytes(8))[0] if rng.random() < 0.5 else rng.random() * 10.0 ** rng.randint(-12, 25)
        if math.isfinite(value):
            assert record.canonical(value).encode() == rfc8785.dumps(value)
    held = {"é": [1, -0.0, None, True], "b\n": "字\u2028", "\U0001f600": {}, "\ufb33": 1e21}
    assert record.canonical(held).encode() == rfc8785.dumps(held)


def made(**more):
    book = load("falls.threshold")
    options = Options("7", generated=0, repeated=0.2, **more)
    return record.report_of(run_suite(Function(book, right), book, options), command=["x"])


def test_every_edit_of_a_report_is_found():
    report = made()
    text = record.text_of(report).encode()
    assert record.verify(text) == report
    rng = random.Random(1)
    for place in rng.sample(range(len(text)), 200):
        edited = bytearray(text)
        edited[place] = (edited[place] + rng.randint(1, 255)) % 256
        with pytest.raises(SchemaError, match="E_REPORT"):
            record.verify(bytes(edited))
    for edit in (text[:-1], text + b"\n", text.replace(b",", b", ", 1), b"", b"[]", b"null", text[1:]):
        with pytest.raises(SchemaError, match="E_REPORT"):
            record.verify(edit)
    better = {**report, "witness": "operator"}
    with pytest.raises(SchemaError, match="digest"):
        record.verify(record.text_of(better).encode())


def test_a_signature_finds_a_digest_made_anew():
    private, report = Ed25519PrivateKey.from_private_bytes(bytes(range(32))), made()
    key = private.public_key().public_bytes_raw()
    signed = record.signed(report, bytes(range(32)))
    assert record.verify(record.text_of(signed).encode(), keys=[key]) == signed
    forged = {**signed, "witness": "operator"}
    forged["digest"] = record.digest_of(forged)
    assert record.verify(record.text_of(forged).encode())
    for document in (forged, report):
        with pytest.raises(SchemaError, match="signatures"):
            record.verify(record.text_of(document).encode(), keys=[key])
    with pytest.raises(ParamsError, match="E_SIGNING_KEY"):
        record.signed(report, b"short")


def test_badge_junit_and_waiver():
    book = load("falls.threshold")
    from datetime import date

    waived = {1: Waiver("W-1", date(2999, 1, 1)), 2: Waiver("W-2", date(2000, 1, 1))}
    report = record.report_of(run_suite(Function(book, right), book, Options("7", 0, 0.0, waivers=waived)))
    assert report["summary"] == {"pass": 40, "skipped_waiver": 1}
    assert report["level"] == "core"
    assert "core - self-tested 40/41 - suite 20" in record.badge(report)
    assert 'tests="41" failures="0" skipped="1"' in record.junit(report)
    hostile = Function(book, lambda case: Answer("error", text="<script>\x1b[2J"))
    bad = record.report_of(run_suite(hostile, book, Options("7", 0, 0.0)))
    assert "<script>" not in record.junit(bad) + record.badge(bad)
    assert "\x1b" not in record.text_of(bad) + record.junit(bad)


def test_the_word_is_not_there():
    folder = Path(books.__file__).parent
    for path in [*folder.glob("*.py"), *folder.glob("harness/*"), folder.parent / "cli" / "texts-conformance.json"]:
        if path.is_file():
            assert "certif" not in path.read_text(encoding="utf-8").lower(), path


def test_generated_cases_come_from_the_seed():
    book = load("falls.threshold")
    one, same, other = (list(generated(book, 6, seed)) for seed in ("a", "a", "b"))
    assert [case.comment for case in one] == [case.comment for case in same]
    assert [case.comment for case in one] != [case.comment for case in other]
    assert len(one) == 6


def few(name="falls.threshold", count=4):
    book = load(name)
    kinds = [one for one in book.cases if one.expected == "valid"][:count] + [one for one in book.cases if one.expected == "invalid"][:3]
    return dataclasses.replace(book, cases=tuple(kinds))


def test_the_python_harness_passes_core_and_stream():
    subject = LineSubject([sys.executable, str(HARNESS)], Limits(push=20.0), ["AGETECH_CACHE_DIR", "AGETECH_JIT"])
    outcome = run_suite(subject, few(), Options("3", generated=3))
    assert outcome.counts.keys() == {"pass"}, outcome.results
    assert record.report_of(outcome)["level"] == "full"
    assert sum("RELATION" in one.flags for one in outcome.results) >= 9


ONESHOT = """
import json, sys
asked = json.load(open(sys.argv[1], encoding="utf-8"))
table = json.load(open({table!r}, encoding="utf-8"))
said = table[json.dumps([asked["params"], asked["rate_hz"], asked["inputs"]], sort_keys=True)]
if said == "crash":
    sys.exit(9)
json.dump(said, open(sys.argv[2], "w", encoding="utf-8"))
sys.exit(3 if said["op"] == "rejected" else 0)
"""


def as_said(case):
    if case.expected == "invalid":
        return {"acp": 1, "id": 1, "op": "rejected", "code": case.code}
    return {"acp": 1, "id": 1, "op": "result", "rows": list(case.rows)}


def test_one_process_a_case(tmp_path):
    book = few()
    table = {}
    for case in book.cases:
        inputs = {name: packed(values, binary=False) for name, values in case.inputs.items()}
        table[json.dumps([dict(case.params), dict(case.rates), inputs], sort_keys=True)] = as_said(case)
    table[next(iter(table))] = "crash"
    place = tmp_path / "table.json"
    place.write_text(json.dumps(table), encoding="utf-8")
    script = tmp_path / "oneshot.py"
    script.write_text(ONESHOT.format(table=str(place)), encoding="utf-8")
    subject = OneshotSubject([sys.executable, "-I", "-S", str(script)], stated(book, "bench"))
    outcome = run_suite(subject, book, Options("3", generated=0, repeated=0.0))
    assert outcome.counts == {"pass": len(book.cases) - 1, "crash": 1}, outcome.results


def test_results_made_elsewhere(tmp_path):
    book = few()
    cases, results = tmp_path / "cases", tmp_path / "results"
    results.mkdir()
    written = list(export(book, book.cases, "s", cases))
    assert len(written) == len(book.cases)
    assert not any(name in path.read_text(encoding="utf-8") for path in written for name in ("comment", '"onset"', '"events"'))
    claims = [{"algorithm": book.algorithm, "spec_version": book.version, "profiles": ["core"]}]
    about = {"implementation": {"name": "firm", "version": "2"}, "claims": claims}
    (results / "implementation.json").write_text(json.dumps(about), encoding="utf-8")
    for case in book.cases[1:]:
        (results / f"{opaque(book, case, 's')}.json").write_text(json.dumps(as_said(case)), encoding="utf-8")
    outcome = run_suite(ResultsSubject(results, "s"), book, Options("s", generated=0, repeated=0.0))
    assert outcome.counts == {"pass": len(book.cases) - 1, "protocol_error": 1}
    report = record.report_of(outcome, witnessed=False)
    assert report["witnessed"] is False
    assert "results handed in" in record.badge(report)


def called(*words):
    with pytest.raises(SystemExit) as left:
        main(["conformance", *words])
    return left.value.code


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_command_line(tmp_path, capsys, monkeypatch, lang):
    monkeypatch.setenv("AGETECH_LANG", lang)
    report = made()
    place = tmp_path / "report.json"
    place.write_text(record.text_of(report), encoding="utf-8")
    assert called("list") == 0
    assert called("describe", "falls.threshold") == 0
    assert called("verify", str(place)) == 0
    assert called("badge", str(place), "-o", str(tmp_path / "b.svg")) == 0
    assert called("new-harness", "python", "-o", str(tmp_path / "h.py")) == 0
    assert (tmp_path / "h.py").read_text(encoding="utf-8") == HARNESS.read_text(encoding="utf-8")
    assert called("export", "falls.threshold", "--generated", "1", "--seed", "x", "-o", str(tmp_path / "c")) == 0
    assert len(list((tmp_path / "c").iterdir())) == 42
    place.write_text(record.text_of({**report, "level": "full"}), encoding="utf-8")
    assert called("verify", str(place)) == 3
    assert called("run", "falls.threshold") == 2
    assert "falls.threshold@1.0.0" in capsys.readouterr().out


def test_the_page_escapes_what_comes_from_outside():
    from agetech.report.conformance import conformance_page

    book = load("falls.threshold")
    bad = Function(book, lambda case: Answer("error", text="<script>alert(1)</script>"))
    report = record.report_of(run_suite(bad, book, Options("7", 0, 0.0)))
    for lang in ("en", "zh"):
        page = conformance_page(report, lang=lang)
        assert "<script" not in page
        assert "&lt;script" in page


def test_refused_answers_are_faults_or_errors():
    with pytest.raises(AgetechError):
        load("falls.threshold@9.9.9")
    assert base64.b64decode(packed(np.array([1.0]), binary=True)["b64"]) == struct.pack("<d", 1.0)
