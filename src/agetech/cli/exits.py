"""What the process tells the shell."""

from __future__ import annotations

from enum import IntEnum

from agetech.errors import AgetechError, CheckpointError, ExchangeError, ParamsError, SchemaError, SignalError


class ExitCode(IntEnum):
    """The exit codes of `agetech`; they are stable, `docs/*/reference/command-line.md` lists them."""

    OK = 0
    FAULT = 1  # an error of agetech itself: a traceback follows
    USAGE = 2  # an unknown command or option, or one that lacks
    REFUSED = 3  # the input was refused: shape, unit, rate, values, schema, saved state
    UNKNOWN = 4  # an unknown algorithm, profile or parameter, or one out of its bounds
    FILE = 5  # a file could not be read or written
    UNHEALTHY = 6  # doctor or warmup found something that does not work
    ACTION = 7  # pool report: a licence must be notified, paid or asked for
    UNSETTLED = 8  # pool report: the pool cannot tell
    INTERRUPTED = 130


def code_of(error: AgetechError | OSError | KeyboardInterrupt) -> ExitCode:
    """Return the exit code for an error."""
    if isinstance(error, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    if isinstance(error, ExchangeError | OSError):
        return ExitCode.FILE
    if isinstance(error, ParamsError):
        return ExitCode.UNKNOWN
    if isinstance(error, SignalError | SchemaError | CheckpointError):
        return ExitCode.REFUSED
    return ExitCode.FAULT
