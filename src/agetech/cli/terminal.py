"""The terminal: tables, progress and errors, without colour where there is no terminal; or JSON for machines.

Text from outside (file names, columns, plugins) goes through `visible`: an escape code is printed, not obeyed.
"""

from __future__ import annotations

import functools
import json
import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TextIO

from agetech.cli.exits import code_of
from agetech.cli.words import say
from agetech.errors import AgetechError
from agetech.report.text import visible

if TYPE_CHECKING:
    from rich.console import Console

P = ParamSpec("P")
WIDE = 160  # columns where there is no terminal that says otherwise


def console(stream: TextIO | None = None) -> Console:
    """Return a console that takes no text for markup, coloured only on a terminal and where NO_COLOR is not set."""
    from rich.console import Console

    out = stream or sys.stdout
    bare = not out.isatty()
    width = int(os.environ["COLUMNS"]) if os.environ.get("COLUMNS", "").isdigit() else WIDE
    plain = bare or bool(os.environ.get("NO_COLOR"))
    system: Literal["auto"] | None = None if plain else "auto"
    fixed = width if bare else None
    return Console(file=out, markup=False, emoji=False, highlight=False, no_color=plain, color_system=system, width=fixed)


def show_table(title: str, columns: Iterable[tuple[str, bool]], rows: Iterable[Iterable[object]]) -> None:
    """Print a table; columns are (heading, whether it holds numbers)."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(visible(title)), title_justify="left", box=box.SIMPLE_HEAD, title_style="bold")
    for heading, number in columns:
        table.add_column(Text(heading), justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible(cell, 2000)) for cell in row))
    console().print(table)


def show(text: str, *, style: str = "", to: TextIO | None = None) -> None:
    """Print one line of text."""
    console(to).print(visible(text, 10_000), style=style or None, soft_wrap=True)


def show_json(document: object) -> None:
    """Print a document as JSON: UTF-8 text, no NaN (null), keys in their order."""
    sys.stdout.write(as_json(document))


def as_json(document: object) -> str:
    """Return a document as JSON text; a missing or infinite number is null."""
    return json.dumps(_plain(document), ensure_ascii=not _utf8(), indent=2, allow_nan=False) + "\n"


def _utf8() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


@contextmanager
def progress(label: str, total: float, *, hidden: bool = False) -> Iterator[Callable[[float], None]]:
    """Show a bar on the error stream while the block runs; what it gives is called with what has been done so far."""
    if hidden or not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(sys.stderr), transient=True) as bar:
        task = bar.add_task(visible(label), total=total)
        yield lambda done: bar.update(task, completed=done)


def show_error(error: AgetechError | OSError | KeyboardInterrupt, *, as_document: bool) -> None:
    """Print what is wrong and what can be done, in the language of the surroundings; as JSON on standard output if asked."""
    if isinstance(error, KeyboardInterrupt):
        show(say("interrupted"), to=sys.stderr)
        return
    said = _place_error(error) if isinstance(error, OSError) else error
    if as_document:
        show_json({"error": said.as_dict()})
        return
    show(str(said), style="bold red", to=sys.stderr)
    if said.remedy():
        show(said.remedy(), to=sys.stderr)


def _place_error(error: OSError) -> AgetechError:
    from agetech.exchange.platform import place_error

    return place_error(str(error.filename or ""), error)


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """Return a command whose agetech errors become a message, a remedy and an exit code instead of a traceback."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        import typer

        try:
            command(*args, **kwargs)
        except BrokenPipeError:
            raise
        except (AgetechError, OSError, KeyboardInterrupt) as error:
            show_error(error, as_document=bool(kwargs.get("json_")))
            raise typer.Exit(int(code_of(error))) from None

    return run
