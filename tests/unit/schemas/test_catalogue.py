from agetech.schemas import catalogue
from agetech.schemas.ucum import parse

PLAN = ["zoom glasses", "air-conduction hearing aid", "bone-conduction hearing aid", "bathing machine", "bath-assist robot", "path-following wheelchair", "wearable monitor", "myocardial-infarction monitor", "sleep-breathing monitor", "contactless ECG", "mental-state measurement", "cardiopulmonary function", "non-invasive glucose", "POCT", "neural interface", "neuro-rehabilitation", "rehabilitation robot", "exoskeleton", "radar fall monitor", "infrared fall monitor", "depth-camera fall monitor", "one-key call", "locator", "voice-controlled nursing bed", "voice-controlled mattress", "nursing robot", "ceiling hoist", "position converter", "robot pet", "companion robot", "cognitive screening tool", "tabletop cognitive trainer", "companion virtual human", "home environment sensor"]  # fmt: skip  # noqa: E501 - the list of the plan


def test_every_product_of_the_plan_has_a_device_type_with_channels():
    names = [p.en for p in catalogue.products().values()]
    for product in PLAN:
        assert any(product in name for name in names), product
    for product in catalogue.products().values():
        kind = catalogue.device_types()[product.device_type]
        assert product.channels
        assert kind.en
        assert kind.zh
        assert product.zh
        assert set(product.channels) <= set(catalogue.observation_types())


def test_every_class_of_every_device_carries_status_and_source():
    for kind in catalogue.device_types().values():
        assert set(kind.classes) == {"iso_9999", "gbt_16432", "catalogue_2024", "mdc", "matter", "nmpa"}
        for scheme, rows in kind.classes.items():
            for row in rows:
                assert row["status"], (kind.id, scheme)
                assert row["source"], (kind.id, scheme)
                if scheme in ("iso_9999", "gbt_16432") and row.get("code"):
                    assert row["edition"], (kind.id, scheme)


def test_every_observation_type_has_names_and_a_unit_or_a_kind_of_value():
    for kind in catalogue.observation_types().values():
        assert kind.en
        assert kind.zh
        assert (kind.ucum is None) == (kind.value_kind != "quantity"), kind.id
        if kind.ucum:
            parse(kind.ucum)
        for held in (kind.loinc, kind.mdc):
            assert held is None or (held["status"] and held["source"]), kind.id


def test_only_verified_codes_map():
    assert catalogue.by_code()["loinc", "8867-4"] == "heart_rate"
    assert catalogue.by_code()["mdc", "149530"] == "heart_rate"
    for kind in catalogue.observation_types().values():
        for system, held in (("loinc", kind.loinc), ("mdc", kind.mdc)):
            if held and held["status"] != "verified":
                assert kind.code(system) is None
                assert (system, str(held.get("code"))) not in catalogue.by_code()


def test_the_statuses_are_counted():
    counts = catalogue.statuses()
    assert counts["verified"] > 150
    assert not [status for status in counts if "memory" in status]
