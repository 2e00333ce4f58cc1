"""The figures of the two algorithm pages, from docs/evidence/falls.json, between the marks that the pages hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from benchmarks import evidence
from benchmarks.falls.data import ROOT

MARKS = re.compile(r"<!-- figures: (?P<name>[\w.]+) -->\n.*?<!-- end -->", re.DOTALL)
WORDS = {
    "en": {
        "head": "| recordings | sensitivity, % | specificity, % | false alarms per hour |",
        "all": "all",
        "elders": "elders",
        "gentle": "gentle activities",
        "baseline": "falls.threshold",
        "impact": "Impact within 0.2 s of the largest \\|a\\|: {near}. Inside the hand label: {inside}. "
        "Calibration error: {error} over {rows} rows. Largest delay: {delay} s.",
        "waist": "**Waist** (SisFall)",
        "wrist": "**Wrist** (WEDA-FALL)",
        "none": "no label",
    },
    "zh": {
        "head": "| 记录 | 灵敏度，% | 特异度，% | 每小时误报 |",
        "all": "全部",
        "elders": "老年人",
        "gentle": "平缓活动",
        "baseline": "falls.threshold",
        "impact": "冲击距最大\\|a\\|在0.2秒以内：{near}。位于人工标注内：{inside}。校准误差：{error}（{rows}行）。最大延迟：{delay}秒。",
        "waist": "**腰部**（SisFall）",
        "wrist": "**手腕**（WEDA-FALL）",
        "none": "无标注",
    },
}


def cell(share: dict[str, Any]) -> str:
    """Return one figure with n and its interval."""
    if share["value"] is None:
        return "-"
    interval = "" if share["low"] is None else f" ({share['low']:g}-{share['high']:g})"
    return f"{share['value']:g}{interval}, n {share['n']}"


def line(name: str, detection: dict[str, Any]) -> str:
    """Return one line of a table."""
    cells = [cell(detection[part]) for part in ("sensitivity", "specificity", "alarms_per_hour")]
    return f"| {name} | {' | '.join(cells)} |"


def table(language: str, placement: str, figures: dict[str, Any]) -> list[str]:
    """Return everything shown of one placement."""
    words = WORDS[language]
    lines = [
        words[placement],
        "",
        words["head"],
        "| --- | --- | --- | --- |",
        line(words["all"], figures["all"]),
        line(words["elders"], figures["elders"]),
    ]
    if "gentle" in figures:
        lines.append(line(words["gentle"], figures["gentle"]))
    lines += [line(name, one) for name, one in figures["slices"].items()]
    lines.append(line(words["baseline"], figures["baselines"]["falls.threshold"]))
    timing = figures["timing"]
    inside = cell(timing["inside_label"]) if "inside_label" in timing else words["none"]
    told = words["impact"].format(
        near=cell(timing["near_largest"]),
        inside=inside,
        error=figures["calibration"]["error"],
        rows=figures["calibration"]["rows"],
        delay=timing["longest_delay_s"],
    )
    return [*lines, "", told]


def text(name: str, language: str, figures: dict[str, Any]) -> str:
    """Return the figures of one page between their marks."""
    if name == "falls.threshold":
        lines = [WORDS[language]["head"], "| --- | --- | --- | --- |"]
        lines.append(line(WORDS[language]["waist"].replace("*", ""), figures["waist"]["baselines"]["falls.threshold"]))
    else:
        lines = [*table(language, "waist", figures["waist"]), "", *table(language, "wrist", figures["wrist"])]
    return "\n".join([f"<!-- figures: {name} -->", "", *lines, "", "<!-- end -->"])


def filled(page: Path, figures: dict[str, Any]) -> str:
    """Return a page with the figures that the evidence holds."""
    language = page.parent.parent.name
    return MARKS.sub(lambda found: text(found["name"], language, figures), page.read_text(encoding="utf-8"))


def all_pages() -> list[Path]:
    """Return the pages that hold figures of falls."""
    return [ROOT / "docs" / language / "algorithms" / f"{name}.md" for language in WORDS for name in ("falls-impact", "falls-threshold")]


def write() -> list[Path]:
    """Fill in the figures of all pages."""
    figures = evidence.read("falls")["figures"]
    for page in all_pages():
        page.write_text(filled(page, figures), encoding="utf-8")
    return all_pages()
