"""Channels of a file that agetech did not write, fitted to the inputs of an algorithm: by name, by choice, or by being the only one.

An input that takes any scale (unit 1) takes a channel of any unit; every other input takes a channel whose unit converts.
Where several channels would do, nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from agetech.core import Algorithm, Recording
from agetech.errors import AgetechError, ExchangeError, SignalError
from agetech.units import NUMBER, factor

if TYPE_CHECKING:
    from agetech.core.declare import Input


def chosen(pairs: Sequence[str], algorithm: Algorithm) -> dict[str, str]:
    """Return the channel by input from texts `INPUT=CHANNEL`, or `CHANNEL` alone where the algorithm has one input.

    ExchangeError E_CHANNEL_CHOICE for an input that the algorithm does not have, or a channel without its input.
    """
    wanted = _names(algorithm)
    found: dict[str, str] = {}
    for pair in pairs:
        name, sign, channel = pair.partition("=")
        if name.strip() not in wanted:  # a channel's own name may hold a =
            name, channel = (wanted[0], pair) if len(wanted) == 1 else (name, channel if sign else "")
        if name.strip() not in wanted or not channel.strip():
            raise ExchangeError("E_CHANNEL_CHOICE", algorithm.id, expected=" | ".join(f"{one}=CHANNEL" for one in wanted), got=pair)
        found[name.strip()] = channel.strip()
    return found


def fitted(recording: Recording, algorithm: Algorithm, choice: Mapping[str, str] | None = None) -> Recording:
    """Return a recording whose channels bear the names of the algorithm's inputs; the same one where they do already.

    choice: channel by input. An input not chosen takes the channel of its name, else the only one whose unit and rate fit.
    SignalError E_CHANNEL for a chosen channel that is not there, E_UNIT_DECLARED where its unit does not convert;
    ExchangeError E_CHANNEL_CHOICE where several would do. An input that nothing fits is left to the algorithm to refuse.
    """
    given = dict(choice or {})
    ready = all(one.name in recording.channels or (one.columns and set(one.columns) <= set(recording.channels)) for one in algorithm.inputs)
    if ready and not given:
        return recording
    taken: dict[str, tuple[str, str]] = {}
    for one in algorithm.inputs:
        for name in _parts(one, recording, given):
            channel = given.get(name) or (name if name in recording.channels else _only(name, one, recording, given, algorithm))
            if channel:
                taken[name] = (channel, _unit(recording, channel, one))
    if not taken:
        return recording
    channels = {name: recording.signal(channel) for name, (channel, _) in taken.items()}
    rates = {name: recording.rate(channel) for name, (channel, _) in taken.items()}
    units = {name: unit for name, (_, unit) in taken.items()}
    start = recording.start if recording.time is not None else None
    quality = {"channels": {name: channel for name, (channel, _) in taken.items()}}
    return Recording(channels, fs=rates, units=units, start=start, placement=recording.placement, device=recording.device, quality=quality)


def _names(algorithm: Algorithm) -> list[str]:
    return [name for one in algorithm.inputs for name in ((one.name, *one.columns) if one.columns else (one.name,))]


def _parts(one: Input, recording: Recording, given: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names that an input is made of: its own, or its columns where these are chosen or there."""
    apart = bool(one.columns) and one.name not in given and one.name not in recording.channels
    return tuple(one.columns) if apart and all(name in given or name in recording.channels for name in one.columns) else (one.name,)


def _converts(have: str, want: str) -> bool:
    try:
        factor(have, want)
    except AgetechError:
        return False
    return True


def _unit(recording: Recording, channel: str, one: Input) -> str:
    """Return the unit to declare for a channel: its own, or 1 where the input takes any scale."""
    if channel not in recording.channels:
        raise SignalError("E_CHANNEL", one.name, expected=", ".join(recording.channels), got=channel)
    have = recording.units[channel]
    if _converts(have, one.unit.code):
        return have
    if one.unit.code == NUMBER.code:
        return NUMBER.code
    raise SignalError("E_UNIT_DECLARED", channel, expected=one.unit.code, got=have)


def _only(name: str, one: Input, recording: Recording, given: Mapping[str, str], algorithm: Algorithm) -> str | None:
    """Return the only channel that fits an input, None where none does; ExchangeError where several do."""
    if one.kind != "uniform" or name != one.name:
        return None
    free = [channel for channel in recording.channels if channel not in given.values()]
    others = {other.name for other in algorithm.inputs} & set(recording.channels)
    fit = [
        channel
        for channel in free
        if channel not in others
        and (one.unit.code == NUMBER.code or _converts(recording.units[channel], one.unit.code))
        and one.rates[0] <= recording.rate(channel) <= one.rates[1]
        and recording.signal(channel).shape[1:] == ((len(one.columns),) if one.columns else ())
    ]
    if len(fit) > 1:
        raise ExchangeError("E_CHANNEL_CHOICE", algorithm.id, expected=" | ".join(f"{name}={channel}" for channel in fit), got=len(fit))
    return fit[0] if fit else None
