"""Programs that speak /2010-04-01 with the package `twilio`, whose calls go to Asterisk."""

from pathlib import Path

import pytest

from tests.peers.asterisk import Asterisk
from tests.peers.customer import Customer
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.twilio_client import does, twilio_client

HEARD_KEYS = '<Response><Gather finishOnKey="#" timeout="6" action="/keys"/></Response>'


@pytest.mark.slow
async def test_a_program_calls_asterisk_and_is_told_the_keys_that_it_sends(
    tmp_path: Path, ports: Ports, network: Asterisk, plain: dict[str, str], shop: Customer
) -> None:
    shop.flows |= {"/start": HEARD_KEYS, "/keys": '<Response><Play digits="42w#"/><Pause length="2"/></Response>'}
    async with platform(tmp_path, ports, plain) as telefoon:
        client = twilio_client(telefoon)

        placed = await does(client.calls.create, to="+32255511700", from_=NUMBER, url=shop.url("/start"))
        keyed = await shop.is_asked("/keys", within_s=40)
        await telefoon.ended_call(placed.sid, within_s=40)
        call = await does(client.calls(placed.sid).fetch)
        listed = await does(client.calls.list, to="+32255511700", status="completed")

    assert keyed[0]["Digits"] == "159"
    assert (call.status, call.direction, int(call.duration) > 0) == ("completed", "outbound-api", True)
    assert [each.sid for each in listed] == [placed.sid]


@pytest.mark.parametrize(("number", "status"), [("+3225552001", "busy"), ("+3225552003", "failed")])
async def test_a_program_sees_what_asterisk_has_refused(
    tmp_path: Path, ports: Ports, plain: dict[str, str], number: str, status: str
) -> None:
    async with platform(tmp_path, ports, plain) as telefoon:
        client = twilio_client(telefoon)
        placed = await does(client.calls.create, to=number, from_=NUMBER, twiml="<Response><Pause/></Response>")
        await telefoon.ended_call(placed.sid)

        assert (await does(client.calls(placed.sid).fetch)).status == status


async def test_a_call_in_from_asterisk_is_steered_by_a_program(
    tmp_path: Path, ports: Ports, network: Asterisk, plain: dict[str, str], shop: Customer
) -> None:
    shop.flows |= {"/start": '<Response><Gather numDigits="2" timeout="10" action="/keyed"/></Response>'}
    shop.flows |= {"/keyed": '<Response><Pause length="60"/></Response>'}
    async with platform(tmp_path, ports, plain, number={"--url": shop.url("/start")}) as telefoon:
        client = twilio_client(telefoon)
        await network.originate("telefoon", NUMBER, "500@keys")
        await shop.is_asked("/keyed")
        [call] = await does(client.calls.list, to=NUMBER, limit=1)

        await does(client.calls(call.sid).update, twiml='<Response><Pause length="1"/><Hangup/></Response>')
        ended = await telefoon.ended_call(call.sid)

    assert (call.direction, ended["status"]) == ("inbound", "completed")
