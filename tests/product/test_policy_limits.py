"""Limits of policies on the wire: what callers hear by SIP, what clients hear by REST, and who is told of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.model.call_policy.decision import FEWEST_ANSWERED
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.sip_message import SipMessage

pytestmark = pytest.mark.sip

CALLEE = "+3225550199"
ABROAD = "+31205550142"
FLOW = '<Response><Pause length="40"/></Response>'


async def policy(telefoon: Platform, *words: str) -> None:
    await asyncio.to_thread(telefoon.telefoon, "policies", "set", *words)


async def calls_in(telefoon: Platform) -> SipMessage:
    """What somebody who calls is answered in the end."""
    async with raw_caller(telefoon.sip_port) as caller:
        return await caller.asks("INVITE", body=audio())


async def metrics(telefoon: Platform) -> str:
    async with telefoon.client.get(f"{telefoon.address}/metrics") as response:
        return await response.text()


@pytest.mark.parametrize(
    ("level", "code", "cause"), [(("--account", "demo"), 486, "17"), ((), 503, "41")], ids=["account", "node"]
)
async def test_a_caller_beyond_the_calls_at_once_is_told_when_to_call_again(
    tmp_path: Path, ports: Ports, level: tuple[str, ...], code: int, cause: str
) -> None:
    async with platform(tmp_path, ports) as telefoon:
        await asyncio.to_thread(telefoon.telefoon, "trunks", "add", "carrier", "--host", "127.0.0.1")
        await asyncio.sleep(2)
        await policy(telefoon, *level, "--set", "inbound_calls_at_once=0")

        answer = await calls_in(telefoon)

        assert (answer.code, answer.header("retry-after")) == (code, "5")
        assert f"cause={cause}" in answer.header("reason")
        kept = await telefoon.newest_call(direction="inbound", status="failed")
        assert (await telefoon.noted(kept["id"], "policy_refused"))["rule"] == "inbound-calls-at-once"
        counted = 'telefoon_calls_refused_by_policy_total{direction="inbound",rule="inbound-calls-at-once"} 1\n'
        assert counted in await metrics(telefoon)

        await policy(telefoon, *level, "--set", "inbound_calls_at_once=1")
        assert (await calls_in(telefoon)).code == 404, "it is let in, to a number without a flow"


async def test_a_client_beyond_a_limit_is_told_the_rule_and_when_to_ask_again(tmp_path: Path, ports: Ports) -> None:
    async with phone() as far_end:
        async with platform(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as telefoon:
            await policy(telefoon, "--account", "demo", "--set", "calls_at_once=1")
            placed = await telefoon.place(CALLEE, flow=FLOW)
            await telefoon.call_when(placed["id"], "in-progress")

            body = {"from": NUMBER, "to": CALLEE, "flow": FLOW}
            async with telefoon.client.post("calls", json=body) as response:
                problem = await response.json()
                assert (response.status, response.headers["Retry-After"]) == (429, "5")
            assert problem["type"] == "urn:telefoon:rule:calls-at-once"

            await policy(telefoon, "--account", "demo", "--set", "calls_at_once=2", "--set", "longest_call=2")
            second = await telefoon.place(CALLEE, flow=FLOW)
            ended = await telefoon.ended_call(second["id"])
            assert ended["status"] == "completed"
            assert ended["duration"] in (2, 3), "whole seconds, rounded up"
            assert (await telefoon.noted(second["id"], "policy_cut"))["rule"] == "longest-call"
            assert 'telefoon_calls_ended_by_policy_total{rule="longest-call"} 1\n' in await metrics(telefoon)
        reached = [each for each in far_end.told if each["event"] == "ringing"]
        assert len(reached) == 2


async def test_outside_of_its_hours_an_account_calls_nobody_and_within_them_it_does(
    tmp_path: Path, ports: Ports
) -> None:
    now = datetime.now(UTC)
    tomorrow, today = (f"{(now + timedelta(days=days)):%a}".lower() for days in (1, 0))
    async with (
        phone() as far_end,
        platform(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as telefoon,
    ):
        await policy(telefoon, "--account", "demo", "--set", f"hours={tomorrow} 00:00-12:00 UTC")
        status, problem = await telefoon.refuses("calls", {"from": NUMBER, "to": CALLEE, "flow": FLOW})
        assert (status, problem["type"]) == (403, "urn:telefoon:rule:hours")
        assert far_end.told[-1]["event"] == "listening"

        # Both days, so that a midnight in between does no harm.
        await policy(telefoon, "--account", "demo", "--set", f"hours={today} UTC; {tomorrow} UTC")
        placed = await telefoon.place(CALLEE, flow=FLOW)
        await telefoon.call_when(placed["id"], "in-progress")


async def test_whoever_makes_many_short_calls_is_stopped_for_a_while(tmp_path: Path, ports: Ports) -> None:
    async with phone() as far_end:
        async with platform(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as telefoon:
            await policy(telefoon, "--account", "demo", "--set", "short_calls_percent=50")
            for _ in range(FEWEST_ANSWERED):
                placed = await telefoon.place(CALLEE, flow="<Response><Hangup/></Response>")
                assert (await telefoon.ended_call(placed["id"]))["status"] == "completed"

            body = {"from": NUMBER, "to": CALLEE, "flow": FLOW}
            async with telefoon.client.post("calls", json=body) as response:
                problem = await response.json()
                assert (response.status, response.headers["Retry-After"]) == (429, "600")

        assert problem["type"] == "urn:telefoon:rule:short-calls"
        assert "100 %" in problem["detail"]
        assert len([each for each in far_end.told if each["event"] == "ringing"]) == FEWEST_ANSWERED


async def test_the_operator_is_alarmed_of_a_new_country_once_it_was_reached_no_more(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with phone() as far_end:
        settings = {"TRUNK": f"sip:127.0.0.1:{far_end.port}", "POLICY_WEBHOOK": shop.url("/operator")}
        async with platform(tmp_path, ports, settings) as telefoon:
            await policy(telefoon, "--account", "demo", "--set", "new_destination=alarm")
            first = await telefoon.place(ABROAD, flow="<Response><Hangup/></Response>")
            alarm = await telefoon.noted(first["id"], "policy_alarm")
            assert (await telefoon.ended_call(first["id"]))["status"] == "completed", "it goes on all the same"
            second = await telefoon.place(ABROAD, flow="<Response><Hangup/></Response>")
            await telefoon.ended_call(second["id"])

            assert (alarm["rule"], alarm["level"]) == ("new-destination", "account")
            assert "policy_alarm" not in [each["kind"] for each in await telefoon.events(second["id"])]
            [told] = await shop.is_asked("/operator")
            assert (told["PolicyEvent"], told["CallSid"], told["PolicyNumber"]) == ("policy_alarm", first["id"], ABROAD)

            await policy(telefoon, "--account", "demo", "--set", "new_destination=refuse")
            status, problem = await telefoon.refuses("calls", {"from": NUMBER, "to": "+493023125001", "flow": FLOW})
            assert (status, problem["type"]) == (403, "urn:telefoon:rule:new-destination")
