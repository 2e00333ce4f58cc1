"""`agetech convert FILE --to fhir-r4|fhir-r5|omh|csv|jsonl`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from agetech.cli.terminal import guarded, show, show_json
from agetech.errors import ExchangeError, language

PARTLY = 3
Json = Annotated[bool, typer.Option("--json")]


@guarded
def convert(  # noqa: PLR0913 - the options of one command
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    to: Annotated[str, typer.Option("--to", metavar="[fhir-r4|fhir-r5|omh|csv|jsonl]")],
    out: Annotated[Path | None, typer.Option("--out", "-o")] = None,
    zone: Annotated[str | None, typer.Option("--zone", metavar="ZONE")] = None,
    column_map: Annotated[str | None, typer.Option("--map", metavar="MAP")] = None,
    table: Annotated[str | None, typer.Option("--table", metavar="TABLE")] = None,
    encoding: Annotated[str | None, typer.Option("--encoding", metavar="[utf-8|gbk|gb18030]")] = None,
    key: Annotated[Path | None, typer.Option("--key", metavar="FILE")] = None,
    subject: Annotated[str, typer.Option("--subject", metavar="PSEUDONYM")] = "unknown",
    bundle: Annotated[str, typer.Option("--bundle", metavar="[collection|transaction|document]")] = "collection",
    identity: Annotated[Path | None, typer.Option("--identity", metavar="MAP")] = None,
    identity_system: Annotated[str, typer.Option("--identity-system", metavar="URI")] = "",
    consents: Annotated[Path | None, typer.Option("--consents", metavar="FILE")] = None,
    recipient: Annotated[str, typer.Option("--recipient", metavar="ID")] = "",
    purpose: Annotated[str, typer.Option("--purpose")] = "hospital_referral",
    json_: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Convert a file to what others read."""
    from agetech.exchange import convert as work

    permission = None
    if identity is not None:
        if consents is None or not recipient:
            raise ExchangeError("E_IDENTITY", "consents", expected="--consents FILE and --recipient ID", got="none")
        held = [d for d in work.read(consents).documents if d.name == "consent"]
        permission = work.Permission(work.load_identity(identity), identity_system, held, recipient, purpose)
    source = work.read(file, zone=zone, key=_key(key), subject=subject, column_map=_map(column_map), table=_table(table), encoding=encoding)
    text = work.write(source.documents, to, bundle=bundle, permission=permission)
    if out is None:
        sys.stdout.write(text)
    else:
        from agetech.exchange.platform import write_text

        write_text(out, text)
    _report(source, to, out, as_document=json_)
    if source.refused:
        raise typer.Exit(PARTLY)


def _key(path: Path | None) -> bytes | None:
    return path.read_bytes().strip() if path is not None else None


def _map(told: str | None) -> Any:
    from agetech.exchange import tables

    return tables.load_map(told) if told is not None and told.endswith(".json") else told


def _table(told: str | None) -> Any:
    from agetech.exchange import adapters

    return adapters.load_table(told) if told is not None and told.endswith(".json") else told


def _report(source: Any, to: str, out: Path | None, *, as_document: bool) -> None:
    """Say what was read, refused and not mapped; beside the result, on standard error where the result is on standard output."""
    lang = language()
    if as_document and out is not None:
        refused = [{"code": f.code, "path": f.path, "message": f.message()} for f in source.refused]
        show_json({"format": source.format, "to": to, "documents": len(source.documents), "refused": refused, "unmapped": source.unmapped})
        return
    words = {"en": "{} -> {}: {} documents, {} refused, {} not mapped", "zh": "{} → {}：{} 个文档，拒绝 {} 行，未映射 {} 项"}[lang]
    show(words.format(source.format, to, len(source.documents), len(source.refused), len(source.unmapped)), to=sys.stderr)
    for fault in source.refused[:20]:
        show(f"  {fault.message()}", to=sys.stderr)
    for place in source.unmapped[:20]:
        show(f"  {'not mapped' if lang == 'en' else '未映射'}: {place}", to=sys.stderr)


COMMANDS: dict[str, Callable[..., None]] = {"convert": convert}
