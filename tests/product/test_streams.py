"""Media streams of real calls: what a program receives of them, and what becomes of one that fails."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from tests.peers.audio import hears, tone
from tests.peers.callers import Caller, calling
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import ACCOUNT, Json, Platform, platform
from tests.peers.ports import Ports
from tests.peers.raw_stream_server import RawStream, raw_stream_server
from tests.peers.stream_program import StreamProgram, stream_program
from tests.peers.twilio_client import does, twilio_client
from tests.peers.waiting import eventually

pytestmark = pytest.mark.sip

SAID: Final = 700
PLAYED: Final = 1000


@asynccontextmanager
async def on_the_line(tmp_path: Path, ports: Ports, shop: Customer) -> AsyncIterator[tuple[Platform, Caller]]:
    """A caller who says a tone and hears another, without end."""
    shop.flows["/tone.wav"] = tone(PLAYED, 60, dbov=-18).save(tmp_path / "tone.wav").read_bytes()
    shop.flows["/start"] = "<Response><Play>/tone.wav</Play></Response>"
    number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
    async with platform(tmp_path, ports, number=number) as telefoon, calling(telefoon, ports, SAID) as (caller,):
        await caller.ear.hears(PLAYED, within_s=30)
        yield telefoon, caller


def at(program: StreamProgram) -> str:
    """The program's address."""
    return f"ws://127.0.0.1:{program.port}/media"


async def streams_of(telefoon: Platform, caller: Caller) -> dict[str, Json]:
    """The call's streams by name."""
    return {each["name"]: each for each in (await telefoon.get(f"calls/{caller.call_id}/streams"))["streams"]}


async def heard_now(program: StreamProgram, track: str, hz: float, *, seconds: float = 1.0) -> bool:
    """Whether a tone is in the second of a track that comes from now on."""
    since = len(program.of_track(track))
    await asyncio.sleep(seconds)
    return hears(program.heard(track, since=since), hz, seconds=0.3 * seconds)


async def test_a_program_hears_both_sides_of_a_call_until_it_is_stopped_and_silence_on_hold(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with on_the_line(tmp_path, ports, shop) as (telefoon, caller), stream_program() as program:
        call = f"calls/{caller.call_id}"
        told = {"status_callback": shop.url("/stream"), "parameters": {"desk": "Zoë"}}
        stream = await telefoon.post(
            f"{call}/streams", {"url": at(program), "track": "both_tracks", "name": "desk", **told}
        )
        await program.gets("media", times=150)
        on_hold = await telefoon.patch(call, {"hold": True})
        await asyncio.sleep(0.5)
        silent = not await heard_now(program, "inbound", SAID)
        await telefoon.patch(call, {"hold": False})
        await asyncio.sleep(0.5)
        resumed = await heard_now(program, "inbound", SAID)
        await telefoon.delete(f"{call}/streams/desk")
        await shop.is_asked("/stream", times=2)
        ended = (await streams_of(telefoon, caller))["desk"]
        event = await telefoon.noted(caller.call_id, "stream_ended")
        goes_on = (await telefoon.get(call))["status"]
        events = await telefoon.events(caller.call_id)
        secret = telefoon.telefoon("accounts", "secret", ACCOUNT).split()[-1]
        logged = telefoon.log()

    signature = program.headers[0]["x-twilio-signature"]
    assert RequestValidator(secret).validate(at(program), {}, signature)
    assert program.headers[0]["webhook-signature"].startswith("v1,")
    assert program.messages[0] == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    account = program.messages[1]["start"]["accountSid"]
    assert program.messages[1] == {
        "event": "start",
        "sequenceNumber": "1",
        "start": {
            "accountSid": account,
            "streamSid": stream["id"],
            "callSid": caller.call_id,
            "tracks": ["inbound", "outbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"desk": "Zoë"},
        },
        "streamSid": stream["id"],
    }
    assert hears(program.heard("inbound"), SAID, seconds=1)
    assert not hears(program.heard("inbound"), PLAYED, seconds=0.2)
    assert hears(program.heard("outbound"), PLAYED, seconds=1)
    assert not hears(program.heard("outbound"), SAID, seconds=0.2)
    assert (on_hold[0], silent, resumed) == (200, True, True)
    assert program.messages[-1]["stop"] == {"accountSid": account, "callSid": caller.call_id}
    assert (ended["status"], ended["figures"]["close_code"], goes_on) == ("stopped", 1000, "in-progress")
    assert ended["figures"]["sent_messages"] >= len(program.messages) - 1
    assert event["stream"] == stream["id"]
    forms = [each.form for each in shop.asked if each.path == "/stream"]
    assert [form["StreamEvent"] for form in forms] == ["stream-started", "stream-stopped"]
    payload = program.of_event("media")[0]["media"]["payload"]
    assert payload not in logged
    assert payload not in json.dumps(events)


async def redirects(stream: RawStream) -> None:
    await stream.send(b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n")


async def refuses(stream: RawStream) -> None:
    await stream.send(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")


async def fails(stream: RawStream) -> None:
    await stream.send(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")


async def babbles(stream: RawStream) -> None:
    await stream.send(b"\x00\x01\x02garbage\r\n\r\n")


async def hangs_up(stream: RawStream) -> None:
    stream.accept()
    await stream.read_frame()
    stream.writer.transport.abort()


async def test_programs_that_refuse_lie_or_die_end_their_streams_and_not_the_call(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    wrong = {"redirects": redirects, "refuses": refuses, "fails": fails, "babbles": babbles, "dies": hangs_up}
    async with on_the_line(tmp_path, ports, shop) as (telefoon, caller), AsyncExitStack() as stack:
        path = f"calls/{caller.call_id}/streams"
        for name, behaviour in wrong.items():
            server = await stack.enter_async_context(raw_stream_server(behaviour))
            order = {"url": f"ws://127.0.0.1:{server.port}/", "name": name, "status_callback": shop.url(f"/{name}")}
            await telefoon.post(path, order)
            await shop.is_asked(f"/{name}", times=2 if name == "dies" else 1)
        inside = {"url": "wss://10.0.0.1/media", "name": "inside", "status_callback": shop.url("/inside")}
        await telefoon.post(path, inside)
        await shop.is_asked("/inside")
        found = await streams_of(telefoon, caller)
        since = caller.ear.now_s
        await caller.ear.hears_in_all(PLAYED, seconds=1.0, within_s=10, since_s=since)

    assert {each["status"] for each in found.values()} == {"failed"}
    codes = {name: each["figures"].get("close_code") for name, each in found.items()}
    assert (codes["redirects"], codes["refuses"], codes["fails"]) == (302, 401, 500)
    assert codes["dies"] == 1006
    assert "not public" in found["inside"]["error"]
    for name, stream in found.items():
        errors = [each for each in shop.forms(f"/{name}") if each["StreamEvent"] == "stream-error"]
        assert [each["StreamError"] for each in errors] == [stream["error"]]


async def test_a_program_whose_connection_breaks_is_resumed_under_the_same_id(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with on_the_line(tmp_path, ports, shop) as (telefoon, caller), stream_program() as program:
        order = {"url": at(program), "name": "desk", "reconnect": True}
        stream = await telefoon.post(f"calls/{caller.call_id}/streams", order)
        await program.gets("media", times=20)
        assert await messages_counted(telefoon, "sent") >= 20, "they are counted while the stream goes on"
        assert program.socket is not None
        transport = program.socket._req.transport if program.socket._req else None
        assert transport is not None
        transport.abort()
        starts = await program.gets("start", times=2)
        before = len(program.messages)
        await eventually(
            lambda: len(program.messages) > before + 50, within_s=10, otherwise=lambda: f"{program.messages[-2:]}"
        )
        again = await heard_now(program, "inbound", SAID)
        running = await messages_counted(telefoon, "sent")
        await telefoon.delete(f"calls/{caller.call_id}/streams/{stream['id']}")
        ended = (await streams_of(telefoon, caller))["desk"]
        counted = await messages_counted(telefoon, "sent")

    assert [each["streamSid"] for each in starts] == [stream["id"]] * 2
    assert [each["start"].get("resumed") for each in starts] == [None, True]
    assert again
    assert ended["figures"]["late_ms"] > 0
    assert before < running < counted == ended["figures"]["sent_messages"]


async def messages_counted(telefoon: Platform, way: str) -> int:
    """What the node's metrics say now of all messages of streams."""
    async with telefoon.client.get(f"{telefoon.address}/metrics") as response:
        lines = (await response.text()).splitlines()
    [line] = [each for each in lines if each.startswith(f'telefoon_stream_messages_total{{way="{way}"}}')]
    return int(line.rsplit(" ", 1)[1])


async def test_the_real_client_of_programs_begins_and_stops_streams(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with on_the_line(tmp_path, ports, shop) as (telefoon, caller), stream_program() as program:
        client = twilio_client(telefoon)
        streams = client.calls(caller.call_id).streams
        begun = await does(
            streams.create,
            at(program),
            name="desk",
            track="outbound_track",
            status_callback=shop.url("/stream"),
            parameter1_name="lang",
            parameter1_value="nl",
            parameter99_name="last",
            parameter99_value="one",
        )
        await program.gets("media", times=50)
        stopped = await does(client.calls(caller.call_id).streams("desk").update, "stopped")
        await shop.is_asked("/stream", times=2)
        with pytest.raises(TwilioRestException) as unknown:
            await does(client.calls(caller.call_id).streams("other").update, "stopped")
        with pytest.raises(TwilioRestException) as wrong:
            await does(client.calls(caller.call_id).streams.create, "https://a.example/")

    assert (begun.name, begun.status, begun.call_sid) == ("desk", "in-progress", caller.call_id)
    assert (stopped.sid, stopped.status) == (begun.sid, "stopped")
    start = (await program.gets("start"))[0]["start"]
    assert start["customParameters"] == {"lang": "nl", "last": "one"}
    assert start["tracks"] == ["outbound"]
    assert hears(program.heard("outbound"), PLAYED, seconds=0.5)
    assert (unknown.value.code, wrong.value.code) == (20404, 21205)


async def test_a_program_hears_no_pin_goes_on_under_a_transfer_and_is_silent_once_consent_is_withdrawn(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    voice = tone(PLAYED, 60, dbov=-18).save(tmp_path / "third.wav")
    async with stream_program() as program, phone("--play", str(voice)) as third:
        shop.flows["/start"] = (
            f'<Response><Start><Stream url="{at(program)}" track="both_tracks"/></Start>'
            '<Gather mask="true" numDigits="4" timeout="60" action="/after"/></Response>'
        )
        shop.flows["/after"] = '<Response><Pause length="120"/></Response>'
        number = {"--url": shop.url("/start"), "--consent": "announce"}
        async with platform(tmp_path, ports, number=number) as telefoon, calling(telefoon, ports, SAID) as (caller,):
            await program.gets("start", within_s=60)
            await asyncio.sleep(0.5)
            masked = await heard_now(program, "inbound", SAID)
            caller.ear.press("1234")
            caller.ear.say(tone(SAID, 2, dbov=-24), for_ever=True)
            await asyncio.sleep(1)
            after_pin = await heard_now(program, "inbound", SAID)
            to = f"sip:third@127.0.0.1:{third.port}"
            await telefoon.patch(f"calls/{caller.call_id}", {"transfer": {"to": to}})
            await caller.ear.hears_in_all(PLAYED, seconds=2, within_s=60)
            joined = [await heard_now(program, "inbound", SAID), await heard_now(program, "outbound", PLAYED)]
            await telefoon.patch(f"calls/{caller.call_id}", {"consent": "withdrawn"})
            await asyncio.sleep(0.3)
            withdrawn = [await heard_now(program, "inbound", SAID), await heard_now(program, "outbound", PLAYED)]
            still_open = program.close_code is None

    assert (masked, after_pin) == (False, True)
    assert (joined, withdrawn, still_open) == ([True, True], [False, False], True)
