"""Item text behind a licence gate: what may ship is here, everything else comes from the tenant's licensed file.

agetech ships no wording of a reserved instrument. For open instruments and physical measures it ships short labels in
its own words, which are not the validated wording; a licensed file always takes their place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agetech.errors import ParamsError, SchemaError
from agetech.scoring.catalogue import instrument as _find
from agetech.scoring.instrument import Instrument

LARGEST_FILE = 1_000_000
WORDS = {
    "open": {"en": "open", "zh": "开放使用"},
    "measurement": {"en": "a physical measure, no protected text", "zh": "测量项目，无受保护文字"},
    "free_use_text_reserved": {"en": "free to use clinically, its text reserved", "zh": "临床免费使用，文字受保护"},
    "reserved": {"en": "reserved", "zh": "受版权保护"},
    "official_document": {"en": "an official document, facts only", "zh": "官方文件，仅载事实"},
}


@dataclass(frozen=True, slots=True)
class ItemText:
    """What to ask: item id -> text, answer -> text, and where the wording is from.

    validated: whether this is the instrument's own wording (a licensed file says so), not a label of ours.
    """

    instrument: str
    version: str
    lang: str
    items: Mapping[str, str]
    answers: Mapping[str, str]
    validated: bool
    licensee: str = ""
    licence: str = ""


def licence(instrument: str | Instrument, lang: str = "en") -> str:
    """Return the licence class of an instrument in words, and whether a person has confirmed it."""
    one = _find(instrument)
    entry = one.document["licence"]
    state = {"en": "confirmed" if entry["confirmed"] else "not confirmed", "zh": "已确认" if entry["confirmed"] else "未经确认"}
    return f"{WORDS[entry['class']][lang]} ({state[lang]})" if lang == "en" else f"{WORDS[entry['class']][lang]}（{state[lang]}）"


def ships_text(one: Instrument) -> bool:
    """Return whether agetech itself has labels that can be asked: an open class, and a label for every item."""
    entry = one.document["licence"]
    return bool(entry["ships_text"]) and not any(item.label["en"].startswith("item ") for item in one.items)


def text(instrument: str | Instrument, lang: str = "en", licensed: str | Path | None = None) -> ItemText:
    """Return the item texts of an instrument in one language.

    licensed: the tenant's JSON file with `instrument`, `version`, `licensee`, `licence`, `lang` and `items` (item id
    -> text), optionally `answers`. Without it only open instruments and physical measures have text, as labels of
    ours. Raises ParamsError where the text is reserved or not there, SchemaError for a file that does not hold.
    """
    one = _find(instrument)
    if lang not in ("en", "zh"):
        raise ParamsError("E_PARAM", f"scoring.{one.id}: lang", expected="en or zh", got=lang)
    if licensed is not None:
        return _licensed(one, lang, Path(licensed))
    if not ships_text(one):
        reserved = not one.document["licence"]["ships_text"]
        said = licence(one, "en") if reserved else "not shipped"
        raise ParamsError("E_TEXT_LICENCE", f"scoring.{one.id}", expected=said, got=one.id)
    items = {item.id: item.label[lang] + (f" ({item.unit})" if item.unit else "") for item in one.items}
    answers = {value: words[lang] for value, words in one.document.get("answers", {}).items()}
    return ItemText(one.id, one.version, lang, items, answers, validated=False)


def _licensed(one: Instrument, lang: str, path: Path) -> ItemText:
    """Return the texts of a licensed file, every item of the instrument exactly once."""
    if path.stat().st_size > LARGEST_FILE:
        raise SchemaError("E_TEXT_FILE", path.name, expected=f"at most {LARGEST_FILE} bytes", got=path.stat().st_size)
    try:
        document: Any = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SchemaError("E_TEXT_FILE", path.name, expected="JSON in UTF-8", got=str(error)) from None
    wanted = {"instrument": one.id, "version": one.version, "lang": lang}
    for field, value in wanted.items():
        if not isinstance(document, dict) or document.get(field) != value:
            got = document.get(field) if isinstance(document, dict) else type(document).__name__
            raise SchemaError("E_TEXT_FILE", f"{path.name}: {field}", expected=value, got=str(got))
    for field in ("licensee", "licence"):
        if not isinstance(document.get(field), str) or not document[field].strip():
            raise SchemaError("E_TEXT_FILE", f"{path.name}: {field}", expected="who may use the wording, and by what", got="nothing")
    items: Any = document.get("items")
    answers: Any = document.get("answers", {})
    if not _texts(items) or set(items) != set(one.by_id):
        raise SchemaError("E_TEXT_FILE", f"{path.name}: items", expected=", ".join(one.by_id), got=str(items)[:80])
    if not _texts(answers):
        raise SchemaError("E_TEXT_FILE", f"{path.name}: answers", expected="answer -> text", got=str(answers)[:80])
    who, by = document["licensee"], document["licence"]
    return ItemText(one.id, one.version, lang, items, answers, validated=True, licensee=who, licence=by)


def _texts(found: Any) -> bool:
    return isinstance(found, dict) and all(isinstance(k, str) and isinstance(v, str) and v.strip() for k, v in found.items())
