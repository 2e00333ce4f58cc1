"""The commands of `agetech`, bound to their implementations; help texts come from texts.json in two languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from agetech.cli.terminal import guarded
from agetech.cli.words import say, texts

Json = Annotated[bool, typer.Option("--json")]


class Origin(StrEnum):
    """Where a file's signal is from: it stands on every page."""

    SIMULATED = "simulated"
    STAGED = "staged"
    RECORDED = "recorded"


def version_wanted(value: bool) -> None:  # noqa: FBT001 - typer calls it with the flag
    """Print the version and leave."""
    if value:
        from agetech import __version__

        typer.echo(f"agetech {__version__}")
        raise typer.Exit


def root(
    lang: Annotated[str, typer.Option("--lang", metavar="[en|zh]")] = "",
    version: Annotated[bool, typer.Option("--version", callback=version_wanted, is_eager=True)] = False,  # noqa: FBT002 - a flag
) -> None:
    """Do nothing but take the common options; `--lang` was taken before."""


@guarded
def demo(
    out: Annotated[Path, typer.Option("--out", "-o")] = Path("agetech-demo.html"),
    seed: Annotated[int, typer.Option("--seed", min=0)] = 1,
    algorithm: Annotated[str, typer.Option("--algorithm")] = "falls.impact",
    placement: Annotated[str, typer.Option("--placement", metavar="[waist|wrist|pocket]")] = "waist",
    night: Annotated[bool, typer.Option("--night")] = False,  # noqa: FBT002 - a flag
    hours: Annotated[float, typer.Option("--hours", min=0.2, max=12.0)] = 8.0,
    json_: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Simulate a day, find its falls and write a page; or a night."""
    if night:
        from agetech.cli.night import run_night

        run_night(out, seed=seed, hours=hours, as_document=json_)
        return
    from agetech.cli.demo import run_demo

    run_demo(out, seed=seed, algorithm=algorithm, placement=placement, as_document=json_)


@guarded
def run(  # noqa: PLR0913 - the options of the command
    algorithm: Annotated[str, typer.Argument(metavar="ALGORITHM")],
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    values: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE")] = None,
    channel: Annotated[list[str] | None, typer.Option("--channel", metavar="INPUT=CHANNEL")] = None,
    profile: Annotated[str | None, typer.Option("--profile")] = None,
    layout: Annotated[Path | None, typer.Option("--layout", metavar="FILE")] = None,
    fs: Annotated[float | None, typer.Option("--fs", metavar="HZ")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o")] = None,
    subject: Annotated[str | None, typer.Option("--subject", metavar="PSEUDONYM")] = None,
    origin: Annotated[Origin, typer.Option("--origin")] = Origin.RECORDED,
    json_: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Run an algorithm over a file."""
    from agetech.cli.running import run_file

    run_file(
        algorithm,
        file,
        values or [],
        profile=profile,
        fs=fs,
        out=out,
        subject=subject,
        origin=origin.value,
        as_document=json_,
        channels=channel or [],
        layout=layout,
    )


@guarded
def algorithms(json_: Json = False) -> None:  # noqa: FBT002 - a flag
    """List the installed algorithms."""
    from agetech.cli.catalogue import list_algorithms

    list_algorithms(as_document=json_)


@guarded
def describe(
    algorithm: Annotated[str, typer.Argument(metavar="ALGORITHM")],
    json_: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Show one algorithm."""
    from agetech.cli.catalogue import describe_algorithm

    describe_algorithm(algorithm, as_document=json_)


@guarded
def doctor(json_: Json = False) -> None:  # noqa: FBT002 - a flag
    """Show the state of this installation."""
    from agetech.cli.health import examine

    examine(as_document=json_)


@guarded
def warmup(
    cache: Annotated[Path | None, typer.Option("--cache-dir")] = None,
    json_: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Compile all kernels."""
    from agetech.cli.health import warm_up

    warm_up(cache, as_document=json_)


COMMANDS: dict[str, Callable[..., None]] = {
    "demo": demo,
    "run": run,
    "algorithms": algorithms,
    "describe": describe,
    "doctor": doctor,
    "warmup": warmup,
}

# Commands of other layers: each is a function in COMMANDS of its module, which is imported only when it is called for.
# Their help stands in texts-*.json as help.NAME, option.OPTION or option.NAME.OPTION.
ELSEWHERE = {
    "score": "agetech.cli.score",
    "instruments": "agetech.cli.score",
    "interview": "agetech.cli.score",
    "tasks": "agetech.cli.tasks",
    "schema": "agetech.cli.schema",
    "convert": "agetech.cli.convert",
    "conformance": "agetech.cli.conformance",
    "pool": "agetech.cli.pool",
}


def _named() -> None:
    """Stand for a command that is only listed."""


def build(arguments: Sequence[str] = ()) -> Any:
    """Return the command line for these arguments, with its help in the language of the surroundings."""
    app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.callback()(root)
    for name, command in COMMANDS.items():
        app.command(name)(command)
    called = next((argument for argument in arguments if not argument.startswith("-")), None)
    for name, module in ELSEWHERE.items():
        app.command(name)(import_module(module).COMMANDS[name] if name == called else _named)
    made = typer.main.get_command(app)
    _explain(made, "agetech")
    for name, command in made.commands.items():  # type: ignore[attr-defined]
        _explain(command, name)
    return made


def _explain(command: Any, name: str) -> None:
    command.help = say(f"help.{name}")
    command.short_help = None
    for option in command.params:
        word = f"option.{option.name.strip('_')}"
        own = f"option.{name}.{option.name.strip('_')}"
        text = say(own) if own in texts() else say(word) if word in texts() else None
        if option.param_type_name == "option" or (text is not None and hasattr(option, "help")):
            option.help = text
