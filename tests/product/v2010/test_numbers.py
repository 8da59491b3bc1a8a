"""Numbers, applications and usage, by the real client of programs: what they say holds for calls that are real."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from twilio.base.exceptions import TwilioException
from twilio.twiml.voice_response import VoiceResponse

from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.twilio_client import does, refusal, twilio_client

pytestmark = pytest.mark.sip

CALLER = "+3225550177"
CALLEE = "+3225550199"
HANGING_UP = "<Response><Hangup/></Response>"
ANSWERING = '<Response><Gather timeout="1"/></Response>'


def trunk_to(port: int) -> dict[str, str]:
    return {"TRUNK": f"sip:127.0.0.1:{port}"}


async def test_a_program_changes_what_answers_its_number_and_the_next_call_is_answered_so(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows |= {"/own": ANSWERING, "/application": HANGING_UP}
    async with phone() as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        client = twilio_client(telefoon)
        inbound = ("--dial", f"sip:{NUMBER}@127.0.0.1:{telefoon.sip_port}", "--from", CALLER)
        (number,) = await does(client.incoming_phone_numbers.list, phone_number=NUMBER)

        changed = await does(
            number.update,
            voice_url=shop.url("/own"),
            voice_method="GET",
            friendly_name="Office",
            status_callback=shop.url("/told"),
        )
        async with phone(*inbound):
            await shop.is_asked("/own")
            told = await shop.is_asked("/told")

        application = await does(
            client.applications.create, friendly_name="shop", voice_url=shop.url("/application"), voice_method="GET"
        )
        named = await does(number.update, voice_application_sid=application.sid)
        async with phone(*inbound):
            await shop.is_asked("/application")

        removed = await does(application.delete)
        again = await does(client.incoming_phone_numbers(number.sid).fetch)
        async with phone(*inbound):
            await shop.is_asked("/own", times=2)

    assert (changed.friendly_name, changed.phone_number, changed.capabilities["voice"]) == ("Office", NUMBER, True)
    assert [(each["CallStatus"], each["From"]) for each in told] == [("completed", CALLER)]
    assert (named.voice_application_sid, named.voice_url) == (application.sid, shop.url("/own"))
    assert (removed, again.voice_application_sid) == (True, None)
    assert [each.method for each in shop.asked if each.path in ("/own", "/application")] == ["GET", "GET", "GET"]


async def test_a_program_places_a_call_by_its_application_which_is_told_of_it(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/application"] = HANGING_UP
    async with phone() as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        client = twilio_client(telefoon)
        application = await does(
            client.applications.create, voice_url=shop.url("/application"), status_callback=shop.url("/told")
        )
        changed = await does(application.update, friendly_name="shop")
        listed = await does(client.applications.list, friendly_name="shop")

        call = await does(client.calls.create, to=CALLEE, from_=NUMBER, application_sid=application.sid)
        ended = await telefoon.ended_call(call.sid)
        told = await shop.is_asked("/told")

    assert [each.sid for each in listed] == [changed.sid]
    assert (ended["status"], len(shop.forms("/application"))) == ("completed", 1)
    assert [each["CallStatus"] for each in told] == ["completed"]


async def test_a_flow_dials_an_application_and_goes_on_where_that_hangs_up(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with platform(tmp_path, ports, number={"--url": shop.url("/flow")}) as telefoon:
        client = twilio_client(telefoon)
        application = await does(client.applications.create, voice_url=shop.url("/application"))
        flow = VoiceResponse()
        dialled = flow.dial(action="/done").application(customer_id="7")
        dialled.application_sid(application.sid)
        dialled.parameter(name="tier", value="gold")
        shop.flows |= {
            "/flow": str(flow),
            "/application": '<Response><Gather numDigits="2" timeout="20" action="/keyed"/></Response>',
            "/keyed": HANGING_UP,
            "/done": '<Response><Pause length="1"/></Response>',
        }
        inbound = ("--dial", f"sip:{NUMBER}@127.0.0.1:{telefoon.sip_port}", "--from", CALLER)
        async with phone(*inbound, "--digits", "42", "--digits-after", "1") as caller:
            (done,) = await shop.is_asked("/done")
            await caller.tells("hung_up")

    (told,), (keyed,) = shop.forms("/application"), shop.forms("/keyed")
    assert (told["To"], told["customerId"], told["tier"]) == (application.sid, "7", "gold")
    assert (keyed["Digits"], keyed["CallSid"]) == ("42", told["CallSid"])
    assert (done["DialCallStatus"], done["CallStatus"]) == ("completed", "in-progress")
    assert [each.path for each in shop.asked] == ["/flow", "/application", "/keyed", "/done"]


async def test_a_program_adds_up_what_its_calls_have_used(tmp_path: Path, ports: Ports) -> None:
    async with phone() as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        client = twilio_client(telefoon)
        prices = []
        for _ in range(2):
            placed = await does(
                client.calls.create, to=CALLEE, from_=NUMBER, twiml='<Response><Pause length="1"/></Response>'
            )
            prices.append(float((await telefoon.ended_call(placed.sid))["price"]))

        records = {each.category: each for each in await does(client.usage.records.list)}
        (today,) = await does(client.usage.records.today.list, category="calls-outbound")
        (daily,) = await does(client.usage.records.daily.list, category="calls", start_date=date(2026, 1, 1))
        last_month = await does(client.usage.records.last_month.list, category="calls")

    assert (records["calls"].count, records["calls"].usage, records["calls-inbound"].count) == ("2", "2", "0")
    assert float(records["totalprice"].price) == pytest.approx(sum(prices))
    assert (today.count, today.price_unit) == ("2", "eur")
    assert str(daily.start_date) == datetime.now(UTC).date().isoformat()
    assert [each.count for each in last_month] == ["0"]


async def test_what_is_the_operators_is_refused_to_a_program(tmp_path: Path, ports: Ports) -> None:
    async with phone() as far_end, platform(tmp_path, ports, trunk_to(far_end.port)) as telefoon:
        client = twilio_client(telefoon)
        (number,) = await does(client.incoming_phone_numbers.list)
        (shown,) = await does(client.outgoing_caller_ids.list, phone_number=NUMBER)

        assert (shown.sid, (await does(shown.fetch)).phone_number) == (number.sid, NUMBER)
        assert await refusal(client.incoming_phone_numbers.create, phone_number=CALLEE) == (403, 20403)
        assert await refusal(number.delete) == (403, 20403)
        assert await refusal(shown.delete) == (403, 20403)
        assert await refusal(shown.update, friendly_name="Office") == (403, 20403)
        assert await refusal(client.validation_requests.create, phone_number=CALLEE) == (403, 20403)
        with pytest.raises(TwilioException, match="Of which kind a number is, is not known"):
            await does(client.incoming_phone_numbers.local.list)
        assert await refusal(number.update, voice_url="shop") == (400, 21502)
        assert await refusal(number.update, trunk_sid=f"TK{'0' * 32}") == (400, 20001)
        assert await refusal(client.applications(f"AP{'0' * 32}").fetch) == (404, 20404)
