"""`telefoon refusals` has each call that came in and was refused before anybody could answer, and by which rule."""

import asyncio
import json
from pathlib import Path

import pytest
from twilio.request_validator import RequestValidator

from engine.model.refusal import RefusalRule
from tests.peers.customer import Customer
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports
from tests.peers.raw_caller import HOST, audio, raw_caller
from tests.peers.waiting import within

pytestmark = pytest.mark.sip

BANNED = "127.0.0.2"
G723 = audio().replace("RTP/AVP 8", "RTP/AVP 4").replace("8 PCMA", "4 G723")


async def refusals(telefoon: Platform, *, rows: int) -> dict[str, tuple[str, int]]:
    """By their rule: which number was called, and how often. Written within a second."""
    async with within(10):
        while len(told := json.loads(await asyncio.to_thread(telefoon.telefoon, "refusals", "--json"))) < rows:
            await asyncio.sleep(0.2)
    return {each["rule"]: (each["number"], each["count"]) for each in told}


async def answered_to(telefoon: Platform, description: str) -> int | None:
    async with raw_caller(telefoon.sip_port) as caller:
        return (await caller.asks("INVITE", body=description)).code


async def test_each_refusal_is_listed_by_its_rule(tmp_path: Path, ports: Ports) -> None:
    async with platform(tmp_path, ports, {"SIP_ALLOW": "192.0.2.0/24", "SIP_STRANGERS": "refuse"}) as telefoon:
        of_a_stranger = await answered_to(telefoon, audio())
        await asyncio.to_thread(telefoon.telefoon, "trunks", "add", "carrier", "--host", "127.0.0.1")
        await asyncio.sleep(2)
        of_no_codec = await answered_to(telefoon, G723)
        await asyncio.to_thread(telefoon.telefoon, "numbers", "remove", NUMBER)
        of_nobodys_number = await answered_to(telefoon, audio())
        await asyncio.sleep(2)
        print(telefoon.telefoon("refusals", "--json"))
        told = await refusals(telefoon, rows=3)

    assert (of_a_stranger, of_no_codec, of_nobodys_number) == (403, 488, 404)
    rules = (RefusalRule.SOURCE, RefusalRule.INVITE, RefusalRule.NUMBER)
    assert told == {rule.value: (NUMBER, 1) for rule in rules}


async def test_what_was_refused_just_before_the_node_ends_is_listed(tmp_path: Path, ports: Ports) -> None:
    async with platform(tmp_path, ports, {"SIP_ALLOW": "192.0.2.0/24", "SIP_STRANGERS": "refuse"}) as telefoon:
        for _ in range(3):
            assert await answered_to(telefoon, audio()) == 403
        await telefoon.end()
        told = await refusals(telefoon, rows=1)

    assert told == {RefusalRule.SOURCE.value: (NUMBER, 3)}


async def test_a_ban_by_hand_holds_also_after_a_restart_until_it_is_lifted(tmp_path: Path, ports: Ports) -> None:
    settings = {"SIP_ALLOW": "192.0.2.0/24", "SIP_STRANGERS": "refuse"}
    async with platform(tmp_path, ports, settings) as telefoon:
        assert await is_heard(telefoon)
        await asyncio.to_thread(telefoon.telefoon, "bans", "add", "127.0.0.1")
        await asyncio.sleep(2)
        assert not await is_heard(telefoon)
        await telefoon.end()
        await telefoon.start()
        assert not await is_heard(telefoon)
        exported = await asyncio.to_thread(telefoon.telefoon, "bans", "export")
        await asyncio.to_thread(telefoon.telefoon, "bans", "lift", "127.0.0.1")
        await asyncio.sleep(2)
        assert await is_heard(telefoon)

    assert exported == "127.0.0.1/32\n"


async def test_a_ban_by_hand_ends_the_connections_of_its_source_and_no_others(tmp_path: Path, ports: Ports) -> None:
    # Longer than this test takes: a stranger's connection would be closed for its silence then.
    settings = {"SIP_ALLOW": "192.0.2.0/24", "SIP_STRANGER_S": "300"}
    async with platform(tmp_path, ports, settings) as telefoon:
        first, second, other = [
            await asyncio.open_connection(HOST, telefoon.sip_port, local_addr=(source, 0))
            for source in (BANNED, BANNED, "127.0.0.3")
        ]
        await asyncio.to_thread(telefoon.telefoon, "bans", "add", BANNED)

        async with within(10):
            assert [await each[0].read() for each in (first, second)] == [b"", b""]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(other[0].read(), 1)
        for _, writer in (first, second, other):
            writer.close()


async def test_the_operator_is_told_of_a_ban_and_knows_by_its_signature_who_tells_it(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/bans"] = ""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    settings = {
        "SIP_ALLOW": "192.0.2.0/24", "SIP_MESSAGES_PER_S": "1",
        "SIP_BAN_WEBHOOK": shop.url("/bans"), "SIP_BAN_WEBHOOK_SECRET": secret,
    }  # fmt: skip
    async with platform(tmp_path, ports, settings) as telefoon, raw_caller(telefoon.sip_port) as stranger:
        for _ in range(10):
            stranger.request("OPTIONS")
        (form,) = await shop.is_asked("/bans")

    assert (form["BanSource"], form["BanReason"]) == (f"{HOST}/32", "messages")
    signature = next(value for name, value in shop.asked[0].headers.items() if name.lower() == "x-twilio-signature")
    assert RequestValidator(secret).validate(shop.url("/bans"), form, signature)


async def is_heard(telefoon: Platform) -> bool:
    """Whether this machine, a stranger, is at least refused."""
    async with raw_caller(telefoon.sip_port) as caller:
        caller.request("OPTIONS")
        await asyncio.sleep(0.5)
        return bool(caller.seen)
