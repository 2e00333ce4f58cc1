"""UCUM units as values and as types: the type of a parameter or field carries its unit, names do not.

Codes are UCUM, case sensitive (https://ucum.org/ucum). `convert` knows only exact factors; what needs a molar
mass, a density or a local custom is left to the caller. Nothing is guessed from the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from agetech.errors import ParamsError


@dataclass(frozen=True, slots=True)
class Unit:
    """A UCUM code with its names; `dimension` says which units convert, value_SI = value * factor + offset."""

    code: str
    en: str
    zh: str
    dimension: str
    factor: float = 1.0
    offset: float = 0.0


def _table(*rows: tuple[Any, ...]) -> dict[str, Unit]:
    return {row[0]: Unit(*row) for row in rows}


STANDARD_GRAVITY = 9.80665  # m/s2, exact by definition (CGPM 1901)

UNITS = _table(
    ("1", "number", "数值", "number", 1.0),
    ("%", "percent", "百分比", "number", 0.01),
    ("[ppm]", "parts per million", "百万分之一", "number", 1e-6),
    ("{sample}", "sample index", "采样序号", "sample", 1.0),
    ("{code}", "code", "代码", "code", 1.0),
    ("{bits}", "bit field", "位字段", "bits", 1.0),
    ("{count}", "count", "计数", "count", 1.0),
    ("s", "second", "秒", "time", 1.0),
    ("ms", "millisecond", "毫秒", "time", 1e-3),
    ("us", "microsecond", "微秒", "time", 1e-6),
    ("ns", "nanosecond", "纳秒", "time", 1e-9),
    ("min", "minute", "分钟", "time", 60.0),
    ("h", "hour", "小时", "time", 3600.0),
    ("d", "day", "天", "time", 86400.0),
    ("Hz", "hertz", "赫兹", "rate", 1.0),
    ("kHz", "kilohertz", "千赫", "rate", 1e3),
    ("GHz", "gigahertz", "吉赫", "rate", 1e9),
    ("/s", "per second", "每秒", "rate", 1.0),
    ("/min", "per minute", "每分钟", "rate", 1 / 60),
    ("/h", "per hour", "每小时", "rate", 1 / 3600),
    ("m", "metre", "米", "length", 1.0),
    ("cm", "centimetre", "厘米", "length", 1e-2),
    ("mm", "millimetre", "毫米", "length", 1e-3),
    ("um", "micrometre", "微米", "length", 1e-6),
    ("km", "kilometre", "千米", "length", 1e3),
    ("m/s", "metre per second", "米/秒", "speed", 1.0),
    ("km/h", "kilometre per hour", "千米/小时", "speed", 1 / 3.6),
    ("m/s2", "metre per second squared", "米/秒²", "acceleration", 1.0),
    ("[g]", "standard gravity", "重力加速度", "acceleration", STANDARD_GRAVITY),
    ("m[g]", "thousandth of gravity", "千分之一重力加速度", "acceleration", STANDARD_GRAVITY * 1e-3),
    ("m/s3", "metre per second cubed", "米/秒³", "jerk", 1.0),
    ("rad", "radian", "弧度", "angle", 1.0),
    ("deg", "degree", "度", "angle", 0.017453292519943295),
    ("rad/s", "radian per second", "弧度/秒", "angular rate", 1.0),
    ("deg/s", "degree per second", "度/秒", "angular rate", 0.017453292519943295),
    ("V", "volt", "伏", "voltage", 1.0),
    ("mV", "millivolt", "毫伏", "voltage", 1e-3),
    ("uV", "microvolt", "微伏", "voltage", 1e-6),
    ("Ohm", "ohm", "欧姆", "resistance", 1.0),
    ("kg", "kilogram", "千克", "mass", 1.0),
    ("g", "gram", "克", "mass", 1e-3),
    ("N", "newton", "牛", "force", 1.0),
    ("Pa", "pascal", "帕", "pressure", 1.0),
    ("kPa", "kilopascal", "千帕", "pressure", 1e3),
    ("mm[Hg]", "millimetre of mercury", "毫米汞柱", "pressure", 133.322),
    ("K", "kelvin", "开尔文", "temperature", 1.0),
    ("Cel", "degree Celsius", "摄氏度", "temperature", 1.0, 273.15),
    ("[degF]", "degree Fahrenheit", "华氏度", "temperature", 5 / 9, 273.15 - 32 * 5 / 9),
    ("J", "joule", "焦耳", "energy", 1.0),
    ("kcal", "kilocalorie", "千卡", "energy", 4184.0),
    ("W", "watt", "瓦", "power", 1.0),
    ("dB", "decibel", "分贝", "level", 1.0),
    ("dB[SPL]", "decibel sound pressure level", "声压级分贝", "sound level", 1.0),
    ("lx", "lux", "勒克斯", "illuminance", 1.0),
    ("L", "litre", "升", "volume", 1e-3),
    ("mL", "millilitre", "毫升", "volume", 1e-6),
    ("L/s", "litre per second", "升/秒", "flow", 1e-3),
    ("L/min", "litre per minute", "升/分钟", "flow", 1e-3 / 60),
    ("mmol/L", "millimole per litre", "毫摩尔/升", "molar concentration", 1.0),
    ("mg/dL", "milligram per decilitre", "毫克/分升", "mass concentration", 1e-2),
    ("g/L", "gram per litre", "克/升", "mass concentration", 1.0),
    ("kg/m2", "kilogram per square metre", "千克/米²", "body mass index", 1.0),
    ("ms2", "millisecond squared", "毫秒²", "time squared", 1e-6),
    ("a", "year", "岁", "age", 1.0),
)

SAMPLE = UNITS["{sample}"]
CODE = UNITS["{code}"]
BITS = UNITS["{bits}"]
COUNT = UNITS["{count}"]
NUMBER = UNITS["1"]
PERCENT = UNITS["%"]
SECOND = UNITS["s"]
MILLISECOND = UNITS["ms"]
HERTZ = UNITS["Hz"]
PER_MINUTE = UNITS["/min"]
PER_HOUR = UNITS["/h"]
METRE = UNITS["m"]
SPEED = UNITS["m/s"]
ACCELERATION = UNITS["m/s2"]
JERK = UNITS["m/s3"]
RADIAN = UNITS["rad"]
DEGREE = UNITS["deg"]
ANGULAR_RATE = UNITS["rad/s"]
MILLIVOLT = UNITS["mV"]
MICROVOLT = UNITS["uV"]

Seconds = Annotated[float, SECOND]
Hertz = Annotated[float, HERTZ]
Metres = Annotated[float, METRE]
Speed = Annotated[float, SPEED]
Acceleration = Annotated[float, ACCELERATION]
AngularRate = Annotated[float, ANGULAR_RATE]
Degrees = Annotated[float, DEGREE]
Radians = Annotated[float, RADIAN]
Number = Annotated[float, NUMBER]
Percent = Annotated[float, PERCENT]
PerMinute = Annotated[float, PER_MINUTE]
PerHour = Annotated[float, PER_HOUR]
Millivolts = Annotated[float, MILLIVOLT]
Microvolts = Annotated[float, MICROVOLT]


def unit(code: str) -> Unit:
    """Return the unit of a UCUM code; ParamsError for a code that is not in the table."""
    try:
        return UNITS[code]
    except (KeyError, TypeError):
        raise ParamsError("E_UNIT_CODE", "unit", got=code) from None


def factor(source: str, target: str) -> tuple[float, float]:
    """Return (a, b) with value_target = value_source * a + b; ParamsError where the dimensions differ."""
    have, want = unit(source), unit(target)
    if have.dimension != want.dimension:
        raise ParamsError("E_UNIT_DIMENSION", "unit", expected=target, got=source)
    if source == target:
        return 1.0, 0.0
    return have.factor / want.factor, (have.offset - want.offset) / want.factor


def convert(value: float, source: str, target: str) -> float:
    """Return `value`, given in unit `source`, in unit `target`; ParamsError where the dimensions differ."""
    scale, shift = factor(source, target)
    return value * scale + shift
