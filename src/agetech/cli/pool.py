"""`agetech pool check | add | explain | report | trace | export`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agetech.cli.exits import ExitCode
from agetech.cli.terminal import as_json, guarded, show, show_json, show_table
from agetech.cli.words import say
from agetech.errors import ParamsError, language

if TYPE_CHECKING:
    from agetech.pool import Question, Report, Use

ACTIONS = ("check", "add", "explain", "report", "trace", "export")
FORMATS = ("table", "json", "md", "html", "cyclonedx")
WAITING = {"notify_and_pay": ExitCode.ACTION, "ask": ExitCode.ACTION, "unknown": ExitCode.UNSETTLED}
Json = Annotated[bool, typer.Option("--json")]


@dataclass(frozen=True, slots=True)
class Asked:
    """The options that say what is asked."""

    ledger: str
    question: Question
    known: frozenset[str]
    pinned: str | None
    as_document: bool


def check(asked: Asked) -> None:
    """Check a ledger whole: every fault, every stale status; REFUSED where a fault is found."""
    from agetech.pool import check_ledger
    from agetech.pool.subject import known_ids

    known = known_ids() | asked.known
    faults, warnings = check_ledger(asked.ledger, on=asked.question.on, known=known, pinned=asked.pinned)
    if asked.as_document:
        show_json({"ledger": asked.ledger, "faults": [one.as_dict() for one in faults], "warnings": [one.as_dict() for one in warnings]})
    else:
        for one in faults:
            show(str(one), style="bold red")
            show(f"  {one.remedy()}")
        for one in warnings:
            show(str(one))
        show(say("pool.checked", name=asked.ledger, faults=len(faults), warnings=len(warnings)), style="bold")
    if faults:
        raise typer.Exit(int(ExitCode.REFUSED))


def add(names: list[str], asked: Asked) -> None:
    """Enter records from JSON files, each an object or a list, in their order."""
    from agetech.exchange import jsonio
    from agetech.pool import append
    from agetech.pool.subject import known_ids

    known = known_ids() | asked.known
    made = []
    for name in names:
        found = jsonio.load(name)
        for draft in found if isinstance(found, list) else [found]:
            if not isinstance(draft, dict):
                raise ParamsError("E_PARAM", name, expected="{...}", got=type(draft).__name__)
            made.append(append(asked.ledger, draft, known=known))
    if asked.as_document:
        show_json({"records": [{"id": one.id, "kind": one.kind, "digest": one.digest} for one in made]})
        return
    for one in made:
        show(f"{one.id} {one.kind} {one.digest}")


def uses_of(names: list[str], sources: Path | None, trace: Path | None) -> tuple[list[Use], list[str]]:
    """Return what is asked about: the names, the uses of a trace, what sources name; all of agetech where nothing is named."""
    from agetech.pool import named_in, read_trace
    from agetech.pool.sbom import own_uses
    from agetech.pool.subject import newest

    uses, unseen = [newest(name) for name in names], list[str]()
    if trace is not None:
        heard = read_trace(trace)
        uses += heard.uses
        unseen += heard.blind
    if sources is not None:
        named, hidden = named_in(sources)
        uses += named
        unseen += hidden
    if not names and trace is None and sources is None:
        uses = [newest(name) for name in own_uses()]
    return uses, unseen


def tell(uses: list[Use], unseen: list[str], asked: Asked, form: str, out: Path | None, fail_on: frozenset[str]) -> None:
    """Print or write a report; leave with the code of the heaviest duty that `fail_on` names."""
    from agetech.exchange.platform import write_text
    from agetech.pool import read_ledger
    from agetech.pool.verdict import report

    ledger = read_ledger(asked.ledger)
    found = report(uses, ledger, asked.question, unseen)
    if form == "table" and out is None:
        show_report(found)
    else:
        text = _text(found, ledger, form)
        if out is None:
            typer.echo(text, nl=False)
        else:
            write_text(out, text)
    _leave(found, fail_on)


def _leave(found: Report, fail_on: frozenset[str]) -> None:
    duties = [row.duty for row in found.rows] + (["unknown"] if found.unseen else [])
    codes = {WAITING[duty] for duty in duties if duty in WAITING}
    for name, code in (("unknown", ExitCode.UNSETTLED), ("action", ExitCode.ACTION)):
        if name in fail_on and code in codes:
            raise typer.Exit(int(code))


def _text(found: Report, ledger: Any, form: str) -> str:
    from agetech.pool.sbom import cyclonedx, sbom_text, validate
    from agetech.pool.table import document, markdown

    if form == "cyclonedx":
        text = sbom_text(cyclonedx(found, ledger))
        validate(text)
        return text
    if form == "html":
        return page(found)
    return as_json(document(found)) if form == "json" else markdown(found, language())


def show_report(found: Report) -> None:
    """Print a report as a table with its notes."""
    from agetech.pool.table import asked, cells, heads, notes
    from agetech.pool.table import say as word

    lang = language()
    show_table(word(lang, "title"), [(head, False) for head in heads(lang)], [cells(row, lang) for row in found.rows])
    for line in (asked(found, lang), *notes(found, lang)):
        show(line)


def page(found: Report) -> str:
    """Return a report as a page."""
    from agetech.pool.table import asked, cells, heads, notes
    from agetech.pool.table import say as word
    from agetech.report import Column, Notes, Page, Row, Section, Table, write_page

    lang = language()
    tones: Mapping[str, Any] = {"notify_and_pay": "notice", "ask": "alarm", "unknown": "alarm"}
    rows = tuple(Row(cells(row, lang), tones.get(row.duty, "plain")) for row in found.rows)
    table = Table(word(lang, "title"), tuple(Column(head) for head in heads(lang)), rows, word(lang, "nobody"))
    sections = (
        Section(word(lang, "made.title"), (table,)),
        Section(word(lang, "made.limits"), (Notes(notes(found, lang)),)),
    )
    return write_page(Page(lang, word(lang, "title"), asked(found, lang), sections))


def explain(names: list[str], asked: Asked) -> None:
    """Print why each algorithm asks what it asks; a record or a patent number stands for the algorithms it names."""
    from agetech.pool import read_ledger
    from agetech.pool.subject import newest
    from agetech.pool.table import asked as question_text
    from agetech.pool.table import explained, notes
    from agetech.pool.verdict import concerned, report

    ledger = read_ledger(asked.ledger)
    wanted = [one for name in names for one in concerned(name, ledger.pool) or (name,)]
    found = report([newest(one) for one in wanted], ledger, asked.question)
    if asked.as_document:
        from agetech.pool.table import document

        show_json(document(found))
        return
    lang = language()
    for row in found.rows:
        for line in explained(row, lang):
            show(line)
    for line in (question_text(found, lang), *notes(found, lang)):
        show(line)


def listen(command: list[str], asked: Asked, out: Path | None) -> None:
    """Run a program, tell what it used; leave with its exit code."""
    from agetech.exchange.platform import write_text
    from agetech.pool import run_traced

    heard = run_traced(command, quiet=asked.as_document)
    if out is not None:
        write_text(out, heard.text())
    if asked.as_document:
        typer.echo(heard.text(), nl=False)
    else:
        show(say("pool.traced", processes=heard.processes, count=len(heard.uses)), style="bold")
        for use in heard.uses:
            show(f"  {use.id}@{use.version}")
        for blind in heard.blind:
            show(say("pool.blind", what=blind))
    if heard.code:
        raise typer.Exit(heard.code if heard.code > 0 else 128 - heard.code)


def _days(pairs: list[str]) -> dict[str, date]:
    found = {}
    for pair in pairs:
        name, sign, text = pair.partition("=")
        found[name] = _day(text if sign else pair, "--notice")
    return found


def _day(text: str, hint: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(say("pool.day", got=text), param_hint=hint) from None


@guarded
def pool(  # noqa: PLR0913 - the options of the command
    action: Annotated[str, typer.Argument(metavar="[check|add|explain|report|trace|export]")],
    names: Annotated[list[str] | None, typer.Argument(metavar="[ID|FILE|COMMAND]...")] = None,
    ledger: Annotated[str, typer.Option("--ledger", metavar="FOLDER|agetech|example")] = "agetech",
    on: Annotated[str | None, typer.Option("--on", metavar="YYYY-MM-DD")] = None,
    territory: Annotated[str | None, typer.Option("--territory", metavar="CN")] = None,
    notice: Annotated[list[str] | None, typer.Option("--notice", metavar="RECORD=YYYY-MM-DD")] = None,
    meets: Annotated[list[str] | None, typer.Option("--meets", metavar="RECORD")] = None,
    known: Annotated[list[str] | None, typer.Option("--known", metavar="ID")] = None,
    head: Annotated[str | None, typer.Option("--head", metavar="SHA256")] = None,
    trace: Annotated[Path | None, typer.Option("--trace", metavar="FILE")] = None,
    imports: Annotated[Path | None, typer.Option("--imports", metavar="FILE|FOLDER")] = None,
    format_: Annotated[str, typer.Option("--format", metavar="[table|json|md|html|cyclonedx]")] = "",
    fail_on: Annotated[str, typer.Option("--fail-on", metavar="action,unknown")] = "action,unknown",
    out: Annotated[Path | None, typer.Option("--out", "-o")] = None,
    json_: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Check the pool's ledger, add to it, and tell what a program's algorithms ask of its maker."""
    from agetech.pool import Question

    given = names or []
    fails = frozenset(fail_on.split(",")) - {""}
    if action not in ACTIONS or (action in ("add", "explain", "trace") and not given) or (action == "check" and given):
        raise typer.BadParameter(say("pool.usage", actions=" | ".join(ACTIONS)))
    if format_ not in ("", *FORMATS) or not fails <= {"action", "unknown", "nothing"}:
        raise typer.BadParameter(say("pool.formats", formats=" | ".join(FORMATS)))
    if territory is not None and (len(territory) != 2 or not territory.isalpha() or not territory.isupper()):  # noqa: PLR2004
        raise typer.BadParameter(say("pool.territory", got=territory), param_hint="--territory")
    today = _day(on, "--on") if on is not None else datetime.now(UTC).date()
    question = Question(today, territory, _days(notice or []), frozenset(meets or []))
    asked = Asked(ledger, question, frozenset(known or []), head, json_)
    if action == "check":
        check(asked)
    elif action == "add":
        add(given, asked)
    elif action == "explain":
        explain(given, asked)
    elif action == "trace":
        listen(given, asked, out)
    else:
        uses, unseen = uses_of(given, imports, trace)
        form = format_ or ("cyclonedx" if action == "export" else "json" if json_ else _form(out))
        tell(uses, unseen, asked, form, out, fails if action == "report" else frozenset())


def _form(out: Path | None) -> str:
    return {".json": "json", ".html": "html", ".md": "md"}.get(out.suffix, "md") if out is not None else "table"


COMMANDS: dict[str, Callable[..., None]] = {"pool": pool}
