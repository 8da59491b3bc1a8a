"""What a flow is told of the INVITE that brought its call."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from engine.testing.node import FakeNode

FIRST: Final = "https://customer.example/voice/0"
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
