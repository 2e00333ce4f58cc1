"""The page of a night, for a carer: breathing rate, SpO2, events of breathing and, where given, the heart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agetech.errors import Language
from agetech.report.chart import Chart, Line, Signal, limits, points_path, time_ticks, value_ticks
from agetech.report.page import Block, Fact, Facts, Item, Lane, Notes, Page, Section, Timeline, write_page
from agetech.report.text import chosen, visible
from agetech.signals.sleep import BreathEventKind, breathing_index, time_below

if TYPE_CHECKING:
    from agetech.core.declare import Records

MOST_POINTS = 2000
WORDS = {
    "title": ("A night of breathing", "一夜呼吸"),
    "simulated": ("simulated", "仿真"),
    "summary": ("Summary", "概要"),
    "course": ("Course of the night", "夜间变化"),
    "events": ("Events of breathing", "呼吸事件"),
    "limits": ("What this page is not", "本页的局限"),
    "rate": ("Breathing rate", "呼吸频率"),
    "spo2": ("SpO2", "血氧饱和度"),
    "heart": ("Heart rate", "心率"),
    "median": ("median", "中位数"),
    "answered": ("of windows answered", "的窗给出结果"),
    "per_hour": ("events per hour", "每小时事件数"),
    "below": ("time below 90 %", "低于 90 % 的时间"),
    "unconfirmed": ("unconfirmed hypopneas", "未证实的低通气"),
    "minutes": ("min", "分钟"),
    "APNEA": ("Apnea", "呼吸暂停"),
    "HYPOPNEA": ("Hypopnea", "低通气"),
    "HYPOPNEA_UNCONFIRMED": ("Hypopnea, unconfirmed", "低通气（未证实）"),
    "DESATURATION": ("Desaturation", "氧减"),
    "PERIODIC": ("Periodic breathing", "周期性呼吸"),
    "note1": (
        "A screening aid, not a diagnosis: sleep itself and arousals are not measured, and one signal cannot tell kinds of apnea apart.",
        "仅供筛查，不是诊断：未测量睡眠本身与微觉醒，单路信号也不能区分呼吸暂停的类型。",
    ),
    "note2": ("Rates that could not be trusted are left out of the curve.", "不可信的频率未绘入曲线。"),
}


@dataclass(frozen=True, kw_only=True)
class NightEvidence:
    """What the page shows. rates: rows of `respiration.rate`; events: of `sleep.breathing`; both in samples at `fs` Hz.

    spo2: percent, one a second, or None. heart: (time in s, per minute), or None. seconds: length of the night.
    """

    seconds: float
    fs: float
    rates: Records
    events: Records
    spo2: Signal | None = None
    heart: tuple[Signal, Signal] | None = None
    simulated: bool = False


def night_page(night: NightEvidence, *, lang: Language | None = None) -> str:
    """Return the page of a night as one self-contained HTML document."""
    tongue = chosen(lang)
    curves = [
        _chart("rate", 0.5 * (night.rates["start"] + night.rates["end"]) / night.fs, night.rates["rate"], "/min", night.seconds, tongue)
    ]
    if night.spo2 is not None:
        curves.append(_chart("spo2", np.arange(night.spo2.size, dtype=np.float64), night.spo2, "%", night.seconds, tongue))
    if night.heart is not None:
        curves.append(_chart("heart", *night.heart, "/min", night.seconds, tongue))
    sections = (
        Section(word("summary", tongue), (_facts(night, tongue),)),
        Section(word("course", tongue), tuple(one for one in curves if one is not None)),
        Section(word("events", tongue), (_timeline(night, tongue),)),
        Section(word("limits", tongue), (Notes((word("note1", tongue), word("note2", tongue)), "notice"),)),
    )
    badge = word("simulated", tongue) if night.simulated else ""
    return write_page(Page(tongue, visible(word("title", tongue)), "respiration.rate, sleep.breathing", sections, (), badge))


def word(name: str, lang: Language) -> str:
    """Return one of the page's words."""
    return WORDS[name][1 if lang == "zh" else 0]


def _facts(night: NightEvidence, lang: Language) -> Block:
    made = breathing_index(night.events, max(night.seconds, 1.0) / 3600.0, fs=night.fs)
    there = np.isfinite(night.rates["rate"])
    middle = float(np.median(night.rates["rate"][there])) if there.any() else math.nan
    share = 100.0 * float(np.mean(there)) if there.size else 0.0
    facts = [
        Fact(word("rate", lang), f"{middle:.1f} /min", f"{word('median', lang)}; {share:.0f} % {word('answered', lang)}"),
        Fact(made.name, f"{made.per_hour:.1f} /h", f"{word('per_hour', lang)}, {made.rule}"),
    ]
    if made.unconfirmed:
        facts.append(Fact(word("unconfirmed", lang), str(made.unconfirmed)))
    if night.spo2 is not None:
        low, valid = time_below(night.spo2, 1.0)
        facts.append(Fact("ODI3 / ODI4", f"{made.odi3:.1f} / {made.odi4:.1f} /h"))
        facts.append(
            Fact(word("below", lang), f"{low / 60.0:.0f} {word('minutes', lang)}", f"/ {valid / 60.0:.0f} {word('minutes', lang)}")
        )
    return Facts(tuple(facts))


def _chart(name: str, at: Signal, values: Signal, unit: str, seconds: float, lang: Language) -> Chart | None:
    step = max(1, -(-len(values) // MOST_POINTS))
    shown = np.asarray(values[::step], dtype=np.float64)
    if not np.isfinite(shown).any():
        return None
    low, high = limits([shown])
    margin = max(0.0, 0.1 * max(abs(low), abs(high)) - (high - low)) / 2.0
    bottom, top, ticks = value_ticks(low - margin, high + margin)
    line = Line(word(name, lang), points_path(100.0 * np.asarray(at[::step]) / seconds, shown, bottom, top))
    return Chart(word(name, lang), word(name, lang), unit, (line,), time_ticks(0.0, seconds, None), ticks)


def _timeline(night: NightEvidence, lang: Language) -> Block:
    lanes = []
    for kind in BreathEventKind:
        rows = night.events[night.events["kind"] == kind]
        if len(rows):
            whole = night.seconds * night.fs
            items = tuple(
                Item(
                    100.0 * float(row["onset"]) / whole,
                    max(0.1, 100.0 * float(row["offset"] - row["onset"]) / whole),
                    word(kind.name, lang),
                )
                for row in rows
            )
            lanes.append(Lane(f"{word(kind.name, lang)} ({len(rows)})", items))
    return Timeline(word("events", lang), tuple(lanes), time_ticks(0.0, night.seconds, None))
