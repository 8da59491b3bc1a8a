"""REFER (RFC 3515) in call flows: the verb that sends one, and Dial's referUrl for one that comes in."""

from pathlib import Path

import pytest

from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.raw_callee import raw_callee
from tests.peers.scenario import acks, answers, asks, calls, gets_bye, pause, receives, scenario, sdp
from tests.peers.sipp import Sipp, sipp

pytestmark = pytest.mark.sip

TARGET = "sip:expensive@127.0.0.1:9"


def caller(*then: str) -> str:
    return scenario(
        calls(sdp(port="9")), receives(100, optional=True), receives(180, optional=True), receives(200), acks(), *then
    )


def notify(cseq: int, status: str, state: str) -> str:
    headers = ("Event: refer", f"Subscription-State: {state}", "Content-Type: message/sipfrag;version=2.0")
    return asks("NOTIFY", cseq, f"SIP/2.0 {status}", headers=headers) + receives(200)


async def refer_to(far_end: Sipp) -> str:
    return (await far_end.gets("REFER")).header("Refer-To")


@pytest.mark.parametrize(
    ("far_end_does", "told"),
    [
        (
            (
                answers(202, "Accepted"),
                notify(2, "100 Trying", "active;expires=60"),
                notify(3, "200 OK", "terminated;reason=noresource"),
            ),
            {"ReferCallStatus": "in-progress", "ReferSipResponseCode": "202", "NotifySipResponseCode": "200"},
        ),
        ((answers(603, "Decline"),), {"ReferCallStatus": "failed", "ReferSipResponseCode": "603"}),
    ],
    ids=["accepts", "declines"],
)
async def test_the_action_is_told_what_became_of_a_refer(
    tmp_path: Path, ports: Ports, shop: Customer, far_end_does: tuple[str, ...], told: dict[str, str]
) -> None:
    shop.flows["/start"] = '<Response><Refer action="/done"><Sip>sip:desk@pbx.example</Sip></Refer></Response>'
    shop.flows["/done"] = "<Response><Hangup/></Response>"
    script = caller(receives("REFER"), *far_end_does, gets_bye())
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        sipp(script, ports, target=telefoon.sip_port) as far_end,
    ):
        assert "sip:desk@pbx.example" in await refer_to(far_end)
        done = (await shop.is_asked("/done"))[0]
        await far_end.finishes()

    assert {name: value for name, value in done.items() if name in told} == told
    assert ("NotifySipResponseCode" in done) == ("NotifySipResponseCode" in told)


async def test_a_party_of_a_dial_that_sends_refer_takes_the_flow_to_the_refer_url(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    script = caller(pause(6), asks("REFER", 2, headers=(f"Refer-To: <{TARGET}>",)), receives(603), gets_bye())
    async with phone() as desk:
        shop.flows["/start"] = (
            f'<Response><Dial referUrl="/referred" action="/done"><Sip>sip:a@127.0.0.1:{desk.port}</Sip></Dial>'
            "</Response>"
        )
        shop.flows["/referred"] = "<Response><Hangup/></Response>"
        async with (
            platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
            sipp(script, ports, target=telefoon.sip_port) as far_end,
        ):
            await desk.tells("answered")
            asked = (await shop.is_asked("/referred"))[0]
            await desk.tells("hung_up")
            await far_end.finishes()
            call = await telefoon.newest_call(direction="inbound")
            noted = [event["kind"] for event in await telefoon.events(call["id"])]

    assert asked["ReferTransferTarget"].strip("<>") == TARGET
    assert shop.forms("/done") == []
    assert "refer_requested" in noted


async def test_whom_a_party_refers_to_after_speaking_with_them_is_asked_for_its_place(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    consulted = "consult%40desk.example%3Bto-tag%3Dexpert%3Bfrom-tag%3Ddesk"
    async with phone() as desk, raw_callee() as expert:
        there = f"sip:expert@127.0.0.1:{expert.port}?Replaces={consulted}"
        script = caller(pause(6), asks("REFER", 2, headers=(f"Refer-To: <{there}>",)), receives(603), gets_bye())
        shop.flows["/start"] = (
            f'<Response><Dial referUrl="/referred"><Sip>sip:a@127.0.0.1:{desk.port}</Sip></Dial></Response>'
        )
        shop.flows["/referred"] = f"<Response><Dial><Sip>{there}</Sip></Dial><Hangup/></Response>"
        async with (
            platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
            sipp(script, ports, target=telefoon.sip_port) as far_end,
        ):
            await desk.tells("answered")
            asked = (await shop.is_asked("/referred"))[0]
            invite = await expert.gets("INVITE", within_s=20)
            expert.answer(invite, "486 Busy Here")
            await far_end.finishes()

    assert asked["ReferTransferTarget"].strip("<>") == there
    assert invite.request_uri == f"sip:expert@127.0.0.1:{expert.port}"
    assert invite.header("replaces") == "consult@desk.example;to-tag=expert;from-tag=desk"
