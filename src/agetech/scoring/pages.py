"""The page of an instrument in Markdown, English or Chinese, derived from its file.

`python -m agetech.scoring.pages docs` writes docs/en/scoring/instruments/ and docs/zh/scoring/instruments/; a test
compares them with the files.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agetech.scoring.card import LEVEL
from agetech.scoring.catalogue import every
from agetech.scoring.gates import licence
from agetech.scoring.instrument import Bands, Instrument, Item, Scheme
from agetech.scoring.result import SCREENING

T: dict[str, dict[str, str]] = {
    "made": {
        "en": "Generated from `{file}`; do not edit.",
        "zh": "由 `{file}` 生成，请勿直接修改。",
    },
    "items": {"en": "Items", "zh": "条目"},
    "answer": {"en": "allowed", "zh": "允许取值"},
    "label": {"en": "label", "zh": "标签"},
    "rule": {"en": "Rule", "zh": "计分规则"},
    "sum": {"en": "Sum of the points of all items", "zh": "各条目得分之和"},
    "function": {"en": "Function `{method}` of `agetech.scoring.rules`", "zh": "`agetech.scoring.rules` 中的函数 `{method}`"},
    "factor": {"en": "times {factor}", "zh": "再乘以 {factor}"},
    "reverse": {"en": "Reverse-keyed: {ids}", "zh": "反向计分条目：{ids}"},
    "total": {"en": "Total {lo} to {hi}; {direction}", "zh": "总分 {lo} 至 {hi}；{direction}"},
    "none": {"en": "No total; the result is a class", "zh": "无总分，结果为分类"},
    "higher_worse": {"en": "higher is worse", "zh": "分数越高越差"},
    "higher_better": {"en": "higher is better", "zh": "分数越高越好"},
    "categorical": {"en": "classes only", "zh": "仅分类"},
    "parts": {"en": "Parts", "zh": "分量表"},
    "schemes": {"en": "Schemes", "zh": "界值方案"},
    "standard": {"en": "used when none is named", "zh": "未指定时使用"},
    "population": {"en": "Population: {text}", "zh": "人群：{text}"},
    "backing": {"en": "Backing: {level}; sources: {sources}", "zh": "依据：{level}；来源：{sources}"},
    "wanted": {"en": "Wanted: {text}", "zh": "尚缺：{text}"},
    "beside": {"en": "Gives `strata_result` beside the default classes", "zh": "在默认分类之外另给出 `strata_result`"},
    "classes": {"en": "Classes", "zh": "分类代码"},
    "code": {"en": "code", "zh": "代码"},
    "missing": {"en": "Missing answers", "zh": "缺失答案"},
    "complete": {"en": "No score unless complete.", "zh": "不完整则不计分。"},
    "mean": {
        "en": "Up to {n} missing items take the mean of the others, rounded {how}; status `prorated`.",
        "zh": "最多 {n} 个缺失条目按其余条目均值折算，取整方式 {how}；状态为 `prorated`。",
    },
    "bounds": {
        "en": "The class is given where every completion agrees; status `bounded`.",
        "zh": "若所有可能答案的分类一致则给出分类；状态为 `bounded`。",
    },
    "three_valued": {
        "en": "Three-valued logic: the class is given where no missing item can change it.",
        "zh": "三值逻辑：缺失条目不影响结论时给出分类。",
    },
    "absence": {"en": "`{reason}` scores {worth}", "zh": "`{reason}` 记 {worth} 分"},
    "context": {"en": "Context", "zh": "所需信息"},
    "safety": {"en": "Safety flags", "zh": "安全提示"},
    "licence": {"en": "Licence and text", "zh": "授权与文字"},
    "codes": {"en": "Codes", "zh": "术语代码"},
    "verified": {"en": "verified", "zh": "已核实"},
    "unverified": {"en": "not verified, never given out", "zh": "未核实，不输出"},
    "verification": {"en": "Verification", "zh": "核实状态"},
    "arithmetic": {"en": "Arithmetic", "zh": "计分"},
    "bands": {"en": "Classes", "zh": "界值"},
    "sources": {"en": "Sources", "zh": "来源"},
    "undated": {"en": "undated", "zh": "无日期"},
    "printed": {"en": "Where documents differ", "zh": "文献分歧"},
    "remarks": {"en": "Remarks", "zh": "备注"},
    "index": {"en": "Instruments", "zh": "量表目录"},
    "lead": {
        "en": "Every instrument agetech scores, with how far arithmetic and classes are backed by documents.",
        "zh": "本库可计分的全部量表，以及计分与界值的依据等级。",
    },
}


def page(one: Instrument, lang: str) -> str:
    """Return the page of an instrument in one language, as Markdown."""
    return "\n".join(_lines(one, lang)) + "\n"


def index(lang: str) -> str:
    """Return the list of all instruments in one language, as Markdown with links to their pages."""
    heads = ["id", T["label"][lang], T["arithmetic"][lang], T["bands"][lang]]
    rows = []
    for one in every():
        backing = one.document["verification"]
        levels = [LEVEL[backing[part]["level"]][lang] for part in ("arithmetic", "bands")]
        rows.append([f"[{one.id}]({one.id}.md)", one.name[lang], *levels])
    return "\n".join([f"# {T['index'][lang]}", "", T["lead"][lang], "", SCREENING[lang], "", *_table(heads, rows)]) + "\n"


def _lines(one: Instrument, lang: str) -> Iterator[str]:
    doc = one.document
    yield f"# {one.name[lang]}"
    yield ""
    yield f"`{one.id}` {one.version} · {SCREENING[lang]}"
    yield ""
    yield T["made"][lang].format(file=f"scoring/instruments/{one.id}.json")
    yield from _section("items", lang, _table(["id", T["label"][lang], T["answer"][lang]], [_item(item, lang) for item in one.items]))
    yield from _section("rule", lang, _rule(one, lang))
    if one.subscales:
        yield from _section("parts", lang, [f"- `{name}`: {', '.join(ids)}" for name, ids in one.subscales.items()])
    yield from _section("schemes", lang, [line for scheme in one.schemes.values() for line in _scheme(one, scheme, lang)])
    categories = doc["rule"].get("categories", {})
    if categories:
        yield from _section("classes", lang, [f"- `{code}`: {words[lang]}" for code, words in categories.items()])
    yield from _section("missing", lang, _missing(one, lang))
    if one.context:
        yield from _section("context", lang, [f"- `{name}`: {entry['label'][lang]}" for name, entry in one.context.items()])
    if doc.get("safety"):
        yield from _section("safety", lang, [f"- `{entry['flag']}`: {entry['label'][lang]}" for entry in doc["safety"]])
    yield from _section("licence", lang, [licence(one, lang)])
    if doc.get("codes"):
        known = {True: T["verified"][lang], False: T["unverified"][lang]}
        yield from _section("codes", lang, [f"- {c['system']} `{c['code']}` ({c['role']}): {known[c['verified']]}" for c in doc["codes"]])
    yield from _section("verification", lang, [_backed(T[part][lang], doc["verification"][part], lang) for part in ("arithmetic", "bands")])
    yield from _section("sources", lang, [_source(entry, lang) for entry in doc["sources"]])
    if doc.get("discrepancy"):
        yield from _section("printed", lang, [doc["discrepancy"]])
    if doc.get("remarks"):
        yield from _section("remarks", lang, [f"- {remark}" for remark in doc["remarks"]])


def _section(key: str, lang: str, lines: list[str]) -> Iterator[str]:
    yield ""
    yield f"## {T[key][lang]}"
    yield ""
    yield from lines


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    return [_cells(heads), "|" + " --- |" * len(heads), *(_cells(row) for row in rows)]


def _cells(row: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def _item(item: Item, lang: str) -> list[str]:
    few = item.options and len(item.options) <= 12  # noqa: PLR2004 - fits a cell
    allowed = ", ".join(f"{v:g}" for v in item.options) if few else f"{item.lo:g}–{item.hi:g}"
    worth = "; ".join(T["absence"][lang].format(reason=reason, worth=f"{v:g}") for reason, v in item.absences.items())
    return [f"`{item.id}`", item.label[lang], allowed + (f" {item.unit}" if item.unit else "") + (f" ({worth})" if worth else "")]


def _rule(one: Instrument, lang: str) -> list[str]:
    rule = one.document["rule"]
    first = T["sum"][lang] if one.method == "sum" else T["function"][lang].format(method=one.method)
    lines = [first + (", " + T["factor"][lang].format(factor=rule["factor"]) if rule.get("factor") else "")]
    if rule.get("reverse"):
        lines += ["", T["reverse"][lang].format(ids=", ".join(rule["reverse"]))]
    if rule.get("text"):
        lines += ["", "> " + rule["text"]]
    total = one.document["total"]
    way = T[one.document["direction"]][lang]
    said = T["none"][lang] if total is None else T["total"][lang].format(lo=f"{total['min']:g}", hi=f"{total['max']:g}", direction=way)
    return [*lines, "", said]


def _scheme(one: Instrument, scheme: Scheme, lang: str) -> list[str]:
    entry = scheme.document
    lines = ["", f"### `{scheme.id}`" + (f" ({T['standard'][lang]})" if scheme.id == one.default_scheme else ""), ""]
    if entry.get("label"):
        lines += [entry["label"][lang], ""]
    if entry.get("population"):
        lines += [T["population"][lang].format(text=entry["population"]), ""]
    if scheme.gives == "strata_result":
        lines += [T["beside"][lang], ""]
    if scheme.bands is not None:
        lines += [*_bands(scheme.bands, lang), ""]
    for stratum in scheme.strata:
        lines += [f"`{stratum.id}`", "", *_bands(stratum.bands, lang), ""]
    lines.append(T["backing"][lang].format(level=LEVEL[scheme.level][lang], sources=", ".join(scheme.sources) or "–"))
    if scheme.wanted:
        lines += ["", T["wanted"][lang].format(text=scheme.wanted)]
    if entry.get("note"):
        lines += ["", entry["note"]]
    return lines


def _bands(bands: Bands, lang: str) -> list[str]:
    rows = [[f"{band.lo:g}–{band.hi:g}", f"`{band.code}`", band.label[lang]] for band in bands.bands]
    return _table(["", T["code"][lang], T["label"][lang]], rows)


def _missing(one: Instrument, lang: str) -> list[str]:
    policy = one.missing
    lines = [T[policy["policy"]][lang].format(n=policy.get("max_missing"), how=policy.get("rounding"))]
    if policy["policy"] == "mean":
        lines += ["", T["backing"][lang].format(level=LEVEL[policy["level"]][lang], sources=", ".join(policy["sources"]) or "–")]
    for key in ("wanted", "note"):
        if policy.get(key):
            lines += ["", T["wanted"][lang].format(text=policy[key]) if key == "wanted" else policy[key]]
    return lines


def _backed(part: str, entry: Mapping[str, Any], lang: str) -> str:
    line = f"- {part}: {LEVEL[entry['level']][lang]}"
    return line + (". " + T["wanted"][lang].format(text=entry["wanted"]) if entry.get("wanted") else "")


def _source(entry: Mapping[str, Any], lang: str) -> str:
    place = entry["place"]
    return f"- `{entry['id']}`: {entry['title']} ({entry['year'] or T['undated'][lang]}), {place}. {entry['states']}"


def write(docs: Path) -> int:
    """Write the pages of all instruments and the lists under a documentation folder; return how many files."""
    count = 0
    for lang in ("en", "zh"):
        folder = docs / lang / "scoring" / "instruments"
        folder.mkdir(parents=True, exist_ok=True)
        pages = {one.id: page(one, lang) for one in every()} | {"index": index(lang)}
        for name, content in pages.items():
            (folder / f"{name}.md").write_text(content, encoding="utf-8", newline="\n")
            count += 1
    return count


if __name__ == "__main__":
    sys.stdout.write(f"{write(Path(sys.argv[1] if len(sys.argv) > 1 else 'docs'))} pages\n")
