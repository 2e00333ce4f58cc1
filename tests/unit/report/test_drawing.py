"""What is drawn lies where it belongs: windows round an incident, marks, flags, lanes, columns."""

from dataclasses import replace

import numpy as np
import pytest

from agetech.report import events, values
from agetech.report.chart import value_ticks
from tests.unit.report.made import Kind, evidence


@pytest.fixture(scope="module")
def given():
    return evidence()


def test_a_close_up_goes_from_4_s_before_to_8_s_after(given):
    rows = events.incidents(given)[1]
    chart = events._close_up(given, rows, "en")
    impact, onset = (int(given.rows[name][rows[0]]) for name in ("impact", "onset"))
    first, last = impact - 200, impact + 400
    marks = {mark.flag: mark.left for mark in chart.marks}
    assert marks["B"] == pytest.approx(100.0 / 3.0)
    assert marks["A"] == pytest.approx(100.0 * (onset - first) / (last - first))
    assert marks["C"] == pytest.approx(100.0 * 350 / 600)
    whole = np.sqrt((given.signal[first : last + 1] ** 2).sum(axis=1))
    assert chart.lines[0].path.count("L") == len(whole) - 1
    assert [line.label for line in chart.lines] == ["Magnitude of acceleration |a|", "x", "y", "z"]
    assert [line.style for line in chart.lines] == [1, 2, 3, 4]


def test_a_close_up_at_the_edge_shows_what_there_is(given):
    rows = given.rows.copy()
    rows["onset"][1:] = rows["impact"][1:] = 50
    rows["confirmed"][1:] = 60
    chart = events._close_up(replace(given, rows=rows), [1, 2], "en")
    assert chart.marks[1].left == pytest.approx(100.0 * 50 / 450)
    assert chart.lines[0].path.count("L") == 450


def test_flags_number_the_incidents_and_lie_on_their_samples(given):
    found = events.incidents(given)
    marks = events._marks(given, found, "en")
    assert [mark.flag for mark in marks] == ["1", "2"]
    assert [mark.tone for mark in marks] == ["notice", "alarm"]
    for mark, rows in zip(marks, found, strict=True):
        assert mark.left == pytest.approx(100.0 * int(given.rows["impact"][rows[0]]) / len(given.signal))


def test_lanes_tell_rest_from_activity_and_truth_from_what_was_found(given):
    lanes = {lane.label: lane.items for lane in events._timeline(given, events.incidents(given), "en").lanes}
    assert list(lanes) == ["At rest", "Moving", "True events", "Found"]
    rest = sum(item.width for item in lanes["At rest"])
    moving = sum(item.width for item in lanes["Moving"])
    assert rest + moving == pytest.approx(100.0)
    assert len(lanes["At rest"]) == sum(name == "still" for _, _, name in given.spans)
    assert [item.left for item in lanes["Found"]] == [item.left for item in lanes["True events"]]


def test_letting_go_is_a_lane_of_its_own(given):
    rows = np.concatenate([given.rows, given.rows[:1]])
    rows["kind"][-1] = Kind.IMPACT
    made = replace(given, rows=rows)
    lanes = events._timeline(made, events.incidents(made), "en").lanes
    assert lanes[-1].label == "Other impacts"
    assert len(lanes[-1].items) == 1


def test_figures_stand_to_the_right_and_words_to_the_left(given):
    table = events._table(given, "en")
    assert [(column.label, column.number) for column in table.columns] == [
        ("#", False),
        ("Impact", True),
        ("Confirmed", True),
        ("Peak", True),
        ("Free fall", True),
        ("Confidence", True),
        ("Kind", False),
        ("Stage", False),
    ]
    assert [row.cells[0] for row in table.rows] == ["1", "2", "2"]
    assert [row.tone for row in table.rows] == ["notice", "alarm", "alarm"]


def test_contributions_are_to_scale_largest_first():
    bars = events.contributions({"small": -0.5, "large": 2.0, "middle": 1.0}, "en")
    assert [(bar.label, bar.value, bar.width, bar.speaks_for) for bar in bars.items] == [
        ("large", "+2.00", 100.0, True),
        ("middle", "+1.00", 50.0, True),
        ("small", "-0.50", 25.0, False),
    ]
    assert "confidence of 0.924" in bars.total
    against = events.contributions({"a": -3.0}, "en")
    assert "confidence of 0.047" in against.total


def test_a_span_is_widened_evenly():
    assert values._widened(14.9, 15.1) == pytest.approx((14.245, 15.755))
    assert values._widened(0.0, 5.0) == (0.0, 5.0)


def test_steps_of_two_and_a_half_keep_their_digits():
    assert [text for _, text, _ in value_ticks(0.0, 12.0)[2]] == ["0.0", "2.5", "5.0", "7.5", "10.0", "12.5"]
    assert [text for _, text, _ in value_ticks(0.0, 100.0)[2]] == ["0", "20", "40", "60", "80", "100"]


def test_quantities_are_numbers_that_are_no_positions_and_no_codes(given):
    assert [one.name for one in values.measured(given)] == ["peak", "free_fall", "confidence"]
    assert values.places(given).tolist() == given.rows["onset"].tolist()
