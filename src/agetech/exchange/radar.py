"""Raw radar dumps, read by a declared layout; one that shows no coherent static peak is refused with the likely cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agetech.core import Recording
from agetech.errors import ExchangeError
from agetech.exchange import jsonio
from agetech.signals.respiration import RadarFrames, radar_displacement, range_profile
from agetech.signals.respiration.frames import IqOrder, NumberType

LARGEST = 2 << 30  # bytes of a dump that are read into memory
COHERENT = 0.5  # magnitude of the mean over the mean magnitude in the strongest static bin
STANDS_OUT = 4.0  # power of that bin over the median bin
AXES = ("frame", "chirp", "channel", "sample")


@dataclass(frozen=True, kw_only=True)
class RadarLayout:
    """How the numbers of a dump lie: sizes, order of the axes (slowest first), parts of a sample, number type, byte order.

    carrier, sample_rate, frame_rate: Hz; slope: Hz/s. parts: "interleaved" (I Q I Q ...) or "pairs" (I I Q Q, as some capture
    cards write). header: bytes before the first frame. nearest, farthest: m, where a person may be.
    """

    samples: int
    carrier: float
    slope: float
    sample_rate: float
    frame_rate: float
    chirps: int = 1
    channels: int = 1
    axes: tuple[str, ...] = AXES
    iq: IqOrder = IqOrder.IQ
    parts: str = "interleaved"
    number: NumberType = NumberType.INT16
    big_endian: bool = False
    header: int = 0
    nearest: float = 0.2
    farthest: float = 5.0


def layout_of(source: Any) -> RadarLayout:
    """Return a layout from a RadarLayout, a mapping of its fields, or the path of a JSON file that holds them.

    ExchangeError E_PROFILE for an unknown or missing field or a value of another type.
    """
    if isinstance(source, RadarLayout):
        return source
    held = source if isinstance(source, Mapping) else jsonio.load(Path(source))
    name = "layout" if isinstance(source, Mapping) else Path(source).name
    known = RadarLayout.__dataclass_fields__
    if not isinstance(held, Mapping) or not set(held) <= set(known):
        raise ExchangeError("E_PROFILE", name, expected=", ".join(known), got=", ".join(map(str, held)))
    try:
        values = {key: _value(key, value) for key, value in held.items()}
        return RadarLayout(**values)
    except (TypeError, ValueError) as error:
        raise ExchangeError("E_PROFILE", name, expected=", ".join(known), got=str(error)) from None


def _value(key: str, value: Any) -> Any:
    """Return one field of a layout in its own type; ValueError for another."""
    kind = str(RadarLayout.__dataclass_fields__[key].type)
    if kind in ("IqOrder", "NumberType"):
        return {"IqOrder": IqOrder, "NumberType": NumberType}[kind](value)
    if key == "axes":
        return tuple(map(str, value))
    wanted: dict[str, tuple[type, ...]] = {"int": (int,), "float": (int, float, Decimal), "bool": (bool,), "str": (str,)}
    if not isinstance(value, wanted[kind]) or (kind != "bool" and isinstance(value, bool)):
        raise ValueError(f"{key}: {value!r}")
    return float(value) if isinstance(value, int | Decimal) and kind == "float" else value


def read_radar(path: Path | str, layout: RadarLayout) -> RadarFrames:
    """Return the frames of a raw dump.

    ExchangeError: E_FILE_PLACE, E_LIMIT above 2 GiB, E_FILE_DAMAGED where the size is no whole number of frames,
    E_RADAR_LAYOUT where no bin holds a steady echo, with the cause that would explain it.
    """
    name = Path(path).name
    try:
        raw = Path(path).read_bytes() if Path(path).stat().st_size <= LARGEST else None
    except OSError as error:
        raise ExchangeError("E_FILE_PLACE", name, got=error.strerror or str(error)) from None
    if raw is None:
        raise ExchangeError("E_LIMIT", name, expected=f"{LARGEST} bytes", got="more")
    frames = frames_of(raw, layout, name)
    fault = fault_of(frames)
    if fault:
        raise ExchangeError("E_RADAR_LAYOUT", name, expected="a steady echo in one range bin", got=likely_cause(raw, layout, name, fault))
    return frames


def frames_of(raw: bytes, layout: RadarLayout, name: str) -> RadarFrames:
    """Return the frames in some bytes, by the layout alone."""
    kind = np.dtype({NumberType.INT16: "i2", NumberType.FLOAT32: "f4"}[layout.number]).newbyteorder(">" if layout.big_endian else "<")
    parts = 1 if layout.iq is IqOrder.REAL else 2
    size = layout.samples * layout.chirps * layout.channels * parts * kind.itemsize
    body = raw[layout.header :]
    if sorted(layout.axes) != sorted(AXES) or size <= 0 or not body or len(body) % size:
        raise ExchangeError("E_FILE_DAMAGED", name, expected=f"a whole number of frames of {size} bytes", got=f"{len(body)} bytes")
    numbers = np.frombuffer(body, kind).astype(np.float64)
    lengths = {"frame": len(body) // size, "chirp": layout.chirps, "channel": layout.channels, "sample": layout.samples}
    values: NDArray[Any] = numbers if parts == 1 else _complex(numbers, layout)
    shaped = values.reshape([lengths[axis] for axis in layout.axes])
    ordered = np.ascontiguousarray(shaped.transpose([layout.axes.index(axis) for axis in AXES]))
    return RadarFrames(
        samples=ordered, carrier=layout.carrier, slope=layout.slope, sample_rate=layout.sample_rate, frame_rate=layout.frame_rate,
        iq=layout.iq, number=layout.number,
    )  # fmt: skip


def _complex(numbers: NDArray[np.float64], layout: RadarLayout) -> NDArray[np.complex128]:
    if layout.parts == "pairs" and numbers.size % 4 == 0:
        four = numbers.reshape(-1, 2, 2)
        one, two = four[:, 0, :].ravel(), four[:, 1, :].ravel()
    else:
        one, two = numbers[0::2], numbers[1::2]
    made: NDArray[np.complex128] = one + 1j * two if layout.iq is IqOrder.IQ else two + 1j * one
    return made


def fault_of(frames: RadarFrames) -> str:
    """Return what is wrong with the static picture of the frames: "", "mirrored" or "incoherent"."""
    data = frames.samples.mean(axis=1)
    if data.shape[0] < 2 or not np.isfinite(data).all():  # noqa: PLR2004 - nothing to compare
        return "incoherent"
    n = data.shape[2]
    taper = 0.5 - 0.5 * np.cos(2.0 * np.pi * (np.arange(n) + 0.5) / n)
    bins = np.fft.fft(data * taper, axis=2)
    power = np.mean(np.abs(bins) ** 2, axis=(0, 1))
    if np.iscomplexobj(frames.samples) and power[n // 2 + 1 :].max(initial=0.0) > STANDS_OUT * power[1 : n // 2].max(initial=0.0):
        return "mirrored"
    near = bins[:, :, 1 : n // 2]
    steady = np.abs(near.mean(axis=0)).max(axis=0)
    place = int(np.argmax(steady))
    usual = float(np.abs(near[:, :, place]).mean(axis=0).max())
    stands = power[1 + place] > STANDS_OUT * np.median(power)
    return "" if usual > 0.0 and steady[place] > COHERENT * usual and stands else "incoherent"


def likely_cause(raw: bytes, layout: RadarLayout, name: str, fault: str) -> str:
    """Return in words which other layout would show a steady echo, or that none of those tried does."""
    if fault == "mirrored":
        return "I and Q are swapped: targets lie at negative ranges"
    held = {key: getattr(layout, key) for key in layout.__dataclass_fields__}
    other = "pairs" if layout.parts == "interleaved" else "interleaved"
    tries: dict[str, dict[str, Any]] = {
        "the bytes of each number are swapped": {"big_endian": not layout.big_endian},
        f"I and Q lie as {other}": {"parts": other},
        "float32, not int16": {"number": NumberType.FLOAT32},
        "int16, not float32": {"number": NumberType.INT16},
        "chirps and channels are exchanged": {"axes": ("frame", "channel", "chirp", "sample")},
    }
    for words, change in tries.items():
        if all(held[key] == value for key, value in change.items()):
            continue
        try:
            with np.errstate(all="ignore"):
                if not fault_of(frames_of(raw, RadarLayout(**{**held, **change}), name)):
                    return words
        except ExchangeError:
            continue
    return "no layout that was tried shows one: wrong number of samples, chirps or channels, or an empty recording"


def displacement_recording(frames: RadarFrames, *, nearest: float = 0.2, farthest: float = 5.0, least_quality: float = 0.1) -> Recording:
    """Return a recording for `respiration.rate` (channel `signal`) and `respiration.presence` (`displacement`, m).

    Samples whose quality is below `least_quality` are missing. The two channels hold the same values.
    """
    bins = range_profile(frames, nearest=nearest, farthest=farthest)
    if bins.shape[1] == 0:
        raise ExchangeError(
            "E_RADAR_LAYOUT", "radar", expected="a range bin between nearest and farthest", got=f"bins of {frames.resolution:g} m"
        )
    rows = radar_displacement(bins, frames.frame_rate, carrier=frames.centre)
    moved = np.where(rows["quality"] >= least_quality, rows["displacement"], np.nan)
    return Recording(
        {"signal": moved, "displacement": moved},
        fs=frames.frame_rate,
        units={"signal": "1", "displacement": "m"},
        quality={"from": "radar displacement, m"},
    )
