"""A result as a clear card of plain text: headings in one language; name, class, flags and notice in both."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from agetech.scoring.catalogue import instrument as _find
from agetech.scoring.instrument import Instrument
from agetech.scoring.result import FROM_MEMORY, NOT_OFFICIAL, Score

WORDS = {
    "status": {"en": "Status", "zh": "状态"},
    "total": {"en": "Total", "zh": "总分"},
    "category": {"en": "Category", "zh": "分类"},
    "scheme": {"en": "Scheme", "zh": "界值方案"},
    "subscores": {"en": "Parts", "zh": "分项"},
    "values": {"en": "Further", "zh": "其他结果"},
    "missing": {"en": "Missing", "zh": "缺失条目"},
    "missing_context": {"en": "Needed", "zh": "缺少信息"},
    "errors": {"en": "Not valid", "zh": "无效答案"},
    "adjustments": {"en": "Adjusted", "zh": "调整"},
    "disputed": {"en": "Disputed", "zh": "界值有争议"},
    "withheld": {"en": "Withheld", "zh": "暂不给出"},
    "refusal": {"en": "Refused", "zh": "不予计算"},
    "backing": {"en": "Backing", "zh": "依据等级"},
    "safety": {"en": "ATTENTION", "zh": "请注意"},
}
STATUS = {
    "ok": {"en": "scored", "zh": "已计分"},
    "prorated": {"en": "scored, missing items filled by the stated rule", "zh": "已计分（缺失条目按规则折算）"},
    "bounded": {"en": "category certain although items lack", "zh": "条目缺失但分类已确定"},
    "incomplete": {"en": "incomplete, no score", "zh": "不完整，未计分"},
    "invalid": {"en": "invalid, no score", "zh": "答案无效，未计分"},
    "not_computable": {"en": "not computed", "zh": "不予计算"},
}
REFUSED_IN_CHINESE = {  # the beginning of a refusal; what follows names a document and stays as it is
    NOT_OFFICIAL: "官方结果出自系数未公开的模型：只保存，不计算；尚缺来源：其线性判别与支持向量机的系数",
    FROM_MEMORY: "仅凭记忆；尚缺来源：",
}
LEVEL = {
    "verified": {"en": "verified", "zh": "已核实"},
    "secondary": {"en": "secondary source", "zh": "二手来源"},
    "memory": {"en": "not verified", "zh": "未核实"},
}


def card(score: Score, lang: str = "en") -> str:
    """Return the result as lines of text, the notice "screening, not diagnosis" last; `lang` comes first in each pair."""
    one = _find(score.instrument)
    title = f"{_pair(one.name, lang)}  [{score.instrument} {score.version}]"
    lines = [title, "─" * min(_width(title), 76)]
    both = zip(flags(one, score, lang), flags(one, score, _other(lang)), strict=True)
    lines += [_row(WORDS["safety"][lang], f"{first} / {second}") for first, second in both]
    for key, value in _facts(one, score, lang):
        lines.append(_row(WORDS[key][lang], value))
    lines.append(_row(WORDS["backing"][lang], _backing(score, lang)))
    return "\n".join([*lines, _pair(score.notice, lang)])


def _other(lang: str) -> str:
    return "en" if lang == "zh" else "zh"


def _pair(words: Mapping[str, str], lang: str) -> str:
    """Return a text in both languages, the chosen one first; once where both are the same."""
    first, second = words[lang], words[_other(lang)]
    return first if first == second else f"{first} / {second}"


def flags(one: Instrument, score: Score, lang: str) -> list[str]:
    """Return the raised safety flags in words."""
    words = {entry["flag"]: entry["label"][lang] for entry in one.document.get("safety", ())}
    return [words.get(flag, flag) for flag in score.safety_flags]


def _facts(one: Instrument, score: Score, lang: str) -> list[tuple[str, str]]:
    """Return what the result has to say, in order, empty parts left out."""
    found = [("status", STATUS[score.status][lang])]
    if score.total is not None:
        total = one.document["total"]
        found.append(("total", f"{score.total:g}" + (f" ({total['min']:g}–{total['max']:g})" if total else "")))
    if score.category is not None:
        found.append(("category", f"{_pair(score.labels, lang) if score.labels else score.category} [{score.category}]"))
    if score.scheme is not None and score.scheme != "default":
        found.append(("scheme", score.scheme + (f" / {score.stratum}" if score.stratum else "")))
    listed: list[tuple[str, Any]] = [
        ("subscores", score.subscores),
        ("values", {k: v for k, v in score.values.items() if v is not None}),
        ("adjustments", [entry[lang] for entry in score.adjustments]),
        ("disputed", {scheme: one.labels.get(code, {}).get(lang, code) for scheme, code in score.disputed.items()}),
        ("errors", score.errors),
        ("missing", score.missing),
        ("missing_context", [_context(one, name, lang) for name in score.missing_context]),
        ("withheld", score.withheld),
    ]
    found += [(key, _said(value)) for key, value in listed if value]
    if score.refusal:
        found.append(("refusal", _refusal(score.refusal, lang)))
    return found


def _refusal(said: str, lang: str) -> str:
    """Return why nothing was computed, in one language."""
    for begin, chinese in REFUSED_IN_CHINESE.items():
        if lang == "zh" and said.startswith(begin):
            return chinese + said[len(begin) :]
    return said


def _context(one: Instrument, name: str, lang: str) -> str:
    entry = one.context.get(name)
    return f"{entry['label'][lang]} [{name}]" if entry is not None else name


def _backing(score: Score, lang: str) -> str:
    parts = {"arithmetic": {"en": "arithmetic", "zh": "计分"}, "bands": {"en": "classes", "zh": "界值"}}
    return "; ".join(f"{word[lang]} {LEVEL[score.provenance[part]][lang]}" for part, word in parts.items())


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_said(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_said(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _width(text: str) -> int:
    """Return how many columns a terminal needs: two for wide characters."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _row(word: str, value: str) -> str:
    return word + " " * max(1, 12 - _width(word)) + value
