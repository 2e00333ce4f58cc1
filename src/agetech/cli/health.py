"""`agetech doctor` and `agetech warmup`: what this installation is, what does not work, and how fast it is."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agetech import __version__
from agetech.cli.exits import ExitCode
from agetech.cli.terminal import progress, show, show_json, show_table
from agetech.cli.words import say
from agetech.errors import AgetechError, language
from agetech.report.text import visible

REQUIRED = ("numpy", "scipy", "numba", "pydantic", "typer", "rich", "jinja2")
NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
EXTRA = re.compile(r"extra\s*==\s*[\"']([^\"']+)[\"']")
MEASURED = 20.0  # s of signal for the real-time factor
WARM = 60.0  # s of signal that make an algorithm call its kernels


def version_of(name: str) -> str | None:
    """Return the installed version of a distribution, None where it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def extras() -> dict[str, list[str]]:
    """Return for each extra of agetech the distributions that lack; an empty list means that it is installed."""
    wanted: dict[str, list[str]] = {}
    for requirement in importlib.metadata.requires("agetech") or []:
        name, extra = NAME.match(requirement), EXTRA.search(requirement)
        if extra is None or name is None:
            continue
        lacking = wanted.setdefault(extra.group(1), [])
        if name.group(1) != "agetech" and version_of(name.group(1)) is None and _for_here(requirement):
            lacking.append(name.group(1))
    return dict(sorted(wanted.items()))


def _for_here(requirement: str) -> bool:
    """Return whether a requirement with a platform in its marker is for this one."""
    marks = requirement.partition(";")[2]
    system = re.search(r"sys_platform\s*==\s*[\"']([^\"']+)[\"']", marks)
    machine = re.search(r"platform_machine\s*==\s*[\"']([^\"']+)[\"']", marks)
    return (system is None or system.group(1) == sys.platform) and (machine is None or machine.group(1) == platform.machine())


def cache_state() -> dict[str, Any]:
    """Return where compiled kernels are kept, whether it can be written, and what lies there."""
    from agetech.core.kernel import cache_folder

    folder = cache_folder(cache_folder)
    if folder is None:
        return {"folder": None, "writable": False, "files": 0, "bytes": 0}
    files = [path for path in folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    return {"folder": str(folder), "writable": os.access(folder, os.W_OK), "files": len(files), "bytes": size}


def real_time_factor() -> dict[str, Any] | None:
    """Return how many seconds of signal a second of CPU works through, by one fall detector; None where there is none."""
    from agetech.core import algorithms, find
    from agetech.testing.case import cases

    name = next((one for one in ("falls.impact", "falls.threshold", *algorithms()) if one in algorithms()), None)
    if name is None:
        return None
    try:
        case = cases(find(name), seconds=MEASURED)[0]
        case.run()
        before = time.process_time()
        case.run()
        spent = time.process_time() - before
    except AgetechError:
        return None
    return {"algorithm": name, "factor": MEASURED / max(spent, 1e-9)}


def health() -> dict[str, Any]:
    """Return everything that `agetech doctor` prints; `faults` names what does not work."""
    from agetech.core import algorithms, broken
    from agetech.core.kernel import jit_enabled
    from agetech.exchange.platform import lacks

    cache, jit = cache_state(), jit_enabled()
    plugins = [{"id": one.name, "distribution": one.distribution, "reason": one.reason} for one in broken()]
    required = {name: version_of(name) for name in REQUIRED}
    faults = [say("doctor.lacks", name=name) for name, version in required.items() if version is None]
    faults += [
        say("doctor.plugin", name=visible(one["id"]), owner=visible(one["distribution"]), why=visible(one["reason"])) for one in plugins
    ]
    return {
        "agetech": __version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "required": required,
        "extras": {name: {"installed": not lacking, "lacking": lacking} for name, lacking in extras().items()},
        "jit": {"enabled": jit, "real_time": None if jit else real_time_factor()},
        "cache": cache,
        "algorithms": len(algorithms()),
        "broken": plugins,
        "locale": {"language": language(), "output": getattr(sys.stdout, "encoding", None), "files": sys.getfilesystemencoding()},
        "lacks": [{"name": one.name, "en": one.en, "zh": one.zh} for one in lacks()],
        "faults": faults,
    }


def examine(*, as_document: bool) -> None:
    """Print the state of this installation; leave with UNHEALTHY where something does not work."""
    import typer

    found = health()
    if as_document:
        show_json(found)
    else:
        show_table("agetech doctor", [(say("column.what"), False), (say("column.state"), False)], _lines(found))
        for fault in found["faults"]:
            show(fault, style="red")
        show(say("doctor.well" if not found["faults"] else "doctor.ill"), style="bold")
    if found["faults"]:
        raise typer.Exit(int(ExitCode.UNHEALTHY))


def _lines(found: dict[str, Any]) -> list[tuple[str, str]]:
    cache, jit = found["cache"], found["jit"]
    lines = [("agetech", found["agetech"]), ("python", f"{found['python']} · {found['platform']}")]
    lines += [(name, version or say("doctor.none")) for name, version in found["required"].items()]
    place = cache["folder"] or say("doctor.uncached")
    state = say("doctor.cache", files=cache["files"], size=f"{cache['bytes'] / 1e6:.1f}")
    locked = "" if cache["writable"] or cache["folder"] is None else say("doctor.readonly")
    lines.append((say("doctor.cachename"), f"{place} {state if cache['folder'] else ''} {locked}".strip()))
    speed = jit["real_time"]
    measured = "" if speed is None else say("doctor.speed", name=speed["algorithm"], factor=f"{speed['factor']:.3g}")
    lines.append((say("doctor.jit"), say("doctor.jiton") if jit["enabled"] else say("doctor.jitoff") + " " + measured))
    lines.append((say("doctor.algorithms"), str(found["algorithms"])))
    for name, extra in found["extras"].items():
        lines.append(
            (f"[{name}]", say("doctor.installed") if extra["installed"] else say("doctor.lacking", names=", ".join(extra["lacking"])))
        )
    lines += [(say("doctor.lack", name=one["name"]), one[language()]) for one in found["lacks"]]
    where = found["locale"]
    lines.append((say("doctor.locale"), f"{where['language']} · {where['output']} · {where['files']}"))
    return lines


def warm_up(cache: Path | None, *, as_document: bool) -> None:
    """Make every installed algorithm call its kernels once, so that they lie compiled in the cache."""
    import typer

    with _cache_in(cache):
        made = _all_warmed(hidden=as_document)
    failed = [one for one in made["algorithms"] if one["error"] is not None]
    if as_document:
        show_json(made)
    else:
        _show_warmed(made, failed)
    if failed:
        raise typer.Exit(int(ExitCode.UNHEALTHY))


@contextmanager
def _cache_in(folder: Path | None) -> Iterator[None]:
    """Use another cache folder while the block runs."""
    before = os.environ.get("AGETECH_CACHE_DIR")
    if folder is not None:
        os.environ["AGETECH_CACHE_DIR"] = str(folder.resolve())
    try:
        yield
    finally:
        if folder is not None and before is None:
            del os.environ["AGETECH_CACHE_DIR"]
        elif folder is not None and before is not None:
            os.environ["AGETECH_CACHE_DIR"] = before


def _all_warmed(*, hidden: bool) -> dict[str, Any]:
    from agetech.core import algorithms
    from agetech.core.kernel import jit_enabled

    before, begin = cache_state(), time.perf_counter()
    done: list[dict[str, Any]] = []
    names = algorithms()
    with progress(say("warmup.label"), len(names), hidden=hidden) as tell:
        for count, name in enumerate(names, start=1):
            done.append(_warmed(name))
            tell(count)
    after = cache_state()
    return {
        "jit": jit_enabled(),
        "seconds": time.perf_counter() - begin,
        "cache": after,
        "bytes_added": after["bytes"] - before["bytes"],
        "algorithms": done,
    }


def _warmed(name: str) -> dict[str, Any]:
    from agetech.core import find
    from agetech.testing.case import cases

    begin = time.perf_counter()
    error: str | None = None
    try:
        for case in cases(find(name), seconds=WARM)[:1]:
            case.run()
    except Exception as fault:  # noqa: BLE001 - a tenant's algorithm may raise anything; the others are still compiled
        error = f"{type(fault).__name__}: {fault}"
    return {"id": name, "seconds": time.perf_counter() - begin, "error": error}


def _show_warmed(made: dict[str, Any], failed: list[dict[str, Any]]) -> None:
    columns = [(say("column.id"), False), (say("column.seconds"), True), (say("column.state"), False)]
    rows = [(one["id"], f"{one['seconds']:.2f}", one["error"] or say("warmup.ready")) for one in made["algorithms"]]
    show_table("agetech warmup", columns, rows)
    cache = made["cache"]
    if not made["jit"]:
        show(say("warmup.off"))
    elif cache["folder"] is None:
        show(say("doctor.uncached"))
    else:
        sizes = {"size": f"{cache['bytes'] / 1e6:.1f}", "added": f"{made['bytes_added'] / 1e6:.1f}"}
        show(say("warmup.done", seconds=f"{made['seconds']:.1f}", folder=cache["folder"], **sizes))
    if failed:
        show(say("doctor.ill"), style="bold")
