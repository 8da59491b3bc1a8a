"""What a program may ask of a call by /2010-04-01: its far end, and the customer's server, get what was asked for."""

from pathlib import Path

import pytest

from tests.peers.customer import Customer
from tests.peers.ear import RtpEar
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.sipp import sipp
from tests.peers.twilio_client import does, refusal, twilio_client
from tests.product.test_call_targets import ASKS_WHO_CALLS, PASSWORD, USER, proves

pytestmark = pytest.mark.sip

CALLEE = "+3225550199"
HOLDING = '<Response><Say>One moment.</Say><Pause length="60"/></Response>'


def trunk_to(port: int) -> dict[str, str]:
    return {"TRUNK": f"sip:127.0.0.1:{port}"}


async def test_a_call_sends_keys_is_recorded_and_ends_at_its_limit(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with phone() as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        client = twilio_client(telefoon)
        placed = await does(
            client.calls.create,
            to=CALLEE,
            from_=NUMBER,
            twiml=HOLDING,
            send_digits="w12#",
            time_limit=6,
            record=True,
            recording_status_callback=shop.url("/recorded"),
            recording_status_callback_method="GET",
        )
        await telefoon.ended_call(placed.sid, within_s=60)
        hung_up = await far_end.tells("hung_up")
        told = await shop.is_asked("/recorded")
        call = await does(client.calls(placed.sid).fetch)

    assert far_end.digits == "12#"
    assert (hung_up["by"], call.status, call.duration in ("6", "7")) == ("far end", "completed", True)
    assert [(form["RecordingStatus"], form["RecordingChannels"]) for form in told] == [("completed", "1")]
    assert {each.method for each in shop.asked} == {"GET"}


async def test_a_live_call_tells_another_goes_by_its_fallback_and_has_another_limit(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.failing.add("/next")
    shop.flows["/spare"] = HOLDING
    async with phone() as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        client = twilio_client(telefoon)
        placed = await does(client.calls.create, to=CALLEE, from_=NUMBER, twiml=HOLDING, time_limit=300)
        await telefoon.call_when(placed.sid, "in-progress")

        await does(
            client.calls(placed.sid).update,
            url=shop.url("/next"),
            fallback_url=shop.url("/spare"),
            fallback_method="GET",
            status_callback=shop.url("/told"),
            time_limit=15,
        )
        await shop.is_asked("/spare")
        ended = await telefoon.ended_call(placed.sid, within_s=60)
        told = await shop.is_asked("/told")

    assert (ended["status"], ended["duration"] <= 20) == ("completed", True)
    assert [form["CallStatus"] for form in told] == ["completed"]
    assert [each.method for each in shop.asked if each.path == "/spare"] == ["GET"]


async def test_a_far_end_that_asks_who_calls_is_told(tmp_path: Path, ports: Ports) -> None:
    with RtpEar() as ear:
        async with (
            sipp(ASKS_WHO_CALLS, ports, keys={"ear": ear.port}) as far_end,
            platform(tmp_path, ports) as telefoon,
        ):
            client = twilio_client(telefoon)
            placed = await does(
                client.calls.create,
                to=f"sip:desk@127.0.0.1:{far_end.port}?X-Order=7",
                from_=NUMBER,
                twiml=HOLDING,
                sip_auth_username=USER,
                sip_auth_password=PASSWORD,
            )
            await telefoon.call_when(placed.sid, "in-progress")
            await does(client.calls(placed.sid).update, status="completed")
            await telefoon.ended_call(placed.sid)
            await far_end.finishes()
            invites = far_end.received("INVITE")

    assert [each.header("X-Order") for each in invites] == ["7", "7"]
    assert proves(invites[1], USER, PASSWORD)


async def test_what_the_customer_was_asked_is_told_until_the_call_is_deleted(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/flow"] = '<Response><Pause length="3"/></Response>'
    async with phone() as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        client = twilio_client(telefoon)
        placed = await does(client.calls.create, to=CALLEE, from_=NUMBER, url=shop.url("/flow"))
        await telefoon.call_when(placed.sid, "in-progress")
        call = client.calls(placed.sid)
        too_soon = await refusal(call.delete)
        await telefoon.ended_call(placed.sid)

        (event,) = await does(call.events.list)
        assert await does(call.notifications.list) == []
        assert await does(client.notifications.list) == []
        assert await does(call.delete)

        assert await refusal(call.fetch) == (404, 20404)
        assert await does(client.calls.list) == []
        kept = await telefoon.get(f"calls/{placed.sid}")

    assert too_soon == (409, 20009)
    assert (event.request["url"], event.request["parameters"]["call_sid"]) == (shop.url("/flow"), placed.sid)
    assert (event.response["response_code"], event.response["response_body"]) == (200, shop.flows["/flow"])
    assert (kept["status"], CALLEE in str(kept), NUMBER in str(kept)) == ("completed", False, False)
