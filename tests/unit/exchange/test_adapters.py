import json
from zoneinfo import ZoneInfo

import pytest

from agetech.errors import ExchangeError
from agetech.exchange import adapters
from agetech.exchange.adapters import matter, times
from agetech.schemas import documents
from agetech.schemas.instants import Instant
from agetech.schemas.jsontext import dumps

AT = Instant("2026-11-23T00:00:00Z")


def table(**more):
    made = {
        "id": "t",
        "version": "1.0.0",
        "vendor": "t",
        "detect": ["/rows"],
        "rows": "/rows/*",
        "time": {"rule": "instant", "at": ["/at"]},
        "as": "observations",
    }
    return {**made, "values": [{"at": "/hr", "type": "heart_rate", "unit": "/min", "absent": [0, -1]}], **more}


def convert(rows, one=None, **options):
    return adapters.convert(json.dumps({"rows": rows}), table=one or table(), at=AT, **options)


def test_a_tenants_table_needs_no_code(tmp_path):
    path = tmp_path / "t.json"
    path.write_text(json.dumps(table()), encoding="utf-8")
    made = convert([{"at": "2026-11-23T08:00:00.1234567+08:00", "hr": 72, "x": {"y": 1}}], adapters.load_table(path), subject="p1")
    document = made.documents[0]
    assert (document.type, document.value.value, document.subject.id) == ("heart_rate", 72, "p1")
    assert document.effective.text == "2026-11-23T08:00:00.1234567+08:00"
    assert made.unmapped in (["/rows/*/x/y"], ["/rows/0/x/y"])


@pytest.mark.parametrize("sentinel", [0, -1, None, 0.0, -1.0])
def test_sentinels_become_absent_with_a_reason(sentinel):
    made = convert([{"at": "2026-11-23T08:00:00Z", "hr": sentinel}])
    assert made.documents[0].value is None
    assert made.documents[0].absent.reason == "unknown"
    assert len(made.absent) == 1


def test_rows_that_cannot_be_read_are_refused_and_the_others_are_not():
    made = convert(
        [
            {"at": "2026-11-23T08:00:00Z", "hr": "72"},
            {"at": "2026-11-23 08:00", "hr": 72},
            {"hr": 72},
            {"at": "2026-11-23T08:00:00Z", "hr": 72},
            {"at": "2026-11-23T08:00:00Z"},
            5,
        ]
    )
    assert len(made.documents) == 1
    assert [f.path for f in made.refused] == ["/rows/0/hr", "/rows/1/at", "/rows/2/at"]
    assert "72" not in " ".join(str(f) for f in made.refused)


@pytest.mark.parametrize(
    "change",
    [
        {"as": "x"},
        {"time": {"rule": "guess"}},
        {"values": [{"at": "/a", "type": "nosuch", "unit": "1"}]},
        {"values": [{"at": "/a", "type": "heart_rate", "unit": "bpm"}]},
        {"extra": 1},
        {"values": [5]},
    ],
)
def test_a_wrong_table_is_refused(change):
    with pytest.raises(ExchangeError) as caught:
        adapters.checked(table(**change))
    assert caught.value.code == "E_MAP_TABLE"
    with pytest.raises(ExchangeError):
        adapters.checked({k: v for k, v in table().items() if k != "rows"})


def test_powers_of_ten_and_scales_are_exact():
    one = table(
        values=[],
        select={
            "rows": "/m/*",
            "by": "/type",
            "value": "/value",
            "power10": "/unit",
            "cases": {"1": {"type": "weight", "unit": "kg", "absent": [-1]}},
        },
    )
    made = convert(
        [
            {
                "at": "2026-11-23T08:00:00Z",
                "m": [
                    {"type": 1, "value": 74126, "unit": -3},
                    {"type": 1, "value": -1000, "unit": -3},
                    {"type": 99, "value": 5, "unit": 0},
                ],
            }
        ],
        one,
    )
    assert str(made.documents[0].value.value) == "74.126"
    assert made.documents[1].absent is not None
    assert any(place.endswith("/m/2/value") for place in made.unmapped)


def test_merging_and_ids_are_stable():
    one = table(key=["/id"], merge=True)
    rows = [{"at": "2026-11-23T08:00:00Z", "hr": 72, "id": 5}] * 2
    assert len(convert(rows, one).documents) == 1
    assert convert(rows, one).documents[0].id == convert(rows, one).documents[0].id != convert(rows, one, subject="p2").documents[0].id
    assert len(convert(rows, table(key=["/id"])).documents) == 2


def test_local_times_need_a_zone_and_exist_once():
    one = table(time={"rule": "local", "at": ["/at"]})
    with pytest.raises(ExchangeError) as caught:
        convert([{"at": "2026-11-23T08:00:00", "hr": 72}], one)
    assert caught.value.code == "E_MAP_ZONE"
    assert (
        convert([{"at": "2026-11-23T08:00:00.000", "hr": 72}], one, zone="Asia/Shanghai").documents[0].effective.text
        == "2026-11-23T08:00:00.000+08:00"
    )
    berlin = ZoneInfo("Europe/Berlin")
    for text in ("2026-03-29T02:30:00", "2026-10-25T02:30:00"):
        with pytest.raises(ExchangeError):
            times.local(text, berlin, "/at")
    assert times.local("2026-10-25T03:30:00", berlin, "/at").endswith("+01:00")
    with pytest.raises(ExchangeError):
        times.zone_of("Nowhere/City", "zone")


def test_an_epoch_that_is_wall_time_is_read_as_wall_time():
    one = table(time={"rule": "epoch_wall", "at": ["/at"], "zone": "/tz"})
    made = convert(
        [
            {"at": 1442491407, "hr": 1, "tz": "-0800"},
            {"at": 1442491407, "hr": 1, "tz": 1},
            {"at": 1442491407, "hr": 1, "tz": "x"},
            {"at": -5, "hr": 1, "tz": 1},
            {"at": 10**15, "hr": 1, "tz": 1},
        ],
        one,
    )
    assert [d.effective.text for d in made.documents] == ["2015-09-17T12:03:27-08:00", "2015-09-17T12:03:27+01:00"]
    assert len(made.refused) == 3


def test_segments_are_sorted_and_split_into_nights():
    one = table(rows="/rows/*", time={"rule": "epoch", "at": ["/a"], "end": ["/b"]}, values=[])
    one |= {"as": "segments:sleep", "segments": {"state": "/s", "map": {"0": "wake", "1": "light"}, "gap": 3600}}
    rows = [{"a": 200000, "b": 200600, "s": 1}, {"a": 1600, "b": 2200, "s": 0}, {"a": 1000, "b": 1600, "s": 1}, {"a": 1, "b": 2, "s": 9}]
    made = convert(rows, one)
    assert [len(d.segments) for d in made.documents] == [2, 1]
    assert [s.stage for s in made.documents[0].segments] == ["light", "wake"]
    assert len(made.refused) == 1


def test_real_payloads_give_what_the_design_demands(data):
    folder = data / "schemas"

    def of(name, **options):
        return adapters.convert((folder / name).read_bytes(), at=AT, **options)

    glucose = of("wearable-vendor-payloads/ihealth/ihealth-glucose.json").documents[0]
    assert (glucose.effective.text, glucose.value.unit) == ("2015-09-17T12:03:27-08:00", "mg/dL")
    assert of("wearable-vendor-payloads/ihealth/ihealth-spo2-no-oxygen-saturation.json").documents[0].absent is not None
    assert [str(e.summary["total_sleep_time"].value) for e in of("wearable-vendor-payloads/ihealth/ihealth-sleep.json").documents] == [
        "345",
        "195",
        "355",
    ]
    for empty in (
        "ihealth/ihealth-bp-empty",
        "ihealth/ihealth-sleep-empty",
        "fitbit/fitbit-sleep-date-empty-sleep-list",
        "fitbit/fitbit-sleep-date-range-empty-sleep-list",
        "withings/withings-body-measures-only-goal",
    ):
        assert of(f"wearable-vendor-payloads/{empty}.json", zone="+08:00").documents == []
    weights = [
        str(d.value.value)
        for d in of("wearable-vendor-payloads/withings/withings-body-measures.json").documents
        if d.type == "weight" and d.value
    ]
    assert "74.126" in weights
    assert len(of("withings-api/measurement.json").documents) == 1
    nights = of("withings-api/sleep_summary.json").documents
    assert sum("ahi" not in night.summary for night in nights) >= 2
    assert str(nights[0].summary["sleep_efficiency"].value.normalize()) == "86"
    assert len(of("withings-api/sleep.json").documents) == 2
    with pytest.raises(ExchangeError):
        of("wearable-vendor-payloads/fitbit/fitbit-sleep-date.json")
    hub = of("iomt-device-payloads/test/data_IotHubPayloadExample.json").documents[0]
    assert (hub.effective.text, hub.effective.ns % 1000, hub.value.value) == ("2019-01-30T22:45:02.6073744Z", 400, 203)
    late = of("iomt-device-payloads/test/data_IotHubPayloadExampleMissingCreateTime.json").documents[0]
    assert (late.effective.text, late.time_status) == ("2019-02-01T22:46:01.875Z", "local_guess")
    assert of("iomt-device-payloads/test/data_Documentation_CalculatedFunction_BloodPressure_Payload.json").documents[0].components


def node(clusters, kinds=(770,)):
    return {
        "node_id": 5,
        "attributes": {
            "0": {"Descriptor": {"deviceTypeList": [{"type": 22, "revision": 1}]}},
            "9": {"Descriptor": {"deviceTypeList": [{"type": k} for k in kinds]}, **clusters},
        },
    }


def test_matter_endpoints_are_devices_and_hundredths_are_exact():
    made = matter.convert(node({"TemperatureMeasurement": {"measuredValue": 2100}}), at=AT)
    device, reading = made.documents
    assert (device.channels[0].observation_type, device.classifications[0].code) == ("air_temperature", "0x0302")
    assert (dumps(documents.content(reading)["value"]), reading.subject.id) == ('{"value":21.00,"unit":"Cel"}', "node-5.9")
    assert "/attributes/0" in made.unmapped
    assert matter.convert(node({"TemperatureMeasurement": {"measuredValue": None}}), at=AT).documents[1].absent is not None
    assert matter.convert(node({"BooleanState": {"stateValue": False}}, (0x43,)), at=AT).documents[1].type == "water_leak"
    flat = {"node_id": 5, "attributes": {"9/29/0": [{"0": 770, "1": 1}], "9/1026/0": 2155}}
    assert str(matter.convert(flat, at=AT).documents[1].value.value) == "21.55"
    for wrong in ({}, {"attributes": []}, node({"TemperatureMeasurement": {"measuredValue": "x"}})):
        with pytest.raises(ExchangeError):
            matter.convert(wrong, at=AT)


def test_real_matter_nodes(data):
    wanted = {
        "fake-temperature-sensor": ("air_temperature", "21.00"),
        "fake_humidity_sensor": ("relative_humidity", "30.00"),
        "contact-sensor-example-app": ("contact", "False"),
        "onoff-switch-example-app": ("switch_state", "False"),
    }
    for name, (kind, value) in wanted.items():
        made = matter.convert((data / "schemas" / "matter-nodes" / f"{name}.json").read_bytes(), at=AT)
        reading = next(d for d in made.documents if d.name == "observation")
        assert (reading.type, str(getattr(reading.value, "value", reading.value))) == (kind, value)


def test_a_payload_nobody_knows_is_refused():
    with pytest.raises(ExchangeError) as caught:
        adapters.convert({"hello": 1}, at=AT)
    assert caught.value.code == "E_MAP_TABLE"
    with pytest.raises(ExchangeError):
        adapters.convert({"hello": 1}, table="nosuch", at=AT)


def message(**more):
    telemetry = {"HeartRate": 75, "BodyTemperature": 98.4, "BloodPressure": {"Systolic": 120, "Diastolic": 80}, "BatteryLevel": 45}
    made = {"deviceId": "d1", "enqueuedTime": "2021-06-08T19:45:20.2020000Z", "telemetry": telemetry}
    return made | {"messageProperties": {"iothub-creation-time-utc": "2021-06-08T19:45:20.1960000Z"}} | more


def test_many_messages_of_iot_central_are_read_each_with_its_own_time_and_device():
    late = message(deviceId="d2")
    del late["messageProperties"]
    made = adapters.convert({"Body": [{"messageSource": "deviceLifecycle"}, message(), late]}, at=AT)
    assert made.table == "iotcentral.messages"
    first, second = ([d for d in made.documents if d.device.id == name] for name in ("d1", "d2"))
    assert {d.effective.text for d in first} == {"2021-06-08T19:45:20.1960000Z"}
    assert {(d.effective.text, d.time_status) for d in second} == {("2021-06-08T19:45:20.2020000Z", "local_guess")}
    assert {d.type for d in first} == {"bp_panel", "heart_rate", "body_temperature"}
    heat = next(d for d in first if d.type == "body_temperature")
    assert (heat.value.unit, str(heat.value.value)) == ("{unknown}", "98.4")
    assert any(place.endswith("/telemetry/BatteryLevel") for place in made.unmapped)
    assert adapters.convert(message(), at=AT).table == "iotcentral.telemetry"


def test_a_list_of_devices_becomes_descriptors_and_null_dates_are_absent():
    scale = {"type": "Scale", "model": "Body+", "hash_deviceid": "h1", "first_session_date": None, "last_session_date": 1693867179}
    mat = {"type": "Sleep Monitor", "model": "", "hash_deviceid": "h1", "battery": "high"}
    made = adapters.convert({"status": 0, "body": {"devices": [scale, mat]}}, at=AT)
    first, second = made.documents
    assert (first.id, first.device_type, first.model, first.manufacturer) == ("h1", "body-scale", "Body+", "Withings")
    assert first.extensions["https://schemas.agetech.example/adapters/moments"] == {"last_session": "2023-09-04T22:39:39Z"}
    assert (second.device_type, second.model, second.id != "h1") == ("sleep-breathing-monitor", "unknown", True)
    assert made.absent == ["/body/devices/0/first_session_date", "/body/devices/1/model"]
    for change in ({"map": {"x": "nosuch"}}, {"id": 5}):
        one = adapters.tables()["withings.devices"]
        with pytest.raises(ExchangeError):
            adapters.checked(one | {"devices": one["devices"] | change})


def test_real_lists_and_messages(data):
    folder = data / "schemas"
    devices = adapters.convert((folder / "withings-api" / "device.json").read_bytes(), at=AT)
    assert (len(devices.documents), devices.refused, len(devices.absent)) == (5, [], 6)
    many = adapters.convert((folder / "iomt-device-payloads/test/data_IotCentralPayloadExampleMultipleMessages.json").read_bytes(), at=AT)
    assert [len([d for d in many.documents if d.type == kind]) for kind in ("bp_panel", "heart_rate", "respiratory_rate")] == [2, 2, 2]
    assert many.refused == []
