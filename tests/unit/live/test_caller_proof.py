"""Signed callers: what a call that goes out may say of who calls, and what is told of one that came in (RFC 8588)."""

import pytest

from api.http.serializers import call_json
from engine.live.orders import NewCall
from engine.model.call_options import NumberOptions
from engine.model.stir import Attestation, Verstat
from engine.ports import DialRequest
from engine.testing.node import OUR_NUMBER, FakeNode
from tests.unit.live.dials import AGENT, dial, told

IDENTITY = ("h.c.s;info=<https://elsewhere.example/a.pem>;alg=ES256;ppt=shaken",)


async def our_number(node: FakeNode, number: str, account_id: str | None = None) -> None:
    await node.services.stores.numbers.add(account_id or node.account.id, number, NumberOptions())


async def placed(node: FakeNode, from_: str) -> DialRequest:
    await node.switchboard.place(NewCall(node.account.id, AGENT, from_))
    await node.invited(AGENT)
    return node.around.carrier.invites[-1]


async def test_an_order_from_the_accounts_own_number_is_fully_attested(node: FakeNode) -> None:
    await our_number(node, OUR_NUMBER)

    request = await placed(node, OUR_NUMBER)

    assert request.attestation is Attestation.FULL


async def test_an_order_from_a_number_that_is_not_the_accounts_is_partly_attested(node: FakeNode) -> None:
    other = await node.accounts.ensure("other")
    await our_number(node, "+3225550177", other.id)

    unknown, of_others = await placed(node, "+3225550166"), await placed(node, "+3225550177")

    assert (unknown.attestation, of_others.attestation) == (Attestation.PARTIAL, Attestation.PARTIAL)


async def test_a_caller_who_came_in_is_passed_on_with_the_identity_that_came(node: FakeNode) -> None:
    await node.is_called(dial(), identity=IDENTITY)
    agent = await node.invited(AGENT)

    assert agent.leg.request is not None
    assert agent.leg.request.attestation is Attestation.GATEWAY
    assert agent.leg.request.identity == IDENTITY


@pytest.mark.parametrize("number", ["called", "own"])
async def test_a_number_of_the_account_is_shown_fully_attested_without_that_identity(
    node: FakeNode, number: str
) -> None:
    await our_number(node, "+3225550133")
    shown = {"called": "+3225552001", "own": "+3225550133"}[number]
    await node.is_called(dial(callerId=shown), identity=IDENTITY)
    agent = await node.invited(AGENT)

    request = agent.leg.request
    assert request is not None
    assert (request.caller, request.attestation, request.identity) == (shown, Attestation.FULL, ())


async def test_a_call_that_was_ordered_dials_on_as_it_was_attested(node: FakeNode) -> None:
    await our_number(node, OUR_NUMBER)
    callee = await node.calls("+3225550155", dial())
    callee.answers()
    agent = await node.invited(AGENT)

    assert agent.leg.request is not None
    assert agent.leg.request.attestation is Attestation.FULL


@pytest.mark.parametrize("verstat", [*Verstat, None])
async def test_what_came_of_a_callers_signature_is_told_and_stored(node: FakeNode, verstat: Verstat | None) -> None:
    caller = await node.is_called(dial(), verstat=verstat)
    agent = await node.invited(AGENT)
    agent.refuses(486, "Busy")
    await caller.hears("Goodbye.")
    call = await node.call(caller)
    told_by_rest = call_json(call)

    assert (await told(node)).get("StirVerstat") == verstat
    assert call.stir_verstat is verstat
    assert told_by_rest.get("stir_verstat") == verstat
    assert told_by_rest.get("stir_attestation") == (verstat.attestation if verstat else None)
