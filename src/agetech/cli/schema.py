"""`agetech schema list | show | validate | diff | export | migrate`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from agetech.cli.terminal import guarded, show, show_json, show_table
from agetech.errors import AgetechError, SchemaError, language

REFUSED = 3
ACTIONS = ("list", "show", "validate", "diff", "export", "migrate")
Json = Annotated[bool, typer.Option("--json")]


def _words(en: str, zh: str) -> str:
    return zh if language() == "zh" else en


def list_schemas(*, as_document: bool) -> None:
    """Print every schema: name, versions, fields, the meaning of its document."""
    from agetech.schemas import registry

    rows = []
    for name in registry.names():
        schema = registry.current(name)
        rows.append({"name": name, "versions": registry.versions_of(name), "fields": len(schema["properties"]), "$id": schema["$id"]})
    if as_document:
        show_json({"schemas": rows})
        return
    heads = [(_words("schema", "模式"), False), (_words("versions", "版本"), False), (_words("fields", "字段数"), True), ("$id", False)]
    show_table(
        _words(f"{len(rows)} schemas", f"共 {len(rows)} 个模式"),
        heads,
        [(r["name"], ", ".join(r["versions"]), r["fields"], r["$id"]) for r in rows],
    )


def show_schema(name: str, version: str | None, *, as_document: bool) -> None:
    """Print one schema: its fields with type, unit, privacy label and meaning; as JSON the schema itself."""
    from agetech.schemas import registry

    schema = registry.schema(name, version)
    if as_document:
        show_json(schema)
        return
    lang = language()
    rows = []
    needed = set(schema["required"])
    for field, told in schema["properties"].items():
        facts: dict[str, Any] = told.get("x-agetech", {})
        meaning = facts.get("zh", "") if lang == "zh" else told.get("description", "")
        rows.append(
            (
                field,
                "*" if field in needed else "",
                _type(told),
                facts.get("unit", ""),
                facts.get("privacy", ""),
                facts.get("binding", ""),
                meaning,
            )
        )
    heads = [
        _words(*pair)
        for pair in (
            ("field", "字段"),
            ("required", "必填"),
            ("type", "类型"),
            ("unit", "单位"),
            ("privacy", "隐私"),
            ("codes", "编码"),
            ("meaning", "含义"),
        )
    ]
    show_table(schema["$id"], [(head, False) for head in heads], rows)
    for rule in schema.get("x-rules", []):
        show(f"{rule['rule']}: {rule[lang]}")


def _type(told: dict[str, Any]) -> str:
    if "$ref" in told:
        return str(told["$ref"]).rpartition("/")[2]
    if "const" in told:
        return "const"
    if told.get("type") == "array":
        return f"[{_type(told.get('items', {}))}]"
    if "enum" in told:
        return "enum"
    return str(told.get("type") or ("one of" if "oneOf" in told or "anyOf" in told else "any"))


def validate(files: list[Path], *, as_document: bool) -> None:
    """Read documents (JSON, an array, or JSON Lines) and print a verdict each; exit code 3 where one is refused."""
    from agetech.exchange import jsonio
    from agetech.schemas import documents

    rows = []
    for file in files:
        try:
            if file.suffix.lower() in (".jsonl", ".ndjson"):
                held: list[Any] = [jsonio.loads(line) for line in file.read_bytes().split(b"\n") if line.strip()]
            else:
                content = jsonio.load(file)
                held = content if isinstance(content, list) else [content]
        except AgetechError as fault:
            rows.append({"file": file.name, "item": 0, "verdict": "refused", **_fault(fault)})
            continue
        for n, content in enumerate(held, 1):
            try:
                made = documents.read(content)
                rows.append({"file": file.name, "item": n, "verdict": "valid", "schema": made.name, "version": made.schema_version})
            except SchemaError as fault:
                rows.append({"file": file.name, "item": n, "verdict": "refused", **_fault(fault)})
    if as_document:
        show_json({"results": rows})
    else:
        for row in rows:
            show(
                f"{row['file']}:{row['item']} {row['verdict']} {row.get('schema', '')} {row.get('version', '')} {row.get('message', '')}".rstrip()  # noqa: E501
            )
    if any(row["verdict"] == "refused" for row in rows):
        raise typer.Exit(REFUSED)


def _fault(fault: AgetechError) -> dict[str, Any]:
    return {"code": fault.code, "path": fault.path, "message": fault.message()}


def _schema_of(told: str) -> Any:
    """Return a schema by file name, by name@version, or by name."""
    from agetech.exchange import jsonio
    from agetech.schemas import registry

    if told.endswith(".json"):
        return jsonio.load(told)
    name, _, version = told.partition("@")
    return registry.schema(name, version or None)


def diff(old: str, new: str, *, as_document: bool) -> None:
    """Compare two versions in both directions; exit code 3 where one breaks readers, unknown counting as breaking."""
    from agetech.schemas import compat

    found = compat.compare(_schema_of(old), _schema_of(new))
    if as_document:
        show_json({d: {"verdict": c.verdict, "findings": [f.as_dict() for f in c.findings]} for d, c in found.items()})
    else:
        for direction, comparison in found.items():
            show(f"{direction}: {comparison.verdict}")
            for finding in comparison.findings:
                show(
                    f"  {finding.verdict} {finding.rule} {finding.path or '/'}  {finding.witness if finding.witness is not None else ''}".rstrip()  # noqa: E501
                )
    if not found["backward"].passes:
        raise typer.Exit(REFUSED)


def export(out: Path, *, as_document: bool) -> None:
    """Write every frozen schema, the manifest and the code bindings below a folder."""
    from agetech.schemas import publish

    made = publish.export(out)
    if as_document:
        show_json({"files": [str(path.relative_to(out)) for path in made]})
    else:
        show(_words(f"{len(made)} files below {out}", f"已写出 {len(made)} 个文件至 {out}"))


def migrate(file: Path, to: str | None, out: Path | None, *, loss: bool) -> None:
    """Bring a document to another version; print it or write it."""
    from agetech.exchange import jsonio
    from agetech.exchange.platform import write_text
    from agetech.schemas import jsontext, registry, versions

    content = jsonio.load(file)
    name, version = registry.told(content)
    down = to is not None and registry.parse_version(to) < version
    made = versions.downcast(content, to=str(to), allow_loss=loss) if down else versions.upcast(content, to=to)
    text = jsontext.dumps(made) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_text(out, text)
        show(f"{name} {'.'.join(map(str, version))} -> {made['schema_version']}: {out.name}")


@guarded
def schema(
    action: Annotated[str, typer.Argument(metavar="[list|show|validate|diff|export|migrate]")] = "list",
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME|FILE]...")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="VERSION")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o")] = None,
    allow_loss: Annotated[bool, typer.Option("--allow-loss")] = False,  # noqa: FBT002 - a flag
    json_: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """List, show, compare, export schemas; check and migrate documents."""
    given = names or []
    needed = {"show": 1, "validate": 1, "diff": 2, "migrate": 1}
    if action not in ACTIONS or len(given) < needed.get(action, 0) or (action == "export" and out is None):
        raise typer.BadParameter(_words(f"one of {', '.join(ACTIONS)}, with its names", f"须为 {'、'.join(ACTIONS)} 之一并给出名称"))
    if action == "list":
        list_schemas(as_document=json_)
    elif action == "show":
        name, _, version = given[0].partition("@")
        show_schema(name, version or None, as_document=json_)
    elif action == "validate":
        validate([Path(name) for name in given], as_document=json_)
    elif action == "diff":
        diff(given[0], given[1], as_document=json_)
    elif action == "export" and out is not None:
        export(out, as_document=json_)
    else:
        migrate(Path(given[0]), to, out, loss=allow_loss)


COMMANDS: dict[str, Callable[..., None]] = {"schema": schema}
