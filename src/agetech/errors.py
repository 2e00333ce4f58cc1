"""One exception tree; every error has a stable code, a path, what was expected, what came and a remedy.

The texts live in `agetech/messages/*.json`, one file a layer, in English and Chinese. `str(error)` is in
the language of `language()`; `error.message("zh")` gives the other one.
"""

from __future__ import annotations

import json
import locale
import os
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

Language = Literal["en", "zh"]


def language() -> Language:
    """Return the language of messages: AGETECH_LANG if set, else the locale's, else English."""
    chosen = os.environ.get("AGETECH_LANG", "")
    if not chosen:
        named = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
        chosen = next((name for name in named if name), "") or (locale.getlocale()[0] or "")
    return "zh" if chosen.lower().startswith(("zh", "chinese")) else "en"


@lru_cache(maxsize=1)
def catalogue() -> dict[str, dict[str, str]]:
    """Return every message by its code: `en`, `zh`, `remedy_en`, `remedy_zh`, with `{fact}` places."""
    texts: dict[str, dict[str, str]] = {}
    for entry in files("agetech").joinpath("messages").iterdir():
        if entry.name.endswith(".json"):
            for code, text in json.loads(entry.read_text(encoding="utf-8")).items():
                if code in texts:
                    raise RuntimeError(f"message {code} stands in two catalogues")
                texts[code] = text
    return texts


def _one_line(fact: object) -> str:
    """Return a fact as printable text of at most 200 characters: control and direction marks made visible."""
    text = fact if isinstance(fact, str) else repr(fact) if isinstance(fact, bytes) else str(fact)
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[:201])
    return shown if len(text) <= 200 else shown[:200] + "..."  # noqa: PLR2004


class AgetechError(Exception):
    """Base of every error that agetech raises on purpose.

    code: stable name such as `E_SHAPE`; path: the field or input it is about (`falls.impact: acc`);
    facts: what fills the message's places, `expected` and `got` among them. Facts never hold a person's data.
    """

    def __init__(self, code: str, path: str = "", **facts: object) -> None:
        self.code = code
        self.path = path
        self.facts = facts
        super().__init__(code, path)

    @property
    def expected(self) -> str:
        """Return what was expected, as text; empty where the error names nothing."""
        return _one_line(self.facts.get("expected", ""))

    @property
    def got(self) -> str:
        """Return what came instead, as text; empty where the error names nothing."""
        return _one_line(self.facts.get("got", ""))

    def message(self, lang: Language | None = None) -> str:
        """Return `path: what is wrong` in one language, without the remedy."""
        text = self._fill(lang or language())
        return f"{_one_line(self.path)}: {text}" if self.path else text

    def remedy(self, lang: Language | None = None) -> str:
        """Return what the caller can do about it, in one language."""
        return self._fill(lang or language(), "remedy_")

    def _fill(self, lang: Language, part: str = "") -> str:
        text = catalogue().get(self.code, {}).get(part + lang, "" if part else "{expected} / {got}")
        facts = {name: _one_line(fact) for name, fact in self.facts.items()}
        return text.format_map(_Facts(facts))

    def as_dict(self) -> dict[str, Any]:
        """Return code, path, expected, got and the texts in both languages, ready for JSON."""
        return {
            "code": self.code,
            "path": _one_line(self.path),
            "expected": self.expected,
            "got": self.got,
            "message": {"en": self.message("en"), "zh": self.message("zh")},
            "remedy": {"en": self.remedy("en"), "zh": self.remedy("zh")},
        }

    def __str__(self) -> str:
        return f"[{self.code}] {self.message()}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AgetechError) and type(self) is type(other) and self.as_dict() == other.as_dict()

    __hash__ = Exception.__hash__

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.code, self.path, self.facts, self.__dict__)


def _rebuild(kind: type[AgetechError], code: str, path: str, facts: dict[str, object], more: dict[str, Any]) -> AgetechError:
    error = kind(code, path, **facts)
    error.__dict__.update(more)
    return error


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


class SignalError(AgetechError):
    """A signal that must be refused: shape, dtype, rate, unit or values that its unit makes impossible."""


class ParamsError(AgetechError):
    """A parameter, an algorithm id, an instrument or a scheme that is unknown or out of its bounds."""


class SchemaError(AgetechError):
    """A document that does not follow its schema, or a schema that cannot be used."""


class CheckpointError(AgetechError):
    """A saved state that is not whole, not ours, or not of this algorithm and these parameters."""


class ExchangeError(AgetechError):
    """A file or message that cannot be read or written: format, encoding, size, place."""
