"""The page of an event algorithm: everything is on it, in both languages, and nothing from outside gets out of its place."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest

from agetech.report import events_page
from agetech.report.events import MOST_DETAILS, MOST_ROWS, incidents
from agetech.report.page import environment
from tests.unit.report.made import Kind, Stage, evidence

VOID = {"meta", "link", "br", "path", "rect"}
NASTY = "<script>alert(1)</script>\"'&\x1b[31m\u202e\u2066\x00 onload=x"


class Outline(HTMLParser):
    """Tags in order; refuses tags that do not nest."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.open, self.words = [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    def named(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def given():
    return evidence()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_holds_what_was_found(given, lang):
    page = Outline(events_page(given, lang=lang))
    rows = given.rows
    assert page.named("html") == [{"lang": {"en": "en", "zh": "zh-Hans"}[lang]}]
    for word in {
        "en": ("simulated", "Fall (long lie)", "Device dropped", "61.2", "0.988", "Not a medical device", "falls.made@1.2.3", "m/s²"),
        "zh": ("模拟数据", "跌倒（久卧不起）", "设备跌落", "61.2", "0.988", "不是医疗器械", "falls.made@1.2.3"),
    }[lang]:
        assert word in page.text
    shown, found = len(given.algorithm.fields) - 1, len(incidents(given))
    assert len(page.named("tr")) == 1 + len(rows) + found * (1 + shown) + 1 + len(given.algorithm.fields)
    assert given.params.digest() in page.text


def test_the_same_evidence_gives_the_same_page(given):
    assert events_page(given, lang="en") == events_page(evidence(), lang="en")


def test_the_page_needs_nothing_from_outside(given):
    text = events_page(given, lang="en")
    page = Outline(text)
    assert not page.named("script")
    assert not [attrs for _, attrs in page.tags if {"src", "srcset", "data", "action", "background", "onload", "onerror"} & set(attrs)]
    assert {attrs["href"] for _, attrs in page.tags if "href" in attrs} == {"data:,", "#main"}
    assert "default-src 'none'" in text
    assert not re.search(r"https?:|@import|url\(", text)


def test_headings_never_skip_a_step(given):
    levels = [int(tag[1]) for tag, _ in Outline(events_page(given, lang="en")).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_drawing_has_words(given):
    charts = [attrs for attrs in Outline(events_page(given, lang="en")).named("svg") if attrs.get("role") == "img"]
    assert len(charts) == 1 + len(incidents(given))
    assert all(attrs["aria-label"] for attrs in charts)


def test_names_from_outside_do_no_harm(given):
    plain = Outline(events_page(given, lang="en"))
    nasty = replace(
        given,
        name=NASTY,
        spans=((0, 100, NASTY),),
        truth=((50, NASTY),),
        contributions={1: {NASTY: 1.0}},
    )
    text = events_page(nasty, lang="en", title=NASTY)
    page = Outline(text)
    assert not page.named("script")
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in plain.tags}
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    for sign in ("\x1b", "\u202e", "\u2066", "\x00"):
        assert sign not in text
    assert "<script>alert(1)</script>" in page.text
    assert "\\u202e" in page.text


def test_no_event_is_said_in_words(given):
    nothing = replace(given, rows=given.rows[:0], contributions={})
    assert "No event was found." in Outline(events_page(nothing, lang="en")).text
    assert "未发现事件" in Outline(events_page(nothing, lang="zh")).text


def test_an_empty_recording_has_a_page(given):
    nothing = replace(given, rows=given.rows[:0], signal=np.zeros((0, 3)), spans=(), truth=(), contributions={})
    assert "0.0 s" in Outline(events_page(nothing, lang="en")).text


def test_missing_samples_are_stated(given):
    signal = given.signal.copy()
    signal[1000:2000] = np.nan
    text = Outline(events_page(replace(given, signal=signal), lang="en")).text
    assert f"{100 * 1000 / len(signal):.1f} %" in text
    assert "no data" in text


def test_many_events_are_bounded_and_said(given):
    rows = np.zeros(2000, given.rows.dtype)
    rows["onset"] = rows["impact"] = rows["confirmed"] = np.arange(2000) * 2
    rows["kind"], rows["stage"] = Kind.FALL, Stage.DETECTED
    text = events_page(replace(given, rows=rows, contributions={}), lang="en")
    page = Outline(text)
    assert len(page.named("h3")) == MOST_DETAILS
    assert f"{MOST_ROWS} of 2000 rows" in page.text
    assert f"The first {MOST_DETAILS} of 2000 are drawn" in page.text
    assert len(text) < 2_000_000


def test_a_start_turns_positions_into_times_of_day(given):
    page = Outline(events_page(replace(given, start=datetime(2026, 3, 1, 8, 0, tzinfo=UTC)), lang="en"))
    fall = int(given.rows["impact"][1]) / given.fs
    assert f"08:{int(fall // 60):02d}:{int(fall % 60):02d}" in page.text


def test_contributions_are_drawn_and_summed(given):
    page = Outline(events_page(given, lang="en"))
    assert "Sum (logit) +4.35, that is a confidence of 0.987." in page.text
    many = {f"feature {n}": 0.1 * n for n in range(20)}
    page = Outline(events_page(replace(given, contributions={1: many}), lang="en"))
    assert "12 further features" in page.text
    assert "Sum (logit) +19.00" in page.text


def test_a_signal_without_axes_is_drawn_as_it_is(given):
    assert Outline(events_page(replace(given, signal=given.signal[:, 0]), lang="en")).named("svg")


@pytest.mark.parametrize("origin", ["simulated", "staged", "recorded"])
def test_the_origin_is_on_the_page(given, origin):
    pages = {kind: Outline(events_page(replace(given, origin=kind), lang="en")).text for kind in ("simulated", "staged", "recorded")}
    assert len(set(pages.values())) == 3
    assert {"simulated": "nobody fell", "staged": "fell on purpose", "recorded": "not checked by a person"}[origin] in pages[origin]


def test_templates_escape_by_default():
    made = environment()
    assert made.autoescape is True
    assert made.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
    for name in ("page.html", "components.html"):
        assert "safe" not in re.findall(r"\|\s*(\w+)", made.loader.get_source(made, name)[0])


def test_impacts_that_were_no_falls_are_counted_not_listed(given):
    rows = np.concatenate([given.rows, np.repeat(given.rows[:1], 30)])
    rows["kind"][3:] = Kind.IMPACT
    rows["impact"][3:] = rows["onset"][3:] = np.arange(30) * 100
    more = replace(given, rows=rows)
    assert len(incidents(more)) == 2
    page = Outline(events_page(more, lang="en"))
    assert "Other impacts 30" in page.text
    assert len(page.named("h3")) == 2
    assert "3 of 3 rows" in page.text
    only = replace(given, rows=rows[3:], contributions={})
    assert "No event was found." in Outline(events_page(only, lang="en")).text


def test_every_value_of_an_incident_stands_with_its_stage(given):
    text = Outline(events_page(given, lang="en")).text
    assert "Column Detected Long lie Unit" in text
    assert "Clipped no no" in text


def test_events_of_a_series_have_no_clock(given):
    field = replace(given.algorithm.inputs[0], columns=(), kind="series")
    beats = replace(given.algorithm, inputs=(field,))
    made = replace(given, algorithm=beats, signal=np.full(4000, 0.8), fs=0.0, spans=(), truth=())
    page = Outline(events_page(made, lang="en"))
    assert "4000 rows" in page.text
    assert not re.search(r"\d:\d\d:\d\d", page.text.split("Where this comes from")[0].replace("h:mm:ss", ""))
