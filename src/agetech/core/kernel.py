"""Compiled kernels: the only module that imports numba, and only when a kernel is first called.

`kernel(step)` is a plain call on a plain function, so that coverage and mutation see the function. With
`AGETECH_JIT=off` (or `NUMBA_DISABLE_JIT=1`) the same function runs as plain Python and numba is never imported.

The compiled code is kept in a folder of its own, named by package version and a digest of ALL kernel sources:
numba's own cache looks only at the file of the outermost function and would serve stale code when a callee in
another file changed. Where nothing is writable the kernels are compiled anew in each process.
"""

from __future__ import annotations

import hashlib
import os
import sys
from functools import lru_cache, partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGE = Path(__file__).resolve().parents[1]
HEAP = "_nrt"  # flag: numba's run-time for arrays on the heap, with a reference count at every pass of an array
ALLOCATION = "Only accept returning of array passed into the function"  # what numba says of an array made without it
LAYERS = ("core", "dsp", "signals", "scoring")  # where agetech's own kernels live


def jit_enabled() -> bool:
    """Return whether kernels are compiled in this process; read anew at each kernel's first call."""
    return os.environ.get("AGETECH_JIT", "on").lower() != "off" and os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")


def _sources(function: Callable[..., Any]) -> list[Path]:
    """Return the files whose change must invalidate the kernel: agetech's kernels and the function's own package."""
    found = [path for layer in LAYERS for path in sorted((PACKAGE / layer).rglob("*.py"))]
    own = Path(function.__code__.co_filename)
    if PACKAGE not in own.resolve().parents and own.exists():
        top = own.resolve().parent
        while (top.parent / "__init__.py").exists() and (top / "__init__.py").exists():
            top = top.parent
        found += sorted(top.rglob("*.py")) if (top / "__init__.py").exists() else [own]
    return found


@lru_cache(maxsize=64)
def _digest(paths: tuple[Path, ...]) -> str:
    digest = hashlib.sha256(f"{__version__} {sys.implementation.cache_tag}".encode())
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:20]


def _user_folder() -> Path | None:
    """Return the folder that holds the caches of this user, or None where there is no home."""
    chosen = os.environ.get("AGETECH_CACHE_DIR")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) / "agetech" / "cache" if local else None
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "agetech"
    except RuntimeError:
        return None


def _ours(folder: Path) -> bool:
    """Return whether the folder may be trusted as code: it exists and no other user can have written into it."""
    if not folder.is_dir():
        return False
    if sys.platform == "win32":
        return True
    status = folder.stat()
    return status.st_uid in (os.geteuid(), 0) and not status.st_mode & 0o022


def cache_folder(function: Callable[..., Any]) -> Path | None:
    """Return the folder of this kernel's compiled code, made if need be; None where kernels run uncached.

    A folder that exists but cannot be written is still read from.
    """
    base = _user_folder()
    if base is None:
        return None
    folder = base / "kernels" / f"{__version__}-{_digest(tuple(_sources(function)))}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return None
    return folder if _ours(folder) else None


def fingerprint(function: Callable[..., Any]) -> str:
    """Return a digest of a function's code and of what it closes over: two functions of one name never share a cache."""
    code = function.__code__
    plain = [const for const in code.co_consts if isinstance(const, (int, float, str, bytes, tuple, type(None)))]
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    closed = [fingerprint(value.plain) if isinstance(value, Kernel) else repr(value) for value in cells]
    parts = (code.co_code.hex(), code.co_names, code.co_varnames, plain, closed)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


def _cache(function: Callable[..., Any], name: str, folder: Path) -> Any:
    """Return a numba cache for one kernel in our own folder, keyed by name, text, signature and processor only."""
    from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile

    text = fingerprint(function)

    class Place:
        def ensure_cache_path(self) -> None:
            """Nothing to do: the folder is there, and one that cannot be written is still read."""

    class Keep(CompileResultCacheImpl):  # type: ignore[misc]
        def __init__(self, base: str) -> None:
            self._filename_base = base
            self._locator = Place()

    class KernelCache(FunctionCache):  # type: ignore[misc]
        def __init__(self) -> None:
            base = f"{name}-{hashlib.sha256(name.encode()).hexdigest()[:8]}.{sys.implementation.cache_tag}"
            self._name = name
            self._py_func = function
            self._impl = Keep(base.replace("<", "").replace(">", ""))
            self._cache_path = str(folder)
            self._cache_file = IndexDataCacheFile(cache_path=str(folder), filename_base=self._impl.filename_base, source_stamp="1")
            self.enable()

        def _index_key(self, sig: Any, codegen: Any) -> Any:
            return sig, codegen.magic_tuple(), text, os.environ.get("NUMBA_OPT", ""), os.environ.get("NUMBA_BOUNDSCHECK", "")

        def load_overload(self, sig: Any, target_context: Any) -> Any:
            try:
                return super().load_overload(sig, target_context)
            except Exception:  # noqa: BLE001 - a damaged cache file may raise anything; it is made anew
                self._forget()
                return None

        def save_overload(self, sig: Any, data: Any) -> None:
            try:
                super().save_overload(sig, data)
            except OSError:
                self.disable()

        def _forget(self) -> None:
            try:
                self.flush()
            except OSError:
                self.disable()

    return KernelCache()


class Kernel:
    """A function that is compiled when it is first called; `plain` is the function itself."""

    def __init__(self, plain: Callable[..., Any], name: str, *, allocates: bool = False, inline: bool = False) -> None:
        self.plain = plain
        self.name = name
        self.allocates = allocates
        self.inline = inline
        self.__name__ = plain.__name__
        self.__doc__ = plain.__doc__
        self._compiled: Any = None
        self._off: Any = None

    def __call__(self, *arguments: Any) -> Any:
        """Run the kernel, compiled or plain as `jit_enabled()` says."""
        try:
            return self.ready()(*arguments)
        except Exception as error:
            self._explain(error)
            raise

    def ready(self) -> Callable[..., Any]:
        """Return the callable to use from now on: the compiled function, or the plain one with the JIT off."""
        if not jit_enabled():
            if self._off is None:
                self._off = _as_records(self.plain)
            return self._off  # type: ignore[no-any-return]
        if self._compiled is None:
            import numba

            flags: dict[str, Any] = {"nogil": True, "forceinline": self.inline, HEAP: self.allocates}
            compiled: Any = numba.njit(**flags)(self.plain)
            compiled.get_call_template = partial(_by_type, compiled.get_call_template)
            folder = cache_folder(self.plain)
            if folder is not None:
                compiled._cache = _cache(self.plain, self.name, folder)  # noqa: SLF001 - numba has no public door for it
            self._compiled = compiled
        return self._compiled  # type: ignore[no-any-return]

    def entry(self, *example: Any) -> Callable[..., Any]:
        """Return the compiled entry for arguments of exactly these types and layouts, without numba's dispatch.

        It is for callers that guarantee the types, as the stream does: a third of the cost of a dispatched call.
        """
        ready = self.ready()
        if not jit_enabled():
            return ready
        import numba
        from numba.core.errors import TypingError

        signature = tuple(numba.typeof(argument) for argument in example)
        try:
            ready.compile(signature)  # type: ignore[attr-defined]
        except TypingError as error:
            self._explain(error)
            raise
        return ready.overloads[signature].entry_point  # type: ignore[attr-defined,no-any-return]

    def _explain(self, error: Exception) -> None:
        """Raise numba's refusal of a heap array in plain words; return for any other error."""
        if ALLOCATION in str(error):
            raise TypeError(f"{self.name} makes an array: give it a place in the ring, or say kernel(f, allocates=True)") from error

    @property
    def _numba_type_(self) -> Any:
        """Let a kernel call another kernel: numba asks a global for this."""
        return self.ready()._numba_type_  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        return f"kernel({self.name})"

    def __reduce__(self) -> str:
        raise TypeError("kernels are not pickled; name the algorithm")


def _by_type(template: Callable[..., Any], args: Any, kws: Any) -> Any:
    """Return numba's answer to a call with the types of its arguments alone: else each number written in a call compiles anew."""
    from numba.core.types import unliteral  # type: ignore[attr-defined]

    return template(tuple(unliteral(one) for one in args), {name: unliteral(one) for name, one in kws.items()})


def _as_records(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Return `plain` with structured arrays given as record arrays, whose rows have attributes as in compiled code."""

    @wraps(plain)
    def run(*arguments: Any) -> Any:
        return plain(
            *(
                a.view(np.recarray) if isinstance(a, np.ndarray) and a.dtype.names and not isinstance(a, np.recarray) else a
                for a in arguments
            )
        )

    return run


def kernel(function: Callable[..., Any], name: str | None = None, *, allocates: bool = False, inline: bool = False) -> Kernel:
    """Return `function` as a kernel: compiled at its first call, no fastmath, no parallel, nogil.

    `name` keys the cache where several kernels come from one function text (closures); else module and qualname do.
    allocates: whether the function itself makes arrays. Without it the code has no reference counts, which is up to a
    third faster, and a step that makes an array does not compile: constant memory is proven by the compiler (ADR 0024).
    inline: compiled into its callers whatever its size; for what runs at every sample and is called from one place.
    """
    return Kernel(function, name or f"{function.__module__}.{function.__qualname__}", allocates=allocates, inline=inline)
