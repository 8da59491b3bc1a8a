"""`disclosure` of calls, numbers and accounts, what is audited of it, and GET /calls/{id}/disclosures."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.model.accounts import Scope
from engine.model.disclosure import DisclosureChoice, DisclosurePolicy, ToldLeg, disclosed
from tests.unit.api.conftest import NUMBER, TO, Site

AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
SAYS_IT = {
    "policy": "agent-says-it", "wording": "I am Ada, a computer.", "asserted_by": "Zoë",
    "asserted_at": "2026-11-25T09:30:00Z",
}  # fmt: skip
NOT_AI = {"policy": "not-ai", "asserted_by": "Zoë", "reason": "A colleague speaks."}
CHOICES = [
    ("announce", DisclosureChoice()),
    (SAYS_IT, DisclosureChoice(DisclosurePolicy.AGENT_SAYS_IT, "I am Ada, a computer.", "Zoë", AT)),
    (NOT_AI, DisclosureChoice(DisclosurePolicy.NOT_AI, asserted_by="Zoë", reason="A colleague speaks.")),
]
TERMS = "accounts/demo/disclosure"


async def placed(site: Site, disclosure: Any) -> tuple[int, Any]:
    body = {"to": TO, "from": NUMBER, "disclosure": disclosure}
    status, answer, _ = await site.request("POST", "calls", json=body)
    return status, answer


async def audited(site: Site, action: str) -> list[dict[str, Any]]:
    rows = [row async for row in site.services.stores.audit.rows() if row.action == action]
    return [json.loads(row.facts) for row in rows]


@pytest.mark.parametrize(("given", "choice"), CHOICES)
async def test_a_call_takes_a_policy_by_its_name_or_with_what_is_asserted(
    site: Site, given: Any, choice: DisclosureChoice
) -> None:
    status, answer = await placed(site, given)

    assert (status, answer["disclosure"]) == (201, choice.policy.value)
    assert site.call_service.orders[-1].options.disclosure == choice


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ("maybe", "disclosure"),
        ({}, "disclosure.policy"),
        ("agent-says-it", "disclosure.wording"),
        ({**SAYS_IT, "asserted_by": " "}, "disclosure.asserted_by"),
        ({**SAYS_IT, "asserted_at": "yesterday"}, "disclosure.asserted_at"),
        ({**SAYS_IT, "asserted_at": "2026-11-25T09:30:00"}, "disclosure.asserted_at"),
        ({"policy": "agent-says-it", "wording": "I am Ada."}, "disclosure.asserted_at"),
        ("not-ai", "disclosure.reason"),
        ({"policy": "not-ai", "reason": "A person."}, "disclosure.asserted_by"),
        ({"policy": "announce", "wording": "I am Ada."}, "disclosure.wording"),
        ({**NOT_AI, "colour": "red"}, "disclosure.colour"),
    ],
)
async def test_an_assertion_that_is_not_whole_is_refused_by_field(site: Site, given: Any, field: str) -> None:
    status, answer = await placed(site, given)

    assert status == 422
    assert field in [error["field"] for error in answer["errors"]]


async def test_what_a_call_asserts_is_audited_and_its_records_are_listed(site: Site) -> None:
    _, call = await placed(site, SAYS_IT)
    account = await site.services.stores.accounts.ensure("demo")
    made = disclosed(CHOICES[1][1], None, ToldLeg(account.id, call["id"], TO, 1), AT)
    assert made is not None
    await site.services.stores.database.write(site.services.stores.disclosures.adding(made.record))

    status, answer, _ = await site.request("GET", f"calls/{call['id']}/disclosures")

    assert status == 200
    [listed] = answer["disclosures"]
    assert listed == {
        "id": made.record.id, "call_id": call["id"], "number": TO, "policy": "agent-says-it",
        "text": "I am Ada, a computer.", "asserted_by": "Zoë", "asserted_at": listed["asserted_at"],
        "begun_at": listed["asserted_at"], "ended_at": listed["asserted_at"],
    }  # fmt: skip
    [facts] = await audited(site, "call.disclosure")
    assert (facts["policy"], facts["asserted_by"]) == ("agent-says-it", "Zoë")


async def test_a_number_has_a_policy_of_its_own_and_loses_it(site: Site) -> None:
    [number] = (await site.request("GET", "numbers"))[1]["numbers"]
    path = f"numbers/{number['id']}"

    status, changed, _ = await site.request("PATCH", path, json={"disclosure": NOT_AI})
    assert (status, changed["disclosure"]) == (200, NOT_AI)
    assert (await site.request("GET", path))[1]["disclosure"] == NOT_AI
    assert (await site.request("PATCH", path, json={"disclosure": {"policy": "not-ai"}}))[0] == 422
    await site.request("PATCH", path, json={"disclosure": None})

    assert "disclosure" not in (await site.request("GET", path))[1]
    assert [facts["policy"] for facts in await audited(site, "number.change")] == ["not-ai", None]


async def test_an_account_has_a_spoken_name_notices_in_versions_and_a_policy(site: Site) -> None:
    account = await site.services.stores.accounts.ensure("demo")
    _, site.key = await site.services.stores.accounts.create_key(account.id, frozenset({Scope.ADMIN}))
    assert (await site.request("GET", TERMS))[1] == {
        "spoken_name": "", "language": "", "disclosure": None, "notices": {}
    }  # fmt: skip

    for name in ("Bakkerij Peeters", "Peeters"):
        change = {"spoken_name": name, "language": "nl", "notices": {"fr": "L'ordinateur de {name}."}}
        assert (await site.request("PATCH", TERMS, json=change))[0] == 200
    _, shown, _ = await site.request("PATCH", TERMS, json={"disclosure": NOT_AI})

    assert shown == {
        "spoken_name": "Peeters", "language": "nl-NL", "disclosure": NOT_AI,
        "notices": {"fr": {"version": 2, "text": "L'ordinateur de {name}."}},
    }  # fmt: skip
    assert [facts.get("asserted_by") for facts in await audited(site, "account.disclosure")] == [None, None, "Zoë"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"language": "tlh"}, "language"),
        ({"spoken_name": "a {name}"}, "spoken_name"),
        ({"notices": {"fr": "Un ordinateur."}}, "notices.fr"),
        ({"notices": {"xx": "{name}"}}, "notices.xx"),
        ({"disclosure": "not-ai"}, "disclosure.reason"),
    ],
)
async def test_terms_that_cannot_be_said_are_refused(site: Site, change: dict[str, Any], field: str) -> None:
    account = await site.services.stores.accounts.ensure("demo")
    _, site.key = await site.services.stores.accounts.create_key(account.id, frozenset({Scope.ADMIN}))

    status, answer, _ = await site.request("PATCH", TERMS, json=change)

    assert status == 422
    assert field in [error["field"] for error in answer["errors"]]
