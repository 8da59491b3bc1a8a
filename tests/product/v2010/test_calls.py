"""/Calls, by the real client of programs, on calls that are real."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.sip_answerer import sip_answerer
from tests.peers.twilio_client import does, refusal, twilio_client

pytestmark = pytest.mark.sip

CALLEE = "+3225550199"
HOLDING = '<Response><Pause length="60"/></Response>'


def trunk_to(port: int) -> dict[str, str]:
    return {"TRUNK": f"sip:127.0.0.1:{port}"}


async def test_a_program_places_a_call_by_its_url_and_reads_what_became_of_it(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/flow"] = '<Response><Gather numDigits="2" timeout="20" action="/keyed"/></Response>'
    shop.flows["/keyed"] = "<Response><Hangup/></Response>"
    async with (
        phone("--digits", "42", "--digits-after", "1") as far_end,
        platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon,
    ):
        client = twilio_client(telefoon)

        placed = await does(
            client.calls.create,
            to="+32 2 555 01 99",
            from_=NUMBER,
            url=shop.url("/flow"),
            method="GET",
            status_callback=shop.url("/told"),
            status_callback_event=["ringing", "completed"],
        )
        await telefoon.ended_call(placed.sid)
        told = await shop.is_asked("/told", times=2)
        call = await does(client.calls(placed.sid).fetch)

    assert (placed.status, placed.direction, placed.start_time) == ("queued", "outbound-api", None)
    assert [form["CallStatus"] for form in told] == ["ringing", "completed"]
    assert [each.method for each in shop.asked if each.path == "/flow"] == ["GET"]
    assert [form["Digits"] for form in shop.forms("/keyed")] == ["42"]
    assert (call.to, call.to_formatted, call.from_formatted) == (CALLEE, "02 555 01 99", "02 555 01 00")
    assert call.status == "completed"
    assert int(call.duration) >= 1
    assert call.price_unit == "EUR"
    assert float(call.price) <= 0
    assert call.phone_number_sid.startswith("PN")
    assert call.date_created <= call.start_time <= call.end_time
    assert datetime.now(UTC) - call.end_time < timedelta(minutes=5)


async def test_a_program_gives_a_call_another_flow_and_ends_it(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/next"] = HOLDING
    async with phone() as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        client = twilio_client(telefoon)
        placed = await does(client.calls.create, to=CALLEE, from_=NUMBER, twiml=HOLDING)
        await far_end.tells("answered")
        await telefoon.call_when(placed.sid, "in-progress")

        changed = await does(client.calls(placed.sid).update, url=shop.url("/next"), method="GET")
        await shop.is_asked("/next")
        assert (changed.sid, changed.status) == (placed.sid, "in-progress")

        await does(client.calls(placed.sid).update, status="completed")
        await far_end.tells("hung_up")
        ended = await telefoon.ended_call(placed.sid)
        again = await refusal(client.calls(placed.sid).update, url=shop.url("/next"))

    assert ended["status"] == "completed"
    assert [each.method for each in shop.asked if each.path == "/next"] == ["GET"]
    assert again == (400, 21220)


async def test_a_program_cancels_a_call_that_waits_for_its_turn(tmp_path: Path, ports: Ports) -> None:
    async with (
        sip_answerer(lambda _: "486 Busy Here") as carrier,
        platform(tmp_path, ports, trunk_to(carrier.port)) as telefoon,
    ):
        pace = ("--calls-per-s", "0.2", "--queue", "6")
        await asyncio.to_thread(telefoon.telefoon, "accounts", "pace", "demo", *pace)
        client = twilio_client(telefoon)
        first, second = [
            await does(client.calls.create, to=f"+322555019{at}", from_=NUMBER, twiml=HOLDING) for at in (1, 2)
        ]
        await telefoon.ended_call(first.sid)

        cancelled = await does(client.calls(second.sid).update, status="canceled")

        assert cancelled.status == "canceled"
        assert await refusal(client.calls(second.sid).update, status="canceled") == (400, 21220)
        await asyncio.sleep(6)
    assert {each.split("@")[0] for each in carrier.requests if each.startswith("INVITE")} == {"INVITE sip:+3225550191"}


async def test_the_two_doors_see_the_same_calls(tmp_path: Path, ports: Ports) -> None:
    async with phone() as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        client = twilio_client(telefoon)
        by_this = await does(client.calls.create, to=CALLEE, from_=NUMBER, twiml=HOLDING)
        by_other = await telefoon.place(CALLEE, flow=HOLDING)

        found = await does(client.calls.list, to=CALLEE)

        assert {call.sid for call in found} == {by_this.sid, by_other["id"]}
        assert {call["id"] for call in (await telefoon.get("calls"))["calls"]} == {by_this.sid, by_other["id"]}


async def test_wrong_orders_end_in_the_errors_that_programs_look_at(tmp_path: Path, ports: Ports) -> None:
    wrong: list[tuple[dict[str, str], int]] = [
        ({"to": "nobody"}, 21211),
        ({"to": "+15005550001555"}, 21217),
        ({"from_": "me"}, 21212),
        ({"from_": "+3225559999"}, 21210),
        ({"to": "112"}, 13224),
        ({"to": "+16095550199"}, 21215),
        ({"to": "+31900123456"}, 21216),
        ({"send_digits": "1x"}, 21206),
        ({"machine_detection": "Enable"}, 21233),
    ]
    async with platform(tmp_path, ports, trunk_to(ports.one())) as telefoon:
        client = twilio_client(telefoon)
        await asyncio.to_thread(
            telefoon.telefoon, "policies", "set", "--set", "countries=be,nl", "--set", "denied_prefixes=+31900"
        )
        for changes, code in wrong:
            order = {"to": CALLEE, "from_": NUMBER, "twiml": HOLDING, **changes}
            assert await refusal(client.calls.create, **order) == (400, code), changes
        assert await refusal(client.calls.create, to=CALLEE, from_=NUMBER) == (400, 21205)
        assert await refusal(client.calls(f"CA{'0' * 32}").fetch) == (404, 20404)
        stranger = twilio_client(telefoon, secret="wrong")
        assert await refusal(stranger.calls(f"CA{'0' * 32}").fetch) == (401, 20003)
        kept = await does(client.calls.list)
    assert {call.status for call in kept} == {"failed"}  # what policies refuse is kept, and tells which rule
