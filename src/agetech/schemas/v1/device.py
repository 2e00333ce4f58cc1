"""Device descriptor: a product model or one unit, with its channels, classes, clock and what it captures."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from agetech.schemas.catalogue import observation_type
from agetech.schemas.kinds import Flag, Line, Prose, Sha256, Token, Ucum, Whole
from agetech.schemas.meaning import said
from agetech.schemas.model import Broken, Model
from agetech.schemas.ucum import same_dimension
from agetech.schemas.v1.datatypes import BodySite, Coding, Document, Duration, Frame, Quantity, Range, Rate, Reference, of, stamped
from agetech.schemas.v1.person import Place

Dtype = Literal["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "float32", "float64"]
EDITIONED = ("iso-9999", "gbt-16432", "smart-elderly-catalogue", "nmpa")


class Channel(Model):
    """One thing a device yields: observation type, unit, rate or event-driven, type of its numbers, range, place."""

    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "channel-unit": ("the unit measures what the observation type measures", "单位须与观测类型的量纲一致"),
        "channel-rate": ("a sampled channel has a rate, an event-driven one has none", "采样通道须有采样率，事件通道不得有"),
    }
    id: Token = said("Id of the channel", "通道标识")
    observation_type: Token = said("Observation type of the catalogue", "观测类型", binding="agetech-observation-types")
    unit: Ucum | None = said("Unit; absent for codes, flags and pictures", "单位；编码、是否、图像类无单位", optional=True, binding="ucum")
    driven_by: Literal["samples", "events"] = said("Sampled or by events", "采样或事件驱动", binding="agetech")
    sample_rate: Rate | None = said("Rate", "采样率", optional=True, unit="Hz")
    dtype: Dtype | None = said("Type of the stored numbers", "存储数值类型", optional=True, binding="agetech")
    dimensions: Whole | None = said("Values in a sample (3 for x, y, z)", "每个采样的数值个数（三轴为 3）", optional=True, unit="1", ge=1)
    resolution: Quantity | None = said("Smallest step", "分辨率", optional=True, unit="any")
    range: Range | None = said("Range of measurement", "量程", optional=True, unit="any")
    accuracy: Quantity | None = said("Stated accuracy", "标称准确度", optional=True, unit="any")
    frame: Frame | None = said("Frame of coordinates", "坐标系", optional=True)
    placement: BodySite | None = said("Where it measures", "测量部位", optional=True)

    @model_validator(mode="after")
    def _rules(self) -> Self:
        known = observation_type(self.observation_type)
        if known is not None and known.ucum is not None and (self.unit is None or not same_dimension(self.unit, known.ucum)):
            raise Broken("channel-unit", "unit", known.ucum)
        if (self.sample_rate is not None) != (self.driven_by == "samples"):
            raise Broken("channel-rate", "sample_rate", "given exactly for samples")
        if self.sample_rate is not None and self.sample_rate.value <= 0:
            raise Broken("channel-rate", "sample_rate", "> 0")
        return self


class Regulatory(Model):
    """What is known of the regulatory status; undetermined is a legal answer."""

    is_medical_device: Literal["yes", "no", "undetermined"] = said("Is it a medical device", "是否医疗器械", binding="agetech")
    nmpa_class: Literal["I", "II", "III"] | None = said("NMPA class", "医疗器械管理类别", optional=True, binding="nmpa")
    registration: Line | None = said("Registration or filing number", "注册证或备案号", optional=True, binding="nmpa")
    intended_use: Prose | None = said("Intended use in the maker's words", "制造商声明的预期用途", optional=True)


class Power(Model):
    """How it is fed."""

    battery_life: Duration | None = said("Time on one charge", "续航时间", optional=True, unit="s")
    mains: Flag = said("Runs on mains", "是否市电供电")


class Clock(Model):
    """What the device's times are worth."""

    type: Literal["utc", "local_with_offset", "local", "relative", "none", "unknown"] = said(
        "Kind of clock", "时钟类型", binding="mdc-time"
    )
    sync: Literal["none", "ntp", "sntp", "gsm", "manual", "gateway", "unknown"] = said("How it is set", "校时方式", binding="mdc-time")
    resolution: Duration | None = said("Resolution", "时间分辨率", optional=True, unit="s")
    accuracy: Duration | None = said("Accuracy", "时间准确度", optional=True, unit="s")


class AlarmCapability(Model):
    """An alarm the device can raise by itself."""

    type: Token = said("Type of event", "事件类型", binding="agetech-events")
    priority: Literal["high", "medium", "low", "information"] = said("Priority", "优先级", binding="alarm-priority")
    latching: Flag = said("Stays on until acknowledged", "是否锁存")


class DevicePrivacy(Model):
    """What it captures of people, and where that stays."""

    captures: tuple[Literal["audio", "image", "depth", "radar", "location", "physiology", "motion"], ...] = said(
        "What it captures; empty for nothing", "采集内容，可为空", binding="agetech"
    )
    on_device_only: Flag = said("Raw data never leave the device", "原始数据是否不离开设备")
    retention: Duration | None = said("How long raw data are kept", "原始数据保存时长", optional=True, unit="s")


class Software(Model):
    """A version of one part."""

    part: Literal["hardware", "firmware", "software", "protocol"] = said("Part", "部件", binding="mdc-version")
    version: Line = said("Version", "版本")


class DeviceDescriptor(Document):
    """A product model, or one unit of it; a unit's serial number is kept as a keyed hash."""

    name: ClassVar[str] = "device-descriptor"
    version: ClassVar[str] = "1.0.0"
    rules: ClassVar[dict[str, tuple[str, str]]] = {
        "model-serial": ("a product model has no serial number", "产品型号不得有序列号"),
        "edition": ("a class of ISO 9999, GB/T 16432, the catalogue or NMPA names its edition", "分类代码须注明版次"),
        "channel-ids": ("channel ids are unique", "通道标识不得重复"),
        "udi": ("a GS1 device identifier of 14 digits has a right check digit", "14 位 GS1 标识的校验位须正确"),
    }
    schema: Literal["https://schemas.agetech.example/device-descriptor/1"] = of("device-descriptor")
    schema_version: Annotated[str, Strict(), Field(pattern=r"^1\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$")] = stamped("1.0.0")
    kind: Literal["model", "unit"] = said("Product model or one unit", "产品型号或单台设备", binding="agetech")
    device_type: Token = said("Device type of the catalogue", "设备类型", binding="agetech-device-types")
    manufacturer: Line = said("Manufacturer", "制造商")
    model: Line = said("Model", "型号")
    serial_hash: Sha256 | None = said("Keyed hash of the serial number", "序列号散列值", optional=True, label="quasi")
    udi_di: Line | None = said("Device identifier of the UDI", "医疗器械唯一标识的产品标识", optional=True, binding="udi")
    versions: tuple[Software, ...] | None = said("Versions of its parts", "各部件版本", optional=True)
    classifications: tuple[Coding, ...] = said(
        "Classes, each with its edition", "分类代码，须注明版次", default=(), binding="device-classes"
    )
    regulatory: Regulatory = said("Regulatory status", "监管状态")
    transport: (
        tuple[Literal["ble", "wifi", "zigbee", "thread", "matter", "lora", "nbiot", "lte", "ethernet", "usb", "sd", "none"], ...] | None
    ) = said("How data leave it", "通信方式", optional=True, binding="agetech")
    placement: BodySite | None = said("Where it is worn or mounted", "佩戴或安装位置", optional=True)
    place: Place | None = said("Where the unit stands", "单台设备所在位置", optional=True, label="sensitive", category="whereabouts")
    contact: Literal["worn", "contact", "contactless", "ambient", "handheld", "implanted", "none", "unknown"] = said(
        "Contact with the body", "与人体的接触方式", binding="agetech"
    )
    power: Power | None = said("Power", "供电", optional=True)
    clock: Clock = said("Clock", "时钟")
    channels: tuple[Channel, ...] = said("What it yields; may be empty", "输出通道，可为空")
    alarms: tuple[AlarmCapability, ...] | None = said("Alarms it raises", "自带报警", optional=True)
    algorithms: tuple[Reference, ...] | None = said("Algorithm cards", "算法卡片", optional=True)
    certifications: tuple[Reference, ...] | None = said("Certification records", "认证记录", optional=True)
    patents: tuple[Reference, ...] | None = said("Patent pledges", "专利承诺", optional=True)
    privacy: DevicePrivacy | None = said(
        "What it captures of people; absent where it is not stated", "采集的个人信息；未声明则缺省", optional=True
    )
    accessibility: tuple[Token, ...] | None = said("Aids to use", "无障碍与适老化特性", optional=True, binding="agetech-accessibility")
    environment: tuple[Range, ...] | None = said("Conditions of operation", "工作环境条件", optional=True, unit="any")

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.kind == "model" and self.serial_hash is not None:
            raise Broken("model-serial", "serial_hash", "absent for a model")
        for n, coding in enumerate(self.classifications):
            if coding.version is None and any(name in coding.system for name in EDITIONED):
                raise Broken("edition", f"classifications/{n}/version", "the edition")
        ids = [c.id for c in self.channels]
        if len(set(ids)) != len(ids):
            raise Broken("channel-ids", "channels", "unique ids")
        if self.udi_di is not None and self.udi_di.isdigit() and len(self.udi_di) == _GTIN and not _gtin(self.udi_di):
            raise Broken("udi", "udi_di", "a right check digit")
        return self


_GTIN = 14


def _gtin(digits: str) -> bool:
    """Return True for a right GS1 check digit (weights 3 and 1 from the left of 13 digits)."""
    total = sum(int(d) * (3 if n % 2 == 0 else 1) for n, d in enumerate(digits[:-1]))
    return (10 - total % 10) % 10 == int(digits[-1])
