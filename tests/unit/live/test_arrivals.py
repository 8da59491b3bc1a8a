"""What a flow is told of the INVITE that brought its call."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from engine.model.call_options import NumberOptions
from engine.testing.node import OUR_NUMBER, FakeNode

FIRST: Final = "https://customer.example/voice/0"
TOLD: Final = "https://customer.example/told"
NAME: Final = "Jan de Vries".ljust(64, "!")
NEXT: Final = "https://customer.example/next"
NUMBER: Final = "+3225553001"


async def told(node: FakeNode, **said: Any) -> Sequence[Mapping[str, str]]:
    """What the requests of a call's flow have, the first and the one after it, of an INVITE that says this."""
    await node.services.stores.numbers.add(node.account.id, NUMBER, url=FIRST)
    node.around.customer.documents[FIRST] = f"<Response><Redirect>{NEXT}</Redirect></Response>"
    node.around.customer.documents[NEXT] = "<Response><Hangup/></Response>"
    node.around.carrier.brings(NUMBER, "+3225551009", node.switchboard, **said)
    await node.settles()
    return [*node.around.customer.was_asked(FIRST), *node.around.customer.was_asked(NEXT)]


async def test_each_request_of_the_flow_tells_the_headers_that_are_handed_on(node: FakeNode) -> None:
    first, then = await told(node, headers=(("X-Order", "42"), ("User-to-User", "61;encoding=hex")))

    for params in (first, then):
        assert (params["SipHeader_X-Order"], params["SipHeader_User-to-User"]) == ("42", "61;encoding=hex")


async def test_each_request_of_the_flow_tells_who_sent_the_call_on(node: FakeNode) -> None:
    requests = await told(node, forwarded_from="3225550188")

    assert [each["ForwardedFrom"] for each in requests] == ["+3225550188"] * 2


async def test_each_request_of_the_flow_tells_the_sip_address_that_was_called(node: FakeNode) -> None:
    for params in await told(node, uri="sip:+3225553001@pbx.example:5070;transport=tcp"):
        assert params["SipUri"] == "sip:+3225553001@pbx.example:5070;transport=tcp"
        assert params["SipDomain"] == "pbx.example"
        assert params["SipCallId"]


async def test_of_a_call_that_nobody_sent_on_nothing_is_told(node: FakeNode) -> None:
    assert [name for each in await told(node) for name in each if name.startswith(("Forw", "SipHeader"))] == []


async def test_the_name_that_came_with_the_caller_is_told_and_who_sent_the_call_on_in_each_callback_too(
    node: FakeNode,
) -> None:
    options = NumberOptions(status_callback=TOLD, status_callback_events=("completed",))
    await node.services.stores.numbers.add(node.account.id, NUMBER, options, url=FIRST)
    node.around.customer.documents[FIRST] = "<Response><Reject/></Response>"
    caller = node.around.carrier.brings(
        NUMBER, "+3225551009", node.switchboard, display_name=NAME + " and more", forwarded_from="3225550188"
    )
    await caller.is_hung_up()
    await node.settles()

    for params in (*node.around.customer.was_asked(FIRST), *await node.told(TOLD)):
        assert (params["CallerName"], params["ForwardedFrom"]) == (NAME, "+3225550188")


async def test_whom_a_number_names_is_told_of_the_statuses_of_calls_to_it(node: FakeNode) -> None:
    options = NumberOptions(status_callback=TOLD)
    await node.services.stores.numbers.add(node.account.id, NUMBER, options, url=FIRST)
    node.around.customer.documents[FIRST] = "<Response><Say>Good morning.</Say></Response>"
    caller = node.around.carrier.brings(NUMBER, "+3225551009", node.switchboard)
    await caller.is_hung_up()
    await node.settles()

    told = await node.told(TOLD)
    assert [form["CallStatus"] for form in told] == ["queued", "ringing", "in-progress", "completed"]
    assert {form["CallSid"] for form in told} == {(await node.call(caller)).id}


async def test_nobody_is_told_of_calls_that_are_placed_from_such_a_number(node: FakeNode) -> None:
    await node.services.stores.numbers.add(node.account.id, OUR_NUMBER, NumberOptions(status_callback=TOLD))
    called = await node.calls("+3225550144", "<Response><Hangup/></Response>")
    called.answers()
    await node.settles()

    assert await node.told(TOLD) == []
