import base64
import hashlib
import json

import pytest
from fhir.resources import get_fhir_model_class as r5
from fhir.resources.R4B import get_fhir_model_class as r4

from agetech.errors import ExchangeError
from agetech.exchange import fhir
from agetech.schemas import documents
from agetech.schemas.instants import Instant
from agetech.schemas.jsontext import dumps, loads
from agetech.schemas.v1 import permits
from agetech.scoring import instrument

AT = Instant("2026-11-24T00:00:00Z")
ORACLE = {"R4": r4, "R5": r5}
UCUM = "http://unitsofmeasure.org"
SUBJECT = {"subject": {"reference": "Patient/p1"}}
pytestmark = pytest.mark.filterwarnings("ignore")


def accepted(resource, release):
    text = dumps(resource)
    ORACLE[release](json.loads(text)["resourceType"]).model_validate_json(text)
    return True


def read(resource, **options):
    text = dumps(resource)
    held = fhir.read(text, at=AT, **options)
    assert dumps(held.export(), sort=True) == dumps(loads(text), sort=True)
    for release in ("R4", "R5"):
        assert accepted(held.export(release), release)
    return held


METRIC = {
    "resourceType": "DeviceMetric",
    "id": "m1",
    "type": {"coding": [{"system": "urn:iso:std:iso:11073:10101", "code": "150456"}]},
    "category": "measurement",
}
R4_METRIC = METRIC | {"source": {"reference": "Device/d1"}}


@pytest.mark.parametrize(
    ("unit", "held"),
    [
        ({"system": "urn:iso:std:iso:11073:10101", "code": "262688"}, "%"),
        ({"system": UCUM, "code": "%"}, "%"),
        ({"system": UCUM, "code": "kg"}, None),
        ({"system": "urn:iso:std:iso:11073:10101", "code": "999999"}, None),
        (None, None),
    ],
)
def test_a_metric_is_a_channel_only_where_its_unit_fits_its_type(unit, held):
    content = R4_METRIC | ({"unit": {"coding": [unit]}} if unit else {})
    document = read(content).documents[0]
    channel = document.channels[0]
    assert (document.name, channel.observation_type) == ("device-descriptor", "spo2" if held else "unknown_code")
    assert channel.unit == (held or ("kg" if unit and unit["code"] == "kg" else None))
    assert document.extensions["https://schemas.agetech.example/fhir/part-of"] == {"kind": "device", "id": "d1"}


@pytest.mark.parametrize(
    ("repeat", "rate"),
    [
        ({"frequency": 1, "period": 15, "periodUnit": "min"}, "4 /h"),
        ({"frequency": 2, "period": 1, "periodUnit": "s"}, "2 /s"),
        ({"frequency": 1, "period": 7, "periodUnit": "d"}, None),
    ],
)
def test_how_often_a_metric_measures_is_its_rate(repeat, rate):
    document = read(R4_METRIC | {"measurementPeriod": {"repeat": repeat}}).documents[0]
    told = document.channels[0].sample_rate
    assert (f"{told.value} {told.unit}" if told else None) == rate
    assert document.channels[0].driven_by == ("samples" if rate else "events")


def test_a_goal_is_a_plan_of_one_goal_with_its_target():
    low, high = ({"value": loads(v), "unit": "kg", "system": UCUM, "code": "kg"} for v in ("70.0", "80"))
    goal = {"resourceType": "Goal", "id": "g1", "lifecycleStatus": "active", "description": {"text": "lighter"}, **SUBJECT}
    target = {"measure": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}, "detailRange": {"low": low, "high": high}}
    plan = read(goal | {"startDate": "2026-01-02", "target": [target | {"dueDate": "2026-12-31"}]}).documents[0]
    found = plan.goals[0]
    assert (plan.name, plan.status, found.lifecycle, found.start, plan.subject.id) == ("care-plan", "active", "active", "2026-01-02", "p1")
    assert (found.targets[0].measure, str(found.targets[0].range.low.value), found.targets[0].due) == ("weight", "70.0", "2026-12-31")
    least = {"detailQuantity": {**low, "comparator": ">="}}
    bound = read(goal | {"target": [{"measure": target["measure"], **least}]}).documents[0].goals[0].targets[0].range
    assert (bound.high, str(bound.low.value)) == (None, "70.0")


def test_an_encounter_is_an_episode_and_its_states_follow_the_release():
    visit = {"resourceType": "Encounter", "id": "e1", "status": "finished", "class": {"code": "AMB"}, **SUBJECT}
    visit |= {"period": {"start": "2026-11-01T08:00:00+08:00", "end": "2026-11-01T09:00:00+08:00"}}
    held = read(visit)
    episode = held.documents[0]
    assert (episode.kind, episode.period.end.text, episode.subject.id) == ("encounter", "2026-11-01T09:00:00+08:00", "p1")
    assert held.export("R5")["status"] == "completed"
    assert fhir.write(episode)["resourceType"] == "Encounter"
    assert fhir.read(fhir.write(episode, release="R4")).documents == [episode]
    assert read({k: v for k, v in visit.items() if k != "period"}).documents == []


def test_a_file_inside_is_held_by_its_digest_and_an_address_alone_is_not_vouched_for():
    inside = {"contentType": "text/plain", "data": base64.b64encode(b"report").decode(), "title": "t"}
    content = {
        "resourceType": "DocumentReference",
        "id": "d1",
        "status": "current",
        "date": "2026-11-01T08:00:00Z",
        "description": "a report",
    }
    document = read(content | SUBJECT | {"content": [{"attachment": inside}]}).documents[0]
    assert (document.type, document.value, document.attachment.bytes, document.effective.text) == (
        "document",
        "a report",
        6,
        content["date"],
    )
    assert document.attachment.sha256 == hashlib.sha256(b"report").hexdigest()
    away = read(content | {"content": [{"attachment": {"url": "https://a.example/x", "hash": "MTIz"}}]})
    assert away.documents[0].attachment is None
    assert any("attachment" in place for place in away.unmapped)
    assert fhir.read(fhir.write(document, release="R4")).documents == [document]


CONSENT = {"resourceType": "Consent", "id": "c1", "status": "active", "decision": "deny", **SUBJECT}
HOSPITAL = {"actor": [{"reference": {"reference": "Organization/h1"}}]}


def test_a_foreign_permit_is_a_draft_that_permits_nothing():
    held = read(CONSENT | {"decision": "permit", "provision": [HOSPITAL | {"period": {"start": "2026-01-01", "end": "2026-12-31"}}]})
    consent = held.documents[0]
    assert (consent.status, consent.decision, consent.categories) == ("draft", "permit", ("general",))
    assert not permits(consent, "general", "care", "h1", Instant("2026-06-01T00:00:00Z"))
    assert "draft" in held.unmapped[0]
    assert held.export()["status"] == "active"


def test_a_foreign_refusal_beats_a_permit_of_ours_in_its_longest_reading():
    refusal = read(CONSENT | {"provision": [HOSPITAL | {"period": {"start": "2026-02", "end": "2026-02"}}]}).documents[0]
    assert (refusal.status, refusal.period.start.text, refusal.period.end.text) == (
        "active",
        "2026-02-01T00:00:00+14:00",
        "2026-02-28T23:59:59-12:00",
    )
    consent = documents.read({**documents.content(refusal), "id": "own", "decision": "permit", "separate_consent": True})
    inside, after = Instant("2026-02-15T00:00:00Z"), Instant("2026-06-01T00:00:00Z")
    assert permits([consent], "health", "research", "h1", inside)
    assert not permits([consent, refusal], "health", "research", "h1", inside)
    assert not permits([refusal], "health", "research", "h1", after)
    everyone = read(CONSENT).documents[0]
    assert everyone.status == "draft"


@pytest.mark.parametrize(("code", "decision"), [("OPTIN", "permit"), ("OPTOUT", "deny"), (None, "deny")])
def test_without_a_decision_the_policy_tells_it_and_silence_is_a_refusal(code, decision):
    content = {
        "resourceType": "Consent",
        "id": "c1",
        "status": "active",
        "scope": {"text": "s"},
        "category": [{"text": "c"}],
        "patient": SUBJECT["subject"],
    }
    policy = {"policyRule": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": code}]}} if code else {}
    assert read(content | policy).documents[0].decision == decision


def bundle(*resources):
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource} for resource in resources]}


def test_staff_are_roles_and_handles_and_their_names_stay_outside():
    degree = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0360", "code": "RN"}]}
    nurse = {"resourceType": "Practitioner", "id": "n1", "name": [{"text": "CANARY"}], "qualification": [{"code": degree}]}
    answers = {"resourceType": "QuestionnaireResponse", "id": "q1", "status": "completed", "authored": "2026-11-01T08:00:00Z"}
    answers |= {"questionnaire": "https://schemas.agetech.example/instruments/barthel|1.0.0", "author": {"reference": "Practitioner/n1"}}
    answers |= {"item": [{"linkId": "feeding", "answer": [{"valueInteger": 10}]}]}
    held = read(bundle({"resourceType": "Organization", "id": "h1", "name": "North"}, answers, nurse))
    result = held.documents[0]
    assert (result.assessor.role, result.instrument.id, result.instrument.edition) == ("nurse", "barthel", "1.0.0")
    assert [(p.actor.role, p.actor.ref.id, p.organization) for p in held.parties] == [("unknown", "h1", "North"), ("nurse", "n1", None)]
    assert "CANARY" not in repr(held) + repr(held.parties) + dumps(documents.content(result))
    assert any("/name" in place for place in held.unmapped)
    made = fhir.write([result], bundle="document", at=AT)
    assert accepted(made, "R5")
    staff = [e["resource"] for e in made["entry"] if e["resource"]["resourceType"] == "Practitioner"]
    assert [(s["id"], s["qualification"][0]["code"]["coding"][0]["code"]) for s in staff] == [("n1", "nurse")]
    assert fhir.read(made).documents == [result]


@pytest.mark.parametrize("name", ["barthel", "phq9", "awgs2019"])
@pytest.mark.parametrize("release", ["R4", "R5"])
def test_an_instrument_goes_out_as_a_questionnaire_and_is_known_again(name, release):
    one = instrument(name)
    made = fhir.convert(fhir.questionnaire(one), "R5", release).content
    assert accepted(made, release)
    form = read(made).forms[0]
    assert (form.instrument, form.edition, [q.item for q in form.questions]) == (one.id, one.version, list(one.by_id))
    assert all(q.options == one.by_id[q.item].options for q in form.questions if q.type == "integer")


def test_a_foreign_questionnaire_is_a_form_whose_codes_its_responses_carry():
    asked = {
        "linkId": "1",
        "type": "group",
        "item": [{"linkId": "1.1", "text": "How?", "type": "choice", "answerOption": [{"valueString": "a"}], "required": True}],
    }
    code = {"system": "http://loinc.org", "code": "44249-1"}
    form = {
        "resourceType": "Questionnaire",
        "id": "f",
        "status": "active",
        "url": "http://a.example/q",
        "version": "3",
        "code": [code],
        "item": [asked],
    }
    answers = {
        "resourceType": "QuestionnaireResponse",
        "id": "q1",
        "status": "completed",
        "authored": "2026-11-01T08:00:00Z",
        "questionnaire": "http://a.example/q",
    }
    held = read(bundle(answers, form))
    assert [(q.item, q.options, q.required) for q in held.forms[0].questions] == [("1", (), None), ("1/1.1", ("a",), True)]
    told = held.documents[0].instrument
    assert (told.id, told.edition, told.codes[0].code) == ("unknown", "3", "44249-1")
    assert [place.split(": ")[1] for place in held.unmapped if "(Questionnaire)" in place] == ["/id", "/status"]


def observation(**more):
    return {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        **more,
    }


def test_a_time_a_range_a_file_and_a_reference_are_values_too():
    assert read(observation(valueTime="08:00:00")).documents[0].value == "08:00:00"
    bounds = {name: {"value": loads(v), "system": UCUM, "code": "/min"} for name, v in (("low", "60.0"), ("high", "80"))}
    low, high = read(observation(valueRange=bounds)).documents[0].components
    assert [(c.type, c.value.comparator, str(c.value.value)) for c in (low, high)] == [
        ("heart_rate", ">=", "60.0"),
        ("heart_rate", "<=", "80"),
    ]
    inner = read(observation(component=[{"code": {"text": "c"}, "valueRange": {"low": {"value": 1}}}])).documents[0]
    assert [c.value.comparator for c in inner.components] == [">="]


@pytest.mark.parametrize(
    ("value", "held"),
    [
        ({"valueAttachment": {"contentType": "image/png", "data": "AAAA", "title": "tongue"}}, "tongue"),
        ({"valueReference": {"reference": "MolecularSequence/1"}}, "MolecularSequence/1"),
    ],
)
def test_values_that_only_r5_has(value, held):
    document = fhir.read(observation(**value), at=AT)
    assert document.documents[0].value == held
    assert (document.documents[0].attachment is not None) == ("valueAttachment" in value)
    assert document.export() == observation(**value)
    assert accepted(document.export("R5"), "R5")
    assert accepted(document.export("R4"), "R4")


def test_preserve_keeps_what_no_field_holds_inside_the_document_save_names():
    extra = {
        "note": [{"text": "n"}],
        "method": {"coding": [{"system": "http://a.example/m", "code": "x"}]},
        "issued": "2026-11-01T08:00:00Z",
    }
    named = {
        "performer": [{"reference": "Practitioner/1", "display": "CANARY"}],
        "text": {"status": "generated", "div": "<div>CANARY</div>"},
    }
    held = fhir.read(observation(valueInteger=1, **extra, **named), at=AT, mode="preserve")
    document = documents.load(documents.dump(held.documents[0]))
    assert {"/note", "/method", "/issued", "/text"} <= set(document.provenance[-1].unmapped)
    assert "CANARY" not in documents.dump(document)
    for release in ("R4", "R5"):
        out = fhir.write(document, release=release)
        assert accepted(out, release)
        assert {name: out[name] for name in extra} == extra
        assert fhir.read(out).documents == [document]
    patient = {"resourceType": "Patient", "id": "1", "telecom": [{"value": "CANARY"}], "maritalStatus": {"text": "x"}}
    kept = fhir.read(patient, at=AT, mode="preserve").documents[0]
    assert kept.extensions is None
    assert set(kept.provenance[-1].unmapped) == {"/telecom", "/maritalStatus"}
    metric = fhir.read(R4_METRIC | {"color": "blue"}, at=AT, mode="preserve").documents[0]
    assert (fhir.write(metric)["resourceType"], fhir.write(metric)["color"]) == ("DeviceMetric", "blue")


def test_strict_refuses_what_no_field_holds():
    assert fhir.read(observation(valueInteger=1), mode="strict").documents
    with pytest.raises(ExchangeError) as caught:
        fhir.read(observation(valueInteger=1, note=[{"text": "n"}]), mode="strict")
    assert caught.value.code == "E_FHIR_UNMAPPED"
    assert "/note" in caught.value.path


def test_a_device_tells_a_bundle_what_it_measures():
    channel = {
        "id": "hr",
        "observation_type": "heart_rate",
        "unit": "/min",
        "driven_by": "samples",
        "sample_rate": {"value": 1, "unit": "Hz"},
    }
    document = fhir.read({"resourceType": "Device", "id": "d1", "manufacturer": "m"}, at=AT).documents[0]
    document = documents.read(documents.content(document) | {"channels": [channel]})
    for release in ("R4", "R5"):
        made = fhir.write([document], bundle="collection", release=release)
        assert accepted(made, release)
        metric = made["entry"][1]["resource"]
        assert (metric["resourceType"], metric["source" if release == "R4" else "device"]) == ("DeviceMetric", {"reference": "Device/d1"})
        assert fhir.read(made).documents == [document]
