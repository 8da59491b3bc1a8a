"""The SIP messages of the last calls are kept, with their addresses and times, also of attempts that failed."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_network

import pytest

from engine.diagnosis.ladder import Arrow, ladder
from engine.ports import Answered, DialRequest
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.scenario import gets_bye, is_called, scenario
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sipp import sipp
from tests.sip.conftest import Line, OpenLine, Watch, dial, trunk_to
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

ASKED = DialRequest("+3225550199", "+3225550100", "CA1")


async def traced(line: Line, sip_call_id: str) -> Sequence[Arrow]:
    return ladder(await line.agent.messages(sip_call_id))


def titles(arrows: Sequence[Arrow]) -> list[tuple[str, bool]]:
    return [(each.title, each.sent) for each in arrows]


async def test_a_calls_messages_are_kept_in_both_directions(open_line: OpenLine, ports: Ports, ear: RtpEar) -> None:
    async with (
        sipp(scenario(is_called(), gets_bye()), ports, keys={"ear": ear.port}) as far_end,
        open_line(trace_calls=10) as line,
    ):
        call = await dial(line, far_end.port)
        await call.sees(Answered)
        await call.leg.hang_up()
        await call.ends()
        await far_end.finishes()
        arrows = await traced(line, call.leg.sip_call_id)

        assert titles(arrows)[0] == ("INVITE", True)
        assert ("200 OK (INVITE)", False) in titles(arrows)
        assert titles(arrows)[-2:] == [("BYE", True), ("200 OK (BYE)", False)]
        assert {(each.transport, each.local, each.remote) for each in arrows} == {
            ("UDP", f"127.0.0.1:{line.port}", f"127.0.0.1:{far_end.port}")
        }
        assert [each.at for each in arrows] == sorted(each.at for each in arrows)


async def test_the_attempts_before_the_last_one_are_told_with_it(
    open_line: OpenLine, ports: Ports, ear: RtpEar
) -> None:
    async with (
        sip_answerer(lambda _: "503 Service Unavailable") as first,
        sipp(scenario(is_called(), gets_bye()), ports, keys={"ear": ear.port}) as second,
    ):
        trunks = [trunk_to(first.port, "first"), trunk_to(second.port, "second", priority=1)]
        async with open_line(trunks=trunks, trace_calls=10) as line:
            call = Watch(await line.agent.dial(ASKED)).start()
            await call.sees(Answered)
            arrows = await traced(line, call.leg.sip_call_id)
            await call.leg.hang_up()
            await call.ends()
            await second.finishes()

        asked = [each.remote for each in arrows if each.title == "INVITE"]
        assert asked == [f"127.0.0.1:{first.port}", f"127.0.0.1:{second.port}"]
        assert ("503 Service Unavailable (INVITE)", False) in titles(arrows)
        assert len({each.sip_call_id for each in arrows}) == 2


async def test_an_invite_that_is_not_answered_is_seen_to_be_sent_again(open_line: OpenLine) -> None:
    async with sip_answerer(lambda _: "") as silent:
        async with open_line(trunk=trunk_to(silent.port, timeout_s=1.2), trace_calls=10) as line:
            call = Watch(await line.agent.dial(ASKED)).start()
            await call.ends()
            arrows = await traced(line, call.leg.sip_call_id)

        assert [each.repeated for each in arrows if each.title == "INVITE"][:2] == [False, True]


async def test_a_call_that_comes_in_is_kept_with_its_refusal_and_other_requests_are_not(open_line: OpenLine) -> None:
    async with open_line(trace_calls=10) as line, raw_caller(line.port) as caller:
        call = await in_a_call(line, caller)
        asked_beside = len(await traced(line, "nobody's"))
        arrows = await traced(line, call.leg.sip_call_id)

    assert titles(arrows)[0] == ("INVITE", False)
    assert ("200 OK (INVITE)", True) in titles(arrows)
    assert asked_beside == 0


async def test_the_oldest_calls_are_forgotten(open_line: OpenLine) -> None:
    async with sip_answerer(lambda _: "486 Busy Here") as busy, open_line(trace_calls=2) as line:
        calls = [await dial(line, busy.port) for _ in range(3)]
        for call in calls:
            await call.ends()
        kept = [bool(await traced(line, each.leg.sip_call_id)) for each in calls]

    assert kept.count(True) == 2


async def test_a_flood_of_strangers_drives_no_call_out_of_memory(open_line: OpenLine) -> None:
    async with (
        sip_answerer(lambda _: "486 Busy Here") as busy,
        open_line(trace_calls=20, allow=[ip_network("192.0.2.0/24")]) as line,
        raw_caller(line.port) as stranger,
    ):
        call = await dial(line, busy.port)
        await call.ends()
        for number in range(30):
            stranger.call_id = f"flood-{number}"
            stranger.request("INVITE", body=audio())
        await asyncio.sleep(0.5)
        kept = await traced(line, call.leg.sip_call_id)
        first, last = await traced(line, "flood-0"), await traced(line, "flood-29")

    assert titles(kept)[0] == ("INVITE", True)
    assert titles(last)[0] == ("INVITE", False), "of strangers the last ones are there, to see what they want"
    assert first == []


async def test_nothing_is_kept_where_none_is_wanted(open_line: OpenLine) -> None:
    async with sip_answerer(lambda _: "486 Busy Here") as busy, open_line(trace_calls=0) as line:
        call = await dial(line, busy.port)
        await call.ends()

        assert await traced(line, call.leg.sip_call_id) == []
