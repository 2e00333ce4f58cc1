"""`agetech score`, `agetech instruments` and `agetech interview`: thin commands over `agetech.scoring`.

`COMMANDS` maps names to functions for the main application; `HELP` holds their help in both languages.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from agetech.cli.answers import Answers, fact, read_answers, size_of, value
from agetech.cli.terminal import guarded, progress, show, show_json, show_table
from agetech.errors import ExchangeError, ParamsError, language
from agetech.scoring import Absence, Instrument, Score, instrument, instruments, register, score
from agetech.scoring.card import LEVEL, STATUS, card, flags
from agetech.scoring.gates import licence, text

Json = Annotated[bool, typer.Option("--json")]
Lang = Annotated[str, typer.Option("--lang", metavar="[en|zh]")]
Own = Annotated[list[Path] | None, typer.Option("--instruments", metavar="FOLDER")]
FIELDS = tuple(field.name for field in fields(Score))
NOTHING: tuple[object, ...] = (None, [], {})
ALWAYS = ("total", "category")  # null where there is none
SHOWN = 20  # rows of a table on the terminal; --out and --json hold all
VIEWS = ("list", "show", "licence", "verification")

HELP = {
    "score": {
        "en": "Score the answers of a file (CSV, JSON, JSON lines, xlsx) with an instrument; one person or many.",
        "zh": "用指定量表为文件（CSV、JSON、JSON lines、xlsx）中的答案计分；一人或多人均可。",
    },
    "instruments": {
        "en": "List the instruments, or show one with its schemes, licence and verification.",
        "zh": "列出量表，或查看某一量表的界值方案、授权与核实状态。",
    },
    "interview": {
        "en": "Ask the items of an instrument one by one and score the answers.",
        "zh": "逐条询问量表条目并计分。",
    },
}
SAID: dict[str, dict[str, str]] = {
    "people": {"en": "{n} persons, {scored} scored", "zh": "共 {n} 人，已计分 {scored} 人"},
    "attention": {"en": "ATTENTION: {n} persons with a safety flag", "zh": "请注意：{n} 人触发安全提示"},
    "written": {"en": "Written: {path}", "zh": "已写入：{path}"},
    "ours": {
        "en": "These are labels of ours, not the instrument's validated wording.",
        "zh": "以下为本库自拟标签，并非量表经验证的原文。",
    },
    "keys": {
        "en": "Answer with a number. r refused, d do not know, u unable, s skip, b back, q quit.",
        "zh": "请输入数字。r 拒答，d 不知道，u 无法完成，s 跳过，b 返回，q 退出。",
    },
    "again": {"en": "Allowed: {allowed}", "zh": "允许的取值：{allowed}"},
    "left": {"en": "Left without a result.", "zh": "已退出，未计分。"},
}
KEYS = {"r": Absence.REFUSED, "d": Absence.DONT_KNOW, "u": Absence.UNABLE, "s": Absence.NOT_ASKED}


@guarded
def score_command(  # noqa: PLR0913 - typer reads one argument an option
    name: Annotated[str, typer.Argument(metavar="INSTRUMENT")],
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    scheme: Annotated[str | None, typer.Option("--scheme")] = None,
    context: Annotated[list[str] | None, typer.Option("--context", metavar="NAME=VALUE")] = None,
    columns: Annotated[Path | None, typer.Option("--columns", metavar="MAP.json")] = None,
    person: Annotated[str | None, typer.Option("--id", metavar="COLUMN")] = None,
    encoding: Annotated[str | None, typer.Option("--encoding")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE.jsonl")] = None,
    unverified: Annotated[bool, typer.Option("--allow-unverified")] = False,  # noqa: FBT002 - a flag
    own: Own = None,
    lang: Lang = "",
    json_: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Score the answers of a file."""
    with _in(lang):
        one = _find(name, own)
        shared = _shared(one, context or [])
        people = read_answers(file, one, _map(columns), person=person, encoding=encoding)
        with progress(file.name, size_of(file), hidden=json_) as done:
            results = _scored(one, people, shared, scheme, done, unverified=unverified)
            _deliver(one, results, out, as_document=json_)


def _scored(
    one: Instrument,
    people: Iterator[Answers],
    shared: dict[str, Any],
    scheme: str | None,
    done: Callable[[float], None],
    *,
    unverified: bool,
) -> Iterator[tuple[str, Score]]:
    """Yield the result of each person as the file is read."""
    for number, line in enumerate(people):
        if number % 1000 == 0:
            done(line.done)
        yield line.person, score(one, line.responses, {**shared, **line.context}, scheme=scheme, allow_unverified=unverified)


def _deliver(one: Instrument, results: Iterator[tuple[str, Score]], out: Path | None, *, as_document: bool) -> None:
    """Write every result as a line of JSON if asked, and print: one person as a card, many as a table with a summary."""
    first: list[tuple[str, Score]] = []
    seen: Counter[str] = Counter()
    classes: Counter[str] = Counter()
    raised = 0
    with _lines(out) as file:
        for who, result in results:
            seen[result.status] += 1
            classes[result.category or "-"] += 1
            raised += bool(result.safety_flags)
            if len(first) < SHOWN:
                first.append((who, result))
            if file is not None:
                file.write(line_of(who, result))
            if as_document:
                sys.stdout.write(line_of(who, result))
    if as_document:
        return
    if sum(seen.values()) == 1:
        _lay_out(card(first[0][1], language()))
    else:
        _summary(one, first, seen, classes, raised)
    if out is not None:
        show(SAID["written"][language()].format(path=out))


def _lay_out(text: str) -> None:
    """Print a text of several lines, each of them shown safely."""
    for line in text.splitlines():
        show(line)


def line_of(who: str, result: Score) -> str:
    """Return a result as one line of JSON, parts that say nothing left out; `Score.from_dict` reads it back."""
    said = {name: value for name in FIELDS if (value := getattr(result, name)) not in NOTHING or name in ALWAYS}
    return json.dumps({"id": who, **said, "notice": dict(result.notice)}, ensure_ascii=False, allow_nan=False) + "\n"


def _summary(one: Instrument, first: list[tuple[str, Score]], seen: Counter[str], classes: Counter[str], raised: int) -> None:
    lang = language()
    heads = [("id", False), ("status", False), ("total", True), ("category", False), ("!", False)]
    rows = [
        (who, STATUS[r.status][lang], "" if r.total is None else f"{r.total:g}", r.label(lang) or "", ", ".join(flags(one, r, lang)))
        for who, r in first
    ]
    show_table(f"{one.name[lang]}  [{one.id} {one.version}]", heads, rows)
    words = {code: one.labels.get(code, {}).get(lang, code) for code in classes}
    show_table("", [("category", False), ("n", True)], [(words[code], n) for code, n in classes.most_common()])
    scored = sum(n for status, n in seen.items() if status in ("ok", "prorated", "bounded"))
    show(SAID["people"][lang].format(n=sum(seen.values()), scored=scored))
    if raised:
        show(SAID["attention"][lang].format(n=raised), style="bold red")
    show(first[0][1].notice[lang] if first else "")


@contextmanager
def _lines(out: Path | None) -> Iterator[TextIO | None]:
    """Open a file of lines beside its place and put it there whole at the end."""
    if out is None:
        yield None
        return
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@guarded
def instruments_command(
    view: Annotated[str, typer.Argument(metavar="[list|show|licence|verification]")] = "list",
    name: Annotated[str | None, typer.Argument(metavar="INSTRUMENT")] = None,
    own: Own = None,
    lang: Lang = "",
    json_: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """List the instruments, or show one."""
    with _in(lang):
        if view not in VIEWS:
            raise typer.BadParameter(", ".join(VIEWS))
        for folder in own or []:
            register(folder)
        chosen = [instrument(name)] if name is not None else [instrument(i) for i in instruments()]
        if view == "show":
            if name is None:
                raise typer.BadParameter("show INSTRUMENT")
            _show(chosen[0], as_document=json_)
            return
        rows = [_entry(one) for one in chosen]
        if json_:
            show_json(rows)
            return
        word = language()
        keys = {"list": ("id", "name", "items", "arithmetic", "bands"), "licence": ("id", "name", "licence")}.get(
            view, ("id", "arithmetic", "bands", "wanted")
        )
        cells = [[_cell(row[key], word) for key in keys] for row in rows]
        show_table("", [(key, key == "items") for key in keys], cells)


def _entry(one: Instrument) -> dict[str, Any]:
    verification = one.document["verification"]
    wanted = [part["wanted"] for part in verification.values() if part.get("wanted")]
    return {
        "id": one.id,
        "version": one.version,
        "name": dict(one.name),
        "items": len(one.items),
        "arithmetic": verification["arithmetic"]["level"],
        "bands": verification["bands"]["level"],
        "licence": {"en": licence(one, "en"), "zh": licence(one, "zh")},
        "wanted": "; ".join(dict.fromkeys(wanted)),
    }


def _cell(found: Any, lang: str) -> str:
    if isinstance(found, dict):
        return str(found[lang])
    return LEVEL[found][lang] if found in LEVEL else str(found)


def _show(one: Instrument, *, as_document: bool) -> None:
    if as_document:
        show_json({**one.document, "content_hash": one.hash})
        return
    from agetech.scoring.pages import page

    _lay_out(page(one, language()))


@guarded
def interview_command(
    name: Annotated[str, typer.Argument(metavar="INSTRUMENT")],
    licensed: Annotated[Path | None, typer.Option("--text", metavar="LICENSED.json")] = None,
    scheme: Annotated[str | None, typer.Option("--scheme")] = None,
    unverified: Annotated[bool, typer.Option("--allow-unverified")] = False,  # noqa: FBT002 - a flag
    own: Own = None,
    lang: Lang = "",
    json_: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Ask the items one by one and score the answers."""
    with _in(lang):
        one = _find(name, own)
        word = language()
        asked = text(one, word, licensed)
        show(one.name[word])
        show(SAID["keys"][word])
        if not asked.validated:
            show(SAID["ours"][word])
        responses = _ask(one, dict(asked.items), dict(asked.answers))
        if responses is None:
            show(SAID["left"][word])
            raise typer.Exit
        context = {key: given for key, entry in one.context.items() if (given := _ask_fact(entry, word)) is not None}
        result = score(one, responses, context, scheme=scheme, allow_unverified=unverified)
        if json_:
            show_json(result.as_dict())
        else:
            _lay_out(card(result, word))


def _ask(one: Instrument, texts: dict[str, str], answers: dict[str, str]) -> dict[str, Any] | None:
    """Return the answers in the order of the form, None where the interviewer left."""
    responses: dict[str, Any] = {}
    place = 0
    while place < len(one.items):
        item = one.items[place]
        options = [f"{v:g}" + (f" {answers[f'{v:g}']}" if f"{v:g}" in answers else "") for v in item.options]
        allowed = " / ".join(options) if 0 < len(options) <= 12 else f"{item.lo:g}–{item.hi:g}"  # noqa: PLR2004 - fits a line
        given = str(typer.prompt(f"{place + 1}/{len(one.items)} {texts[item.id]} ({allowed})", default="", show_default=False)).strip()
        if given in ("q", "b"):
            if given == "q":
                return None
            place = max(place - 1, 0)
            continue
        answer = KEYS.get(given, value(given))
        if answer is None or (not isinstance(answer, Absence) and (isinstance(answer, str) or not item.accepts(answer))):
            show(SAID["again"][language()].format(allowed=allowed))
            continue
        responses[item.id] = answer
        place += 1
    return responses


def _ask_fact(entry: dict[str, Any] | Any, lang: str) -> Any:
    listed = [str(v) for v in entry.get("values") or []]
    allowed = "/".join(listed) or ("1/0" if entry["type"] == "flag" else f"{entry['min']}–{entry['max']}")
    return fact(str(typer.prompt(f"{entry['label'][lang]} ({allowed})", default="", show_default=False)), entry)


def _find(name: str, own: list[Path] | None) -> Instrument:
    for folder in own or []:
        register(folder)
    return instrument(name)


def _shared(one: Instrument, pairs: list[str]) -> dict[str, Any]:
    """Return the context that holds for every person, from NAME=VALUE."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, sign, given = pair.partition("=")
        if not sign or (name not in one.context and name != "stratum"):
            raise ParamsError("E_ANSWERS_COLUMN", f"--context {name}", expected=", ".join([*one.context, "stratum"]), got=name)
        found[name] = given if name == "stratum" else fact(given, one.context[name])
    return found


def _map(path: Path | None) -> dict[str, str]:
    """Return the column map of a JSON file: heading -> item id, context name, or null to leave the column out."""
    if path is None:
        return {}
    try:
        found = json.loads(path.read_bytes().decode("utf-8-sig"))
    except ValueError as error:
        raise ExchangeError("E_ANSWERS_FILE", path.name, expected="a JSON object: heading -> item", got=str(error)) from None
    if not isinstance(found, dict):
        raise ExchangeError("E_ANSWERS_FILE", path.name, expected="a JSON object: heading -> item", got=type(found).__name__)
    return {str(heading): "" if name is None else str(name) for heading, name in found.items()}


@contextmanager
def _in(lang: str) -> Iterator[None]:
    """Speak the chosen language while the block runs."""
    if lang not in ("", "en", "zh"):
        raise typer.BadParameter("en, zh", param_hint="--lang")
    before = os.environ.get("AGETECH_LANG")
    try:
        if lang:
            os.environ["AGETECH_LANG"] = lang
        yield
    finally:
        if lang and before is None:
            os.environ.pop("AGETECH_LANG", None)
        elif lang and before is not None:
            os.environ["AGETECH_LANG"] = before


COMMANDS: dict[str, Callable[..., None]] = {"score": score_command, "instruments": instruments_command, "interview": interview_command}
