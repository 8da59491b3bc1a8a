"""POST /calls with `consent`, GET /calls/{id}/consents, and withdrawal by PATCH."""

from datetime import UTC, datetime
from typing import Any

import pytest

from api.node.clock import SystemClock
from engine.model.consent import (
    Ask,
    AskedLeg,
    ConsentAnswer,
    ConsentChoice,
    ConsentPolicy,
    How,
    Purpose,
    Withdrawal,
    decide,
)
from tests.unit.api.conftest import NUMBER, TO, Site

EXTERNAL = {
    "policy": "external", "reference": "CRM 7", "given_by": "Zoë", "given_at": "2026-11-25T09:30:00Z",
    "wording": "I agree to be recorded.",
}  # fmt: skip


async def placed(site: Site, consent: Any) -> tuple[int, Any]:
    body = {"to": TO, "from": NUMBER, "record": True, "consent": consent}
    status, answer, _ = await site.request("POST", "calls", json=body)
    return status, answer


@pytest.mark.parametrize(
    ("consent", "choice"),
    [
        ("press-to-consent", ConsentChoice(ConsentPolicy.PRESS)),
        (
            {"policy": "both-parties", "withdrawal": "delete"},
            ConsentChoice(ConsentPolicy.BOTH_PARTIES, Withdrawal.DELETE),
        ),
        ({"policy": "none-needed", "basis": "a law"}, ConsentChoice(ConsentPolicy.NONE_NEEDED, basis="a law")),
        (
            EXTERNAL,
            ConsentChoice(
                ConsentPolicy.EXTERNAL, reference="CRM 7", given_by="Zoë", wording="I agree to be recorded.",
                given_at=datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
            ),
        ),
    ],
)  # fmt: skip
async def test_a_policy_by_its_name_or_with_what_goes_with_it(site: Site, consent: Any, choice: ConsentChoice) -> None:
    status, _ = await placed(site, consent)

    assert status == 201
    assert site.call_service.orders[-1].options.consent == choice


@pytest.mark.parametrize(
    ("consent", "field"),
    [
        ("maybe", "consent"),
        (7, "consent"),
        ("external", "consent.reference"),
        ("none-needed", "consent.basis"),
        ({"policy": "maybe"}, "consent.policy"),
        ({}, "consent.policy"),
        ({"policy": "none-needed", "basis": " "}, "consent.basis"),
        ({"policy": "announce", "wording": "Yes."}, "consent.wording"),
        ({**EXTERNAL, "given_at": "yesterday"}, "consent.given_at"),
        ({**EXTERNAL, "given_at": "2026-11-25T09:30:00"}, "consent.given_at"),
        ({**EXTERNAL, "given_by": ""}, "consent.given_by"),
        ({**EXTERNAL, "colour": "red"}, "consent.colour"),
    ],
)
async def test_what_does_not_go_together_is_named(site: Site, consent: Any, field: str) -> None:
    status, answer = await placed(site, consent)

    assert status == 422
    assert field in [error["field"] for error in answer["errors"]]


async def test_a_purpose_has_a_policy_of_its_own_which_the_call_tells(site: Site) -> None:
    streamed = {"consent_to_streaming": {"policy": "both-parties"}, "consent_to_transcription": "announce"}
    body = {"to": TO, "from": NUMBER, "consent": "press-to-consent", **streamed}
    status, call, _ = await site.request("POST", "calls", json=body)

    assert status == 201
    options = site.call_service.orders[-1].options
    assert options.consent_to_streaming == ConsentChoice(ConsentPolicy.BOTH_PARTIES)
    assert options.consent_to_transcription == ConsentChoice(ConsentPolicy.ANNOUNCE)
    assert (call["consent"], call["consent_to_streaming"]) == ("press-to-consent", "both-parties")


async def test_a_fault_names_the_purpose(site: Site) -> None:
    body = {"to": TO, "from": NUMBER, "consent_to_recording_elsewhere": "none-needed"}
    status, answer, _ = await site.request("POST", "calls", json=body)

    assert status == 422
    assert [error["field"] for error in answer["errors"]] == ["consent_to_recording_elsewhere.basis"]


async def test_the_records_of_a_call_are_listed(site: Site) -> None:
    _, call = await placed(site, "press-to-consent")
    account = await site.services.stores.accounts.ensure("demo")
    leg = AskedLeg(account.id, call["id"], TO, SystemClock().now(), 1.5)
    refused = ConsentAnswer(How.DIGIT, digit="2")
    record = decide(ConsentChoice(ConsentPolicy.PRESS), Ask.KEY, refused, leg, Purpose.STREAMING).record
    await site.services.stores.consents.add(record)

    status, answer, _ = await site.request("GET", f"calls/{call['id']}/consents")

    assert status == 200
    [listed] = answer["consents"]
    assert (listed["id"], listed["given"], listed["how"], listed["digit"]) == (record.id, "no", "digit", "2")
    assert listed["purpose"] == "streaming"
    assert (listed["policy"], listed["number"], listed["offset_seconds"]) == ("press-to-consent", TO, 1.5)


async def test_consent_can_be_withdrawn_and_not_given(site: Site) -> None:
    _, call = await placed(site, "announce")

    assert (await site.request("PATCH", f"calls/{call['id']}", json={"consent": "withdrawn"}))[0] == 200
    assert site.call_service.changes[0].withdraw_consent
    assert (await site.request("PATCH", f"calls/{call['id']}", json={"consent": "given"}))[0] == 422
