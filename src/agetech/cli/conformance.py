"""`agetech conformance list | describe | run | verify | badge | export | new-harness`."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import typer

from agetech.cli.exits import ExitCode
from agetech.cli.terminal import guarded, show, show_json, show_table
from agetech.cli.words import say
from agetech.conformance.book import Book, load, shipped
from agetech.conformance.challenge import generated as made_cases
from agetech.conformance.oneshot import ABOUT, OneshotSubject, ResultsSubject, export, read_about, stated
from agetech.conformance.process import Limits, isolation
from agetech.conformance.record import GOOD, badge, badge_text, differences, junit, read_report, report_of, signed, text_of
from agetech.conformance.subject import LineSubject, Subject
from agetech.conformance.suite import Options, Waiver, run_suite
from agetech.exchange.platform import read_bytes, write_text

Json = Annotated[bool, typer.Option("--json")]
ACTIONS = ("list", "describe", "run", "verify", "badge", "export", "new-harness")
FAILED = int(ExitCode.REFUSED)
MONTHS = 18
HEX = 64


@guarded
def conformance(  # noqa: PLR0913 - the options of one command
    action: Annotated[str, typer.Argument(metavar="[list|describe|run|verify|badge|export|new-harness]")] = "list",
    target: Annotated[str, typer.Argument(metavar="[ALGORITHM|FILE|LANGUAGE]")] = "",
    cmd: Annotated[str, typer.Option("--cmd", metavar="COMMAND")] = "",
    oneshot: Annotated[bool, typer.Option("--oneshot")] = False,  # noqa: FBT002 - a flag
    from_results: Annotated[Path | None, typer.Option("--from-results", metavar="FOLDER")] = None,
    seed: Annotated[str, typer.Option("--seed")] = "",
    generated: Annotated[int, typer.Option("--generated", min=-1)] = -1,
    pass_variable: Annotated[list[str] | None, typer.Option("--pass-variable", metavar="NAME")] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=0.01)] = 10.0,
    memory: Annotated[int, typer.Option("--memory", min=16)] = 4096,
    waiver: Annotated[list[str] | None, typer.Option("--waiver", metavar="NUMBER=ID@DATE")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o")] = None,
    junit_file: Annotated[Path | None, typer.Option("--junit", metavar="FILE")] = None,
    page: Annotated[Path | None, typer.Option("--page", metavar="FILE")] = None,
    sign: Annotated[Path | None, typer.Option("--sign", metavar="FILE")] = None,
    key: Annotated[list[Path] | None, typer.Option("--key", metavar="FILE")] = None,
    json_: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Check any implementation against the shipped vectors."""
    needs = action != "list"
    if action not in ACTIONS or (needs and not target) or (action == "run" and not (cmd or from_results)):
        raise typer.BadParameter(say("conformance.usage", actions=", ".join(ACTIONS)))
    passed, limits = pass_variable or [], Limits(run=seconds, memory=memory << 20)
    if action == "list":
        show_books(as_document=json_)
    elif action == "describe":
        show_book(load(target), as_document=json_)
    elif action == "run":
        book, words = load(target), shlex.split(cmd)
        subject = subject_of(book, words, oneshot=oneshot, results=from_results, seed=seed, limits=limits, passed=passed)
        options = Options(seed, generated, waivers=waivers(waiver or []))
        report = report_of(run_suite(subject, book, options), command=words, limits=limits, witnessed=not from_results, passed=passed)
        report = signed(report, key_bytes(sign)) if sign else report
        deliver(report, out, junit_file, page, as_document=json_)
    elif action == "verify":
        check(Path(target), [key_bytes(one) for one in key or ()], shlex.split(cmd), limits, passed, as_document=json_)
    elif action == "badge":
        write(out, badge(read_report(Path(target))))
    elif action == "export":
        hand_out(load(target), seed or secrets.token_hex(8), generated, out or Path("cases"))
    else:
        write(out, harness(target))


def subject_of(
    book: Book, words: Sequence[str], *, oneshot: bool, results: Path | None, seed: str, limits: Limits, passed: Sequence[str]
) -> Subject:
    """Return what is to be asked: result files, a process a case, or a long-lived command."""
    if results is not None:
        return ResultsSubject(results, seed)
    if not isolation():
        show(say("conformance.network"))
    if not oneshot:
        return LineSubject(words, limits, passed)
    about = Path(words[0]).with_name(ABOUT)
    return OneshotSubject(words, read_about(about) if about.is_file() else stated(book, Path(words[0]).name), limits, passed)


def waivers(given: Sequence[str]) -> dict[int, Waiver]:
    """Return waivers by case number; a usage error for another form."""
    made = {}
    for one in given:
        number, _, rest = one.partition("=")
        name, _, day = rest.rpartition("@")
        try:
            made[int(number)] = Waiver(name, date.fromisoformat(day))
        except ValueError:
            raise typer.BadParameter(say("conformance.waiver", got=one), param_hint="--waiver") from None
    return made


def key_bytes(path: Path) -> bytes:
    """Return the raw bytes of a key file: 32 bytes, or 64 hexadecimal digits."""
    raw = read_bytes(path, 1024)
    text = raw.strip()
    return bytes.fromhex(text.decode()) if len(text) == HEX and text.isalnum() else raw


def write(out: Path | None, text: str) -> None:
    """Write to a file, or to standard output."""
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_text(out, text)


def harness(language: str) -> str:
    """Return the working template of a harness; a usage error for a language there is none for."""
    names = {"python": "harness.py"}
    if language not in names:
        raise typer.BadParameter(", ".join(names), param_hint="new-harness")
    return files("agetech").joinpath("conformance", "harness", names[language]).read_text(encoding="utf-8")


def show_books(*, as_document: bool) -> None:
    """Print what there are vectors for."""
    books = [load(name) for name in shipped()]
    if as_document:
        show_json([{"vectors": one.name, "cases": len(one.cases), "digest": one.digest} for one in books])
        return
    heads = [(say("conformance.vectors"), False), (say("conformance.cases"), True), ("sha256", False)]
    show_table("ACP 1", heads, [(one.name, len(one.cases), one.digest[:16]) for one in books])


def show_book(book: Book, *, as_document: bool) -> None:
    """Print every case of a vector file: what it is, what it catches and what that would do to a person."""
    cases = [
        {
            "id": one.number,
            "comment": one.comment,
            "flags": list(one.flags),
            "result": one.expected,
            "rows": len(one.rows),
            "code": one.code,
        }
        for one in book.cases
    ]
    if as_document:
        bounds = {name: {"class": one.name, "abs": one.absolute, "rel": one.relative} for name, one in book.tolerances.items()}
        show_json({"vectors": book.name, "digest": book.digest, "tolerances": bounds, "notes": dict(book.notes), "cases": cases})
        return
    heads = [(say("conformance.id"), True), (say("conformance.comment"), False), (say("conformance.flags"), False)]
    heads += [(say("conformance.effect"), False), ("", False)]
    rows = []
    for one in cases:
        flags: Any = one["flags"]
        effects = "; ".join(book.notes[flag]["effect"] for flag in flags)
        rows.append((one["id"], one["comment"], " ".join(flags), effects, f"{one['result']} {one['code']}"))
    show_table(book.name, heads, rows)


def deliver(report: Mapping[str, Any], out: Path | None, xml: Path | None, page: Path | None, *, as_document: bool) -> None:
    """Write the report where asked, print what is not right, and leave with 3 unless all profiles conform."""
    if out is not None:
        write_text(out, text_of(report))
    if xml is not None:
        write_text(xml, junit(report))
    if page is not None:
        from agetech.report.conformance import conformance_page

        write_text(page, conformance_page(report))
    if as_document:
        show_json(report)
    else:
        bad = [(one["id"], one["verdict"], one.get("observed", "")) for one in report["results"] if one["verdict"] not in GOOD]
        heads = [(say("conformance.id"), False), (say("conformance.verdict"), False), (say("conformance.observed"), False)]
        if bad:
            show_table(report["algorithm"], heads, bad)
        show(": ".join(badge_text(report)))
    if report["level"] == "none":
        raise typer.Exit(FAILED)


def check(path: Path, keys: Sequence[bytes], words: Sequence[str], limits: Limits, passed: Sequence[str], *, as_document: bool) -> None:
    """Verify a report; given the command, run the suite again with the report's seed and compare the verdicts."""
    report = read_report(path, keys)
    told = [say("conformance.whole", badge=": ".join(badge_text(report)))]
    year, month, _ = (int(part) for part in report["kit"]["suite_version"].split("."))
    today = date.today()  # noqa: DTZ011 - months, not hours
    if (today.year - year) * 12 + today.month - month > MONTHS:
        told.append(say("conformance.old", suite=report["kit"]["suite_version"]))
    if not keys:
        told.append(say("conformance.unsigned"))
    differ: list[str] = []
    if words:
        count = sum("/g" in one["id"] for one in report["results"])
        options = Options(str(report.get("seed", "")), count)
        again = report_of(run_suite(LineSubject(words, limits, passed), load(report["algorithm"]), options), command=words)
        differ = differences(report, again)
        told.append(say("conformance.differ", count=len(differ), cases=", ".join(differ[:5])) if differ else say("conformance.same"))
    if as_document:
        show_json({"whole": True, "level": report["level"], "differences": differ, "said": told})
    else:
        for line in told:
            show(line)
    if differ:
        raise typer.Exit(FAILED)


def hand_out(book: Book, seed: str, count: int, out: Path) -> None:
    """Write the cases of a seed without their answers."""
    cases = [*book.cases, *made_cases(book, len(book.cases) if count < 0 else count, seed)]
    written = list(export(book, cases, seed, out))
    show(say("conformance.written", count=len(written), folder=out.name, seed=seed))


COMMANDS: dict[str, Callable[..., None]] = {"conformance": conformance}
