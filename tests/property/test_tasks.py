"""Tasks under random records: one record gives one result in bytes, through either format; sums, signs and bounds hold."""

from __future__ import annotations

from dataclasses import replace
from math import inf, isfinite, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agetech.errors import AgetechError, SignalError
from agetech.scoring.tasks import (
    TaskEvent,
    csv_of_events,
    events_of_csv,
    events_of_lines,
    fit_ex_gaussian,
    fluency,
    lines_of_events,
    measure_task,
    n_back,
    rt_summary,
    signal_detection,
    span,
    tasks,
)
from agetech.scoring.tasks.adaptive import StaircaseSettings
from tests.oracle import scoring_tasks as oracle

TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=6)
GAP = st.floats(1, 5000, allow_nan=False)
RT = st.one_of(st.none(), st.floats(0, 7000, allow_nan=False))
CONDITIONS = {
    "stroop": ("congruent", "incongruent", "neutral"),
    "signal_detection": ("signal", "noise"),
    "trail_making": ("A", "B"),
    "word_list": ("recall",),
}


@st.composite
def records(draw):
    """Draw a run that may be anything a device writes: time-outs, errors, practice, early responses, pen samples."""
    task = draw(st.sampled_from(tasks()))
    able = draw(st.booleans())
    time, rows = draw(st.floats(0, 1e6)), []
    words = ("1", "2", "3")
    for trial in range(1, draw(st.integers(1, 30)) + 1):
        time += draw(GAP)
        given_ = {"device": "d", "version": "v"}
        if task == "clock_drawing":
            time += 1
            xyp = draw(st.tuples(st.floats(-100, 100), st.floats(-100, 100), st.sampled_from([0.0, 1.0])))
            part = draw(st.sampled_from([("contour", None), ("numeral", "3"), ("hand", "hour")]))
            given_ |= dict(zip(("x", "y", "pressure"), xyp, strict=True)) | {"kind": "pen", "condition": part[0], "expected": part[1]}
            rows.append(TaskEvent(task, trial, time, **given_))
            continue
        if task == "word_list":
            rows.append(TaskEvent(task, trial, time, kind="study", stimulus="1", **given_))
            rows.append(TaskEvent(task, trial, time, kind="study", stimulus="2", **given_))
            rows.append(TaskEvent(task, trial, time, kind="study", stimulus="3", **given_))
        rt = draw(RT) if task != "trail_making" else 0.0
        given_ |= {"stimulus": draw(st.sampled_from(words)), "expected": draw(st.sampled_from(words)), "level": draw(st.floats(-9, 9))}
        if task in ("corsi", "digit_span"):
            given_["expected"] = "3" * ((trial + 1) // 2 + 1)
        if rt is not None:
            said = given_["expected"] if able else draw(st.sampled_from(words))
            given_ |= {"response": said, "response_ms": time + rt}
        given_["condition"] = draw(st.sampled_from(CONDITIONS.get(task, (None,))))
        rows.append(TaskEvent(task, trial, time, **given_))
        time = time if rt is None or task != "fluency" else time + rt
    if task == "staircase":
        track = StaircaseSettings().rule.begin()
        for place, one in enumerate(rows):
            rows[place] = replace(one, level=track.level)
            track.answer(track.level, correct=one.response == one.expected)
    if draw(st.booleans()):
        rows.append(TaskEvent(task, len(rows) + 1, time + draw(GAP), "d", "v", kind="end", condition=rows[-1].condition))
    return rows


def measured(rows):
    """Return the result, or the refusal itself."""
    try:
        return measure_task(rows)
    except AgetechError as error:
        return error


def outcome(rows):
    """Return the result as bytes, or the refusal as its parts."""
    got = measured(rows)
    return got.as_dict() if isinstance(got, AgetechError) else got.as_json().encode()


@settings(max_examples=100)
@given(records())
def test_a_replay_gives_the_same_bytes_through_either_format(rows):
    first = outcome(rows)
    assert outcome(list(rows)) == first
    assert outcome(events_of_lines(lines_of_events(rows))) == first
    assert outcome(events_of_csv(csv_of_events(rows))) == first


@settings(max_examples=100)
@given(records())
def test_a_number_stands_only_on_enough_trials(rows):
    got = measured(rows)
    if isinstance(got, AgetechError):
        assert got.code.startswith("E_TASK")
        assert got.message("zh") != got.message("en")
        return
    for one in got.measures.values():
        assert (one.value is None) == (one.status in ("insufficient_data", "undefined"))
        assert (one.reason is None) == (one.status == "ok")
        if one.value is not None:
            assert isfinite(one.value)
            assert one.n >= one.needs
    assert (got.status == "insufficient_data") == all(one.value is None for one in got.measures.values())


@given(
    records(),
    st.integers(0, 10**6),
    st.sampled_from(["onset_ms", "response_ms", "level", "latency_ms", "x"]),
    st.sampled_from([nan, inf, -inf]),
)
def test_no_row_holds_what_is_no_number(rows, place, field, bad):
    with pytest.raises(SignalError):
        replace(rows[place % len(rows)], **{field: bad})


@given(records(), st.sampled_from(["device", "version", "task"]))
def test_mixed_runs_are_always_refused(rows, field):
    other = TaskEvent(
        **{"task": rows[-1].task, "trial": 10**6, "onset_ms": 1e9, "device": "d", "version": "v", "kind": "end", field: "another"}
    )
    with pytest.raises(SignalError) as caught:
        measure_task([*rows, other])
    assert caught.value.code == "E_TASK_MIXED"


@given(records())
def test_a_clock_that_runs_back_is_always_refused(rows):
    late = replace(rows[0], onset_ms=rows[-1].onset_ms + 1, response=None, response_ms=None)
    with pytest.raises(SignalError) as caught:
        measure_task([late, *rows])
    assert caught.value.code == "E_TASK_CLOCK"


@given(st.lists(TEXT, min_size=1, max_size=5), st.lists(st.floats(0, 1e9), min_size=5, max_size=5))
def test_any_text_and_time_survive_both_formats(texts, times):
    rows = [
        TaskEvent("t", k, time, text, "v", condition=text, stimulus=text, response=text, response_ms=time + 1 / 3)
        for k, (text, time) in enumerate(zip(texts, times, strict=False))
        if text.strip()
    ]
    assert events_of_lines(lines_of_events(rows)) == tuple(rows)
    assert events_of_csv(csv_of_events(rows)) == tuple(rows)


@given(st.lists(st.floats(0, 4), max_size=40))
def test_trimming_loses_nothing(rts):
    got = rt_summary(rts)
    assert got.n + got.n_anticipation + got.n_lapse == len(rts)
    if got.mean is not None:
        assert min(t for t in rts if t >= 0.15) - 1e-12 <= got.median <= 2.0
        assert got.mean_speed >= 1 / got.mean - 1e-9  # the mean of 1/x is at least 1 over the mean
    assert rt_summary(rts[::-1]) == got


@given(st.integers(1, 200), st.integers(1, 200), st.data())
def test_detection_is_antisymmetric_and_rises_with_hits(signals, noise, data):
    hits, false = data.draw(st.integers(0, signals)), data.draw(st.integers(0, noise))
    got = signal_detection(hits, signals, false, noise)
    turned = signal_detection(false, noise, hits, signals)
    assert got.d_prime == pytest.approx(-turned.d_prime, abs=1e-12)
    assert got.criterion == pytest.approx(turned.criterion, abs=1e-12)
    assert got == pytest.approx(oracle.detection(hits, signals, false, noise), abs=1e-8)
    if hits < signals:
        assert signal_detection(hits + 1, signals, false, noise).d_prime > got.d_prime


@given(st.text("ABC", max_size=40), st.integers(1, 3), st.data())
def test_n_back_counts_add_up(sequence, n, data):
    said = data.draw(st.lists(st.integers(0, 1), min_size=len(sequence), max_size=len(sequence)))
    got = n_back(sequence, n, said)
    assert len(got.targets) + got.noise == max(len(sequence) - n, 0)
    assert got.hits + got.misses == len(got.targets)
    assert got.lure_false_alarms <= got.false_alarms <= got.noise
    assert got.hits + got.false_alarms == sum(said[n:])


@given(st.integers(1, 6), st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=8))
def test_span_is_bounded(first, outcomes):
    trials = []
    for length, pair in enumerate(outcomes, start=first):
        trials += [(length, int(correct)) for correct in pair]
        if not any(pair):
            break
    got = span(trials)
    assert got.max_span <= trials[-1][0]
    assert got.product == got.max_span * got.trials_correct
    assert first - 1 <= got.mean_span <= max(got.max_span, first - 1)
    stopped = not trials[-1][1] and not trials[-2][1]
    assert got.discontinued_at == (trials[-1][0] if stopped else None)


@given(st.lists(st.tuples(st.floats(0, 80), st.sampled_from("猫狗牛羊马")), max_size=20))
def test_fluency_counts_every_word_once(words):
    got = fluency(sorted(words))
    assert got.score + got.repetitions + got.late == len(words)
    assert sum(got.quarters) == got.score
    assert got.score <= 5


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.floats(0.01, 0.1), st.floats(0.05, 0.3))
def test_fits_keep_mean_and_variance_near_the_sample(seed, sigma, tau):
    import numpy as np

    rng = np.random.default_rng(seed)
    x = rng.normal(0.5, sigma, 600) + rng.exponential(tau, 600)
    x = x[x > 0]
    got = fit_ex_gaussian(x)
    if got.reason is None:
        assert abs(got.mu + got.tau - x.mean()) < 0.02
        assert got.log_likelihood >= oracle.ex_gaussian_log_likelihood(x, 0.5, sigma, tau) - 1e-6
