"""`agetech pool` as a tenant types it: every action, both languages, the exit codes that CI reads."""

import json
import sys

import pytest

from agetech.cli import main
from agetech.cli.exits import ExitCode
from agetech.pool.sbom import validate
from tests.unit.pool import made

DAY = ("--on", "2026-11-24", "--territory", "CN")


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, tmp_path):
    monkeypatch.setenv("AGETECH_LANG", "en")
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def pool(capfd):
    """Return a function that runs `agetech pool` and gives code, output, errors."""

    def call(*arguments):
        with pytest.raises(SystemExit) as caught:
            main(["pool", *(str(argument) for argument in arguments)])
        out, err = capfd.readouterr()
        return int(caught.value.code or 0), out, err

    return call


@pytest.mark.parametrize(
    ("names", "fail_on", "code"),
    [
        (["cardiac.spo2"], "action,unknown", ExitCode.OK),
        (["falls.impact"], "action,unknown", ExitCode.ACTION),
        (["moca"], "action,unknown", ExitCode.ACTION),
        (["cardiac.rhythm"], "action,unknown", ExitCode.UNSETTLED),
        (["cardiac.rhythm", "falls.impact"], "action,unknown", ExitCode.UNSETTLED),
        (["cardiac.rhythm", "falls.impact"], "action", ExitCode.ACTION),
        (["cardiac.rhythm"], "action", ExitCode.OK),
        (["falls.impact"], "unknown", ExitCode.OK),
        (["falls.impact", "cardiac.rhythm"], "nothing", ExitCode.OK),
        (["nobody.knows"], "unknown", ExitCode.UNSETTLED),
    ],
)
def test_exit_codes_for_ci(pool, names, fail_on, code):
    assert pool("report", *names, "--ledger", "example", *DAY, "--fail-on", fail_on)[0] == code


@pytest.mark.parametrize(("lang", "words"), [("en", "no freedom-to-operate opinion"), ("zh", "不构成自由实施")])
@pytest.mark.parametrize("form", ["table", "json", "md", "html", "cyclonedx"])
def test_every_form_gives_no_opinion(pool, form, lang, words):
    code, out, _ = pool("report", "cardiac.spo2", *DAY, "--format", form, "--lang", lang)
    assert code == ExitCode.OK
    assert words in out
    if form == "cyclonedx":
        validate(out)


def test_export_writes_what_validates(pool, tmp_path):
    assert pool("export", "falls.impact", "phq9", "--ledger", "example", *DAY, "--out", "sbom.json")[0] == ExitCode.OK
    text = (tmp_path / "sbom.json").read_text(encoding="utf-8")
    validate(text)
    assert [one["name"] for one in json.loads(text)["components"]] == ["falls.impact", "phq9"]


def test_explain_names_the_reason(pool):
    code, out, _ = pool("explain", "falls.impact", "--ledger", "example", *DAY)
    assert code == ExitCode.OK
    assert "a licence holds on that day (R-000008) -> notify the holder in writing and pay" in out
    assert "falls.threshold" in pool("explain", "R-000008", "--ledger", "example", *DAY)[1]
    _, out, _ = pool("explain", made.THREE, "--ledger", "example", *DAY, "--json")
    assert [row["id"] for row in json.loads(out)["rows"]] == ["cardiac.beats", "cardiac.hrv"]


def test_trace_then_report(pool, tmp_path):
    (tmp_path / "app.py").write_text("from agetech import score\nscore('moca', {})\nprint('done')", encoding="utf-8")
    code, out, _ = pool("trace", "--out", "trace.json", "--", sys.executable, "app.py")
    assert code == ExitCode.OK
    assert "done" in out
    assert "moca@1.0.0" in out
    assert pool("report", "--trace", "trace.json", *DAY)[0] == ExitCode.ACTION
    assert pool("report", "--imports", "app.py", *DAY)[0] == ExitCode.ACTION
    code, out, err = pool("trace", "--json", "--", sys.executable, "-c", "print('said'); raise SystemExit(9)")
    assert (code, json.loads(out)["uses"]) == (9, [])
    assert "said" in err


def test_add_and_check(pool, tmp_path):
    (tmp_path / "records.json").write_text(json.dumps(made.example()[:2]), encoding="utf-8")
    code, out, _ = pool("add", "records.json", "--ledger", "own", "--json")
    assert code == ExitCode.OK
    head = json.loads(out)["records"][-1]["digest"]
    assert pool("check", "--ledger", "own", "--on", "2026-11-24", "--head", head)[0] == ExitCode.OK
    code, out, _ = pool("check", "--ledger", "own", "--on", "2027-11-24", "--head", "ab" * 32, "--json")
    found = json.loads(out)
    assert code == ExitCode.REFUSED
    assert [one["code"] for one in found["faults"]] == ["E_POOL_PINNED"]
    assert {one["code"] for one in found["warnings"]} == {"E_POOL_STALE"}
    assert pool("add", "records.json", "--ledger", "own")[0] == ExitCode.REFUSED
    code, _, err = pool("add", "records.json", "--ledger", "agetech", "--lang", "zh")
    assert (code, "E_POOL_SHIPPED" in err, "台账" in err) == (ExitCode.REFUSED, True, True)


def test_unknown_algorithms_need_to_be_named(pool, tmp_path):
    draft = made.patent(made.ONE, made.ALPHA, [made.reading("tenant.gait")])
    (tmp_path / "record.json").write_text(json.dumps(draft), encoding="utf-8")
    code, _, err = pool("add", "record.json", "--ledger", "own")
    assert (code, "E_POOL_ALGORITHM" in err) == (ExitCode.REFUSED, True)
    assert pool("add", "record.json", "--ledger", "own", "--known", "tenant.gait")[0] == ExitCode.OK


@pytest.mark.parametrize(
    "arguments",
    [
        ("sell",),
        ("add",),
        ("explain",),
        ("trace",),
        ("report", "falls.impact", "--on", "soon"),
        ("report", "falls.impact", "--territory", "china"),
        ("report", "falls.impact", "--format", "docx"),
        ("report", "falls.impact", "--fail-on", "doubt"),
        ("report", "falls.impact", "--notice", "R-000008"),
    ],
)
def test_what_cannot_be_meant_is_refused(pool, arguments):
    assert pool(*arguments)[0] == ExitCode.USAGE
