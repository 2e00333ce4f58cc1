"""Checks of the contract about streams: the same bytes for any chunking, resume, gap and crowd."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.core.algorithm import Step
from agetech.core.many import Streams
from agetech.core.stream import Stream
from agetech.errors import CheckpointError, SignalError
from agetech.testing.case import expect, is_record, joined, same, with_gaps

if TYPE_CHECKING:
    from collections.abc import Callable

    from agetech.core.declare import Records
    from agetech.testing.case import Case

WORKERS = 4


def any_chunking_with_gaps_and_resumes(case: Case) -> None:
    """Any cuts, with missing samples, saved and loaded at every cut, give the bytes of the batch run."""
    rng = case.rng()
    for turn in range(case.examples):
        holed = with_gaps(case, rng) if turn else case
        batch = holed.run()
        stream, got = holed.stream(), []
        for chunk in holed.chunks(rng):
            got.append(stream.push(chunk))
            stream = Stream.load(stream.save(), algorithm=case.algorithm)
        got.append(stream.finish())
        same(joined(got), batch, f"chunking {turn}")


def sample_by_sample(case: Case) -> None:
    """One sample a push gives the bytes of the batch run; an event appears in the push of the sample it names as confirmed."""
    short = _shortened(case, 6000)
    stream, got = short.stream(), []
    events = case.algorithm.output == "events" and len(short.inputs) == 1
    if len(short.inputs) == 1:
        (signal,) = short.inputs.values()
        for index in range(len(signal)):
            rows = stream.push(signal[index : index + 1])
            expect(not (events and len(rows)) or (rows["confirmed"] == index).all(), f"row pushed at {index} says {rows}")
            got.append(rows)
    else:
        places = dict.fromkeys(short.inputs, 0)
        while any(places[name] < len(x) for name, x in short.inputs.items()):
            for name, x in short.inputs.items():
                got.append(stream.push({name: x[places[name] : places[name] + 1]}))
                places[name] += 1
    got.append(stream.finish())
    same(joined(got), short.run(), "sample by sample")


def _shortened(case: Case, rows: int) -> Case:
    """Return the case with at most `rows` samples of the fastest input, the others as long in time."""
    longest = max(len(x) for x in case.inputs.values())
    share = min(1.0, rows / max(1, longest))
    return case.with_inputs({name: x[: max(1, int(len(x) * share))] for name, x in case.inputs.items()})


def rows_never_change(case: Case) -> None:
    """What a stream has given after k samples is the beginning of what it gives in the end."""
    batch = case.run()
    rng = case.rng()
    stream, got = case.stream(), []
    for chunk in case.chunks(rng, 7):
        got.append(stream.push(chunk))
        so_far = joined(got)
        same(so_far, batch[: len(so_far)], "rows given so far")


def few_rows(case: Case) -> None:
    """No sample and one sample are legal and give rows of the declared type, none for no sample."""
    for size in (0, 1):
        rows = case.with_inputs({name: x[:size] for name, x in case.inputs.items()}).run()
        expect(rows.dtype == case.algorithm.dtype, f"{size} samples: dtype {rows.dtype}")
        expect(size or not len(rows), "rows from nothing")
    stream = case.stream()
    expect(not len(stream.finish()), "rows from a stream that saw nothing")


def seen_again_and_gaps(case: Case) -> None:
    """Rows pushed again are dropped; a jump forward is a gap of missing samples."""
    if len(case.inputs) > 1 or case.algorithm.inputs[0].kind == "series":
        return
    (signal,) = case.inputs.values()
    n = len(signal)
    stream, got = case.stream(), []
    for first, last in ((0, n // 3), (n // 4, n // 2), (0, n // 5), (n // 2, n)):
        got.append(stream.push(signal[first:last], start=first))
    got.append(stream.finish())
    same(joined(got), case.run(), "rows seen again")
    holed = signal.copy()
    holed[n // 3 : n // 2] = np.nan
    stream = case.stream()
    parts = [stream.push(signal[: n // 3]), stream.push(signal[n // 2 :], start=n // 2), stream.finish()]
    same(joined(parts), case.with_inputs({case.algorithm.inputs[0].name: holed}).run(), "a jump forward")


def shift_by_the_grain(case: Case) -> None:
    """Rows move with the signal: by k grains when k grains of missing samples are put before it."""
    if len(case.inputs) > 1 or case.algorithm.inputs[0].kind == "series":
        return
    (signal,) = case.inputs.values()
    grain = case.algorithm.grain(case.params, case.fs)
    places = [field.name for field in case.algorithm.fields if field.unit.dimension == "sample"]
    made = []
    for count in (1, 4):
        ahead = np.full((count * grain, *signal.shape[1:]), np.nan)
        made.append(case.with_inputs({case.algorithm.inputs[0].name: np.concatenate([ahead, signal])}).run())
    first, second = made[0].copy(), made[1].copy()
    if case.algorithm.output != "events":  # rows of the missing samples themselves come before
        size = min(len(first), len(second))
        first, second = first[len(first) - size :], second[len(second) - size :]
    for name in places:
        second[name] = np.where(second[name] >= 0, second[name] - 3 * grain, second[name])
    if case.algorithm.output == "events":
        same(first, second, f"shift by {3 * grain} samples")
    else:
        tail = first["start"] >= first["start"][0] if case.algorithm.output == "windows" and len(first) else slice(None)
        same(first[tail], second[tail], f"shift by {3 * grain} samples")


def constant_state(case: Case) -> None:
    """The saved state does not grow with the signal."""
    if len(case.inputs) > 1:
        return
    (signal,) = case.inputs.values()
    stream, sizes = case.stream(), []
    for _ in range(4):
        stream.push(signal)
        sizes.append(len(stream.save()))
    frames = not isinstance(case.algorithm.shape, Step)
    room = 2 * len(signal) * max(1, case.algorithm.inputs[0].width) * 8 if frames else 64
    expect(max(sizes[1:]) - sizes[1] <= room, f"saved state grows: {sizes} bytes")


def interleaved(case: Case) -> None:
    """Two streams that take turns do not know of one another."""
    rng = case.rng()
    other = with_gaps(case, rng)
    streams = [case.stream(), other.stream()]
    got: list[list[Records]] = [[], []]
    for left, right in zip(case.chunks(case.rng()), other.chunks(case.rng()), strict=False):
        got[0].append(streams[0].push(left))
        got[1].append(streams[1].push(right))
    if len(case.inputs) > 1:
        return
    for k, one in enumerate((case, other)):
        got[k].append(streams[k].finish())
        same(joined(got[k]), one.run(), "interleaved")


def threads(case: Case) -> None:
    """Streams of their own in four threads give the same bytes; one stream shared by them refuses or stays right."""
    batch = case.run()
    answers: list[bytes] = []
    _in_threads(lambda: answers.append(case.run().tobytes()))
    expect(answers == [batch.tobytes()] * WORKERS, "threads give other bytes")
    shared = case.stream()
    refused: list[str] = []

    def push() -> None:
        for chunk in case.chunks(case.rng(), 50):
            try:
                shared.push(chunk)
            except SignalError as error:
                refused.append(error.code)

    _in_threads(push)
    expect(set(refused) <= {"E_BUSY", "E_TIME_ORDER"}, f"a shared stream raised {set(refused)}")
    shared.save()


def _in_threads(work: Callable[[], Any]) -> None:
    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def damaged_states(case: Case) -> None:
    """A saved state that was cut, changed, or of other parameters or rates is refused with CheckpointError."""
    stream = case.stream()
    stream.push(next(iter(case.chunks(case.rng(), 3))))
    blob = stream.save()
    again = Stream.load(blob, algorithm=case.algorithm, fs=case.fs)
    expect(again.save() == blob, "a loaded stream saves other bytes")
    rng = case.rng()
    damaged = [blob[: int(len(blob) * share)] for share in np.arange(0, 1, 1 / 16)]
    for _ in range(32):
        flipped = bytearray(blob)
        flipped[int(rng.integers(0, len(blob)))] ^= 1 << int(rng.integers(0, 8))
        damaged.append(bytes(flipped))
    for one in damaged:
        _refused(one, case)
    if case.rates:
        _refused(blob, case, fs={name: rate * 1.25 for name, rate in case.rates.items()})


def _refused(blob: bytes, case: Case, **given: Any) -> None:
    try:
        Stream.load(blob, algorithm=case.algorithm, **given)
    except (CheckpointError, SignalError):
        return
    expect(holds=False, said="a damaged state was loaded")


def closed_streams(case: Case) -> None:
    """After finish a stream refuses to go on."""
    stream = case.stream()
    stream.finish()
    for call in (lambda: stream.push(case.given), stream.finish, stream.save):
        try:
            call()
        except SignalError as error:
            expect(error.code == "E_CLOSED", f"a closed stream raised {error.code}")
        else:
            expect(holds=False, said="a closed stream goes on")


def crowd(case: Case) -> None:
    """Many persons at once give the rows of as many streams."""
    if not isinstance(case.algorithm.shape, Step) or len(case.inputs) > 1:
        return
    (signal,) = case.inputs.values()
    n = min(len(signal) // 3, 4000)
    x = np.stack([signal[:n], signal[n : 2 * n], np.full_like(signal[:n], np.nan), signal[2 * n : 3 * n]])
    many = Streams(case.algorithm, case.fs, len(x), params=case.params)
    parts = [many.push_many(x[:, : n // 2]), many.push_many(x[:, n // 2 :])]
    for person in range(len(x)):
        stream = case.stream()
        alone = joined([stream.push(x[person, : n // 2]), stream.push(x[person, n // 2 :])])
        same(joined([part.rows[part.person == person] for part in parts]), alone, f"person {person}")


STREAM_CHECKS = (
    any_chunking_with_gaps_and_resumes,
    sample_by_sample,
    rows_never_change,
    few_rows,
    seen_again_and_gaps,
    shift_by_the_grain,
    constant_state,
    interleaved,
    threads,
    damaged_states,
    closed_streams,
    crowd,
)


def applies(case: Case) -> bool:
    """Return whether the stream checks are about this algorithm: those that need the whole record do not stream."""
    return not is_record(case)
