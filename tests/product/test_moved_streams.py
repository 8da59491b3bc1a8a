"""Streams whose call changes under them: another address, another codec, another person, another place.

What the program is sent goes on without a gap in its numbers and times, and who is new hears the notice first.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.peers.audio import hears, tone, when_heard
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.ear import RtpEar
from tests.peers.phone import phone
from tests.peers.platform import ACCOUNT, Json, Platform, platform
from tests.peers.ports import Ports
from tests.peers.raw_caller import RawCaller, audio, raw_caller
from tests.peers.stream_program import StreamProgram, stream_program
from tests.peers.waiting import eventually
from tests.peers.wide_ear import WideEar
from tests.product.test_replaces import AGENT_HZ, CALLER_HZ, DIAL, EXPERT_HZ, desk, in_place_of

pytestmark = pytest.mark.sip

SPOKEN: Final = 1900
NOTICE_S: Final = 3
"""The notice takes longer than that."""


def connecting(program: StreamProgram) -> str:
    """A flow that gives its call to the program."""
    url = f"ws://127.0.0.1:{program.port}/media"
    return f'<Response><Connect action="/done"><Stream url="{url}" name="agent"/></Connect></Response>'


def assert_whole(program: StreamProgram) -> None:
    """Numbers count all messages, chunks all media, and the time of each track its own: no gap, nothing twice."""
    numbered = [each["sequenceNumber"] for each in program.messages if "sequenceNumber" in each]
    assert numbered == [str(number) for number in range(1, len(numbered) + 1)]
    media = [each["media"] for each in program.of_event("media")]
    assert [each["chunk"] for each in media] == [str(number) for number in range(1, len(media) + 1)]
    for track in {each["track"] for each in media}:
        times = [int(each["timestamp"]) for each in program.of_track(track)]
        assert times == [times[0] + 20 * number for number in range(len(times))], track


async def hears_from_now(program: StreamProgram, hz: float, track: str = "inbound", *, seconds: float = 0.6) -> None:
    """Wait until the program has heard so much of a tone from now on."""
    since = len(program.of_track(track))
    await eventually(
        lambda: hears(program.heard(track, since=since), hz, seconds=seconds),
        within_s=20,
        otherwise=lambda: f"{hz:g} Hz in {track}; {program.messages[-1]}",
    )


async def begins(program: StreamProgram) -> str:
    """Wait for the stream, and have the program speak without end; the stream's identifier."""
    [start] = await program.gets("start", within_s=60)
    program.sid = start["streamSid"]
    await program.says(tone(SPOKEN, 90, dbov=-18))
    return program.sid


async def listens_to(telefoon: Platform, call_id: str, program: StreamProgram) -> Json:
    """The new stream of a program that hears both sides of the call."""
    order = {"url": f"ws://127.0.0.1:{program.port}/media", "track": "both_tracks", "name": "desk"}
    return await telefoon.post(f"calls/{call_id}/streams", order)


async def test_who_takes_the_callers_place_hears_the_notice_before_the_program_which_goes_on(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/done"] = "<Response><Hangup/></Response>"
    async with stream_program() as program, desk(tmp_path, ports, shop) as at:
        shop.flows["/start"] = connecting(program)
        await asyncio.to_thread(at.telefoon.telefoon, "accounts", "spoken-name", ACCOUNT, "Bakkerij Jansen")
        answered = await at.caller.calls()
        caller = await at.row("inbound")
        stream = await begins(program)
        await at.caller.ear.hears(SPOKEN, within_s=60, seconds=1)
        await hears_from_now(program, CALLER_HZ)

        ours = f"to-tag={at.caller.sip.to_tag};from-tag=raw"
        taken = await at.expert.calls(f"Replaces: {at.caller.sip.call_id};{ours}")
        await at.caller.sip.is_asked("BYE")
        await at.expert.ear.hears(SPOKEN, within_s=60, seconds=1)
        heard = at.expert.ear.heard()
        await hears_from_now(program, EXPERT_HZ)
        expert = await at.row("inbound")
        [listed] = (await at.telefoon.get(f"calls/{expert['id']}/streams"))["streams"]
        disclosed = await at.telefoon.noted(expert["id"], "disclosed")
        assert program.socket is not None
        await program.socket.close()
        [done] = await shop.is_asked("/done")

    assert (answered.code, taken.code) == (200, 200)
    [first, *_] = [each for each in when_heard(heard, SPOKEN) if each.seconds > 0.8]
    assert first.start_s > NOTICE_S, "not a sound of the program's before the notice's end"
    assert disclosed["policy"] == "announce"
    assert expert["id"] != caller["id"]
    assert (listed["id"], listed["call_id"], listed["status"]) == (stream, expert["id"], "in-progress")
    assert (done["CallSid"], done["StreamSid"]) == (expert["id"], stream)
    assert_whole(program)


async def test_a_program_that_listens_hears_who_takes_the_place_of_either_party_and_is_stopped_on_the_new_call(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = DIAL
    async with stream_program() as program, desk(tmp_path, ports, shop) as at:
        calling = asyncio.create_task(at.caller.calls())
        invite = await at.answers()
        await calling
        caller = await at.row("inbound")
        await at.caller.ear.hears(AGENT_HZ, within_s=10)
        await listens_to(at.telefoon, caller["id"], program)
        await hears_from_now(program, CALLER_HZ)
        await hears_from_now(program, AGENT_HZ, "outbound")

        # The called party hands over.
        assert (await at.expert.calls(in_place_of(invite))).code == 200
        await at.hangs_up_agent()
        await at.caller.ear.hears(EXPERT_HZ, within_s=20)
        await hears_from_now(program, EXPERT_HZ, "outbound")
        await hears_from_now(program, CALLER_HZ)

        # So does the caller.
        async with raw_caller(at.telefoon.sip_port) as another:
            with RtpEar() as ear:
                ear.say(tone(2300, 1), for_ever=True)
                another.from_ = "<sip:+32470888888@127.0.0.1>;tag=another"
                ours = f"Replaces: {at.caller.sip.call_id};to-tag={at.caller.sip.to_tag};from-tag=raw"
                taken = await another.asks("INVITE", ours, body=audio(ear.port))
                ear.follow(taken.sdp)
                await ear.hears(EXPERT_HZ, within_s=20)
                await hears_from_now(program, 2300)
                await hears_from_now(program, EXPERT_HZ, "outbound")
                new = await at.row("inbound")
                await at.telefoon.delete(f"calls/{new['id']}/streams/desk")
                [ended] = (await at.telefoon.get(f"calls/{new['id']}/streams"))["streams"]

    assert new["id"] != caller["id"]
    assert (ended["status"], ended["figures"]["close_code"]) == ("stopped", 1000)
    for track, others in (("inbound", (AGENT_HZ, EXPERT_HZ)), ("outbound", (CALLER_HZ, 2300))):
        for hz in others:
            assert not hears(program.heard(track), hz, seconds=0.2), (track, hz)
    assert_whole(program)


@dataclass(frozen=True, slots=True)
class Connected:
    """A caller in A-law who hears the program, and is heard by it."""

    telefoon: Platform
    caller: RawCaller
    ear: RtpEar
    program: StreamProgram
    call_id: str


@asynccontextmanager
async def connected(tmp_path: Path, ports: Ports, shop: Customer) -> AsyncIterator[Connected]:
    async with stream_program() as program:
        shop.flows["/start"] = connecting(program)
        number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
        with RtpEar() as ear:
            async with platform(tmp_path, ports, number=number) as telefoon, raw_caller(telefoon.sip_port) as caller:
                telefoon.telefoon("accounts", "spoken-name", ACCOUNT, "Bakkerij Jansen")
                ear.say(tone(CALLER_HZ, 1, dbov=-18), for_ever=True)
                ear.follow((await caller.asks("INVITE", body=audio(ear.port))).sdp)
                await begins(program)
                await ear.hears(SPOKEN, within_s=60, seconds=1)
                await hears_from_now(program, CALLER_HZ)
                yield Connected(telefoon, caller, ear, program, (await telefoon.newest_call())["id"])


async def test_both_ways_go_on_through_another_address_another_codec_and_the_far_ends_hold(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with connected(tmp_path, ports, shop) as at:
        with RtpEar(host="127.0.0.2") as moved:
            moved.say(tone(800, 1, dbov=-18), for_ever=True)
            moved.follow((await at.caller.asks("INVITE", body=audio(moved.port, host="127.0.0.2"))).sdp)
            await moved.hears(SPOKEN, within_s=20, seconds=0.5)
            await hears_from_now(at.program, 800)

            held = audio(moved.port, host="127.0.0.2", more="a=sendonly\r\n")
            assert (await at.caller.asks_until_free(held)).code == 200
            await asyncio.sleep(1)
            since_s = moved.now_s
            await asyncio.sleep(1.5)
            on_hold = moved.heard(since_s)
            moved.follow((await at.caller.asks_until_free(audio(moved.port, host="127.0.0.2"))).sdp)
            await moved.hears(SPOKEN, within_s=20, seconds=0.5, since_s=moved.now_s)

        for codec, hz in (("G722", 1200), ("opus", 2600)):
            with WideEar(codec, tone(hz, 1, dbov=-18, rate_hz=16000)) as wide:
                wide.follow((await at.caller.asks_until_free(wide.offer)).sdp)
                await wide.hears_in_all(SPOKEN, seconds=0.5, within_s=20)
                await hears_from_now(at.program, hz)

        at.ear.follow((await at.caller.asks_until_free(audio(at.ear.port))).sdp)
        await at.ear.hears(SPOKEN, within_s=20, seconds=0.5, since_s=at.ear.now_s)
        await hears_from_now(at.program, CALLER_HZ)
        [stream] = (await at.telefoon.get(f"calls/{at.call_id}/streams"))["streams"]

    assert not hears(on_hold, SPOKEN, seconds=0.2)
    assert stream["status"] == "in-progress"
    assert_whole(at.program)


async def test_two_tracks_are_told_apart_through_a_transfer_and_a_conference(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/tone.wav"] = tone(1000, 120, dbov=-18).save(tmp_path / "tone.wav").read_bytes()
    shop.flows["/start"] = "<Response><Play>/tone.wav</Play></Response>"
    number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
    voice = tone(1500, 120, dbov=-18).save(tmp_path / "third.wav")
    async with (
        stream_program() as program,
        stream_program() as of_guest,
        phone("--play", str(voice)) as third,
        platform(tmp_path, ports, number=number) as telefoon,
        raw_caller(telefoon.sip_port) as caller,
    ):
        with RtpEar() as ear, RtpEar() as guest_ear:
            ear.say(tone(CALLER_HZ, 1, dbov=-18), for_ever=True)
            ear.follow((await caller.asks("INVITE", body=audio(ear.port))).sdp)
            await ear.hears(1000, within_s=30)
            call_id = (await telefoon.newest_call())["id"]
            await listens_to(telefoon, call_id, program)
            await hears_from_now(program, CALLER_HZ)
            await hears_from_now(program, 1000, "outbound")

            await telefoon.patch(f"calls/{call_id}", {"transfer": {"to": f"sip:third@127.0.0.1:{third.port}"}})
            await ear.hears_in_all(1500, seconds=1, within_s=60)
            await hears_from_now(program, 1500, "outbound")
            await hears_from_now(program, CALLER_HZ)

            room = '<Response><Dial><Conference beep="false">board</Conference></Dial></Response>'
            await telefoon.patch(f"calls/{call_id}", {"flow": room})
            await telefoon.noted(call_id, "conference_joined")
            shop.flows["/start"] = room
            async with raw_caller(telefoon.sip_port) as guest:
                guest_ear.say(tone(2300, 1, dbov=-18), for_ever=True)
                guest_ear.follow((await guest.asks("INVITE", body=audio(guest_ear.port))).sdp)
                await ear.hears(2300, within_s=30, seconds=0.5)
                unasked = len(program.of_track("outbound"))
                await hears_from_now(program, CALLER_HZ)
                before_consent = program.heard("outbound", since=unasked)
                guest_id = (await telefoon.newest_call())["id"]
                await listens_to(telefoon, guest_id, of_guest)
                await hears_from_now(program, 2300, "outbound")
                await hears_from_now(of_guest, CALLER_HZ, "outbound")
                await hears_from_now(of_guest, 2300)
            await telefoon.delete(f"calls/{call_id}/streams/desk")

    assert not hears(before_consent, 2300, seconds=0.1), "the guest was asked by nobody yet"
    for track, others in (("inbound", (1000, 1500, 2300)), ("outbound", (CALLER_HZ,))):
        for hz in others:
            # The words that a transfer says have any tone for a moment.
            assert not hears(program.heard(track), hz, seconds=0.5), (track, hz)
    assert_whole(program)
