"""What an INVITE says beside who calls whom: a customer's web server is told it, and a carrier."""

import asyncio
from pathlib import Path

import pytest

from tests.peers.customer import Customer
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.raw_callee import raw_callee
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.sip_answerer import sip_answerer

pytestmark = pytest.mark.sip


async def test_the_numbers_webhook_is_told_headers_address_and_who_sent_the_call_on(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = "<Response><Reject/></Response>"
    number = {"--url": shop.url("/start"), "--status-callback": shop.url("/ended")}
    said = ("X-Order: 42", "User-to-User: 61;encoding=hex", "Diversion: <sip:+3225550155@a>;reason=user-busy")
    async with (
        platform(tmp_path, ports, number=number) as telefoon,
        raw_caller(telefoon.sip_port) as caller,
    ):
        await caller.asks("INVITE", *said, body=audio())
        [ended] = await shop.is_asked("/ended")
        call = await telefoon.get(f"calls/{ended['CallSid']}")

    told = shop.forms("/start")[0]
    assert (told["SipHeader_X-Order"], told["SipHeader_User-to-User"]) == ("42", "61;encoding=hex")
    assert told["ForwardedFrom"] == ended["ForwardedFrom"] == call["forwarded_from"] == "+3225550155"
    assert told["SipUri"] == f"sip:{NUMBER}@127.0.0.1:{telefoon.sip_port}"
    assert (told["SipDomain"], told["SipCallId"]) == ("127.0.0.1", caller.call_id)


async def test_the_result_of_a_dial_has_the_headers_of_the_answers_that_its_trunk_names(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    dial = f'<Dial action="{shop.url("/dialled")}"><Number>+3225550188</Number></Dial>'
    shop.flows["/start"] = f"<Response>{dial}</Response>"
    shop.flows["/dialled"] = "<Response><Hangup/></Response>"
    async with (
        raw_callee() as carrier,
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        raw_caller(telefoon.sip_port) as caller,
    ):
        fields = ("--host", f"127.0.0.1:{carrier.port}", "--set", "received_headers=X-Order,X-Agent", "--timeout", "20")
        await asyncio.to_thread(telefoon.telefoon, "trunks", "add", "out", *fields)
        await asyncio.sleep(2)
        asked = asyncio.create_task(caller.asks("INVITE", body=audio()))
        invite = await carrier.gets("INVITE")
        carrier.answer(invite, "180 Ringing", "X-Order: 1", "X-Other: 7")
        await asyncio.sleep(0.2)
        carrier.answer(invite, "200 OK", "X-Order: 2", "X-Agent: Ann", "P-Charge: 9", body=audio())
        await carrier.gets("ACK")
        await asked
        await carrier.asks(invite, "BYE")
        (told,) = await shop.is_asked("/dialled", times=1)

    handed = {name: value for name, value in told.items() if name.startswith("DialSipHeader_")}
    assert handed == {"DialSipHeader_X-Order": "2", "DialSipHeader_X-Agent": "Ann"}
    assert told["DialCallStatus"] == "completed"


async def test_a_carrier_is_told_its_headers_and_which_number_sent_the_caller_on(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = "<Response><Dial><Number>+3225550188</Number></Dial></Response>"
    async with (
        sip_answerer(lambda _: "486 Busy Here") as carrier,
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        raw_caller(telefoon.sip_port) as caller,
    ):
        fields = ("--set", "diversion=diversion", "--set", "headers=X-Customer: 7|X-Site: Ghent")
        where = ("--host", f"127.0.0.1:{carrier.port}")
        await asyncio.to_thread(telefoon.telefoon, "trunks", "add", "out", *where, *fields)
        await asyncio.sleep(2)
        await caller.asks("INVITE", body=audio())
        child = await telefoon.ended_call((await telefoon.newest_call(direction="outbound"))["id"])

    invite = next(each for each in carrier.requests if each.startswith("INVITE"))
    assert (child["from"], child["to"]) == ("+32470123456", "+3225550188")
    assert f"Diversion: <sip:{NUMBER}@" in invite
    assert "X-Customer: 7\r\nX-Site: Ghent" in invite
