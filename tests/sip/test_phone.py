"""The test phone against itself, in two processes over real SIP and RTP."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from sip.test_phone.phone import Phone, PhoneEvent, PhoneEventKind, PhoneLine
from sip.test_phone.script import PhoneScript
from tests.peers.audio import Sound, hears, joined, silence, tone
from tests.peers.ports import Ports
from tests.peers.scenario import acks, asks, calls, pause, receives, scenario, sdp
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sipp import sipp
from tests.peers.waiting import eventually, within

pytestmark = pytest.mark.sip

END_S = 60.0
Event = dict[str, Any]


class PhoneProcess:
    """`telefoon phone --json` in a process of its own, and what it has told."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.events: list[Event] = []

    @classmethod
    @asynccontextmanager
    async def start(cls, *arguments: str | Path | float) -> AsyncIterator["PhoneProcess"]:
        command = [sys.executable, "-m", "api.cli", "phone", "--json", *map(str, arguments)]
        process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
        try:
            yield cls(process)
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    async def until(self, kind: str) -> Event:
        """The next event of a kind; those on the way are kept."""
        assert self.process.stdout is not None
        async with within(END_S):
            async for line in self.process.stdout:
                self.events.append(json.loads(line))
                if self.events[-1]["event"] == kind:
                    return self.events[-1]
        raise AssertionError(f"the phone ended without {kind}: {self.events}")

    async def ended(self) -> int:
        """Exit code; everything that it told until then is in `events`."""
        assert self.process.stdout is not None
        async with within(END_S):
            async for line in self.process.stdout:
                self.events.append(json.loads(line))
            return await self.process.wait()

    def told(self, kind: str) -> Event:
        (event,) = (event for event in self.events if event["event"] == kind)
        return event

    @property
    def digits(self) -> str:
        return "".join(event["digit"] for event in self.events if event["event"] == "digit")


def uri(port: int) -> str:
    return f"sip:+3225550100@127.0.0.1:{port}"


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_phone_calls_a_phone_and_each_hears_the_others_tone_and_digits(tmp_path: Path) -> None:
    low = tone(440, 2.0).save(tmp_path / "low.wav")
    high = tone(1000, 2.0).save(tmp_path / "high.wav")
    answering = ("--record", tmp_path / "a.wav", "--play", low, "--digits", "1w2#", "--digits-after", 2.5)
    dialling = ("--record", tmp_path / "d.wav", "--play", high, "--digits", "4*", "--digits-after", 2.5)
    async with PhoneProcess.start("--calls", 1, *answering) as answerer:
        port = (await answerer.until("listening"))["port"]
        call = ("--dial", uri(port), "--from", "+3225550199", "--hang-up-after", 5)
        async with PhoneProcess.start(*call, *dialling) as caller:
            assert await caller.ended() == 0
        assert await answerer.ended() == 0

    assert answerer.told("ringing") | {"at": "", "source": ""} == {
        "event": "ringing", "at": "", "source": "", "call": 1, "from": "+3225550199", "to": "+3225550100",
    }  # fmt: skip
    assert (caller.digits, answerer.digits) == ("12#", "4*")
    assert caller.told("hung_up")["by"] == "phone"
    assert answerer.told("hung_up")["by"] == "far end"
    for phone, name, hz in ((answerer, "a.wav", 1000), (caller, "d.wav", 440)):
        heard = Sound.of_file(tmp_path / name)
        assert hears(heard, hz, seconds=1.7)
        assert not hears(heard, hz, seconds=2.3), "it sounds once"
        assert not hears(heard, 1440 - hz)
        assert phone.told("recorded")["seconds"] == pytest.approx(heard.seconds, abs=0.001)
        assert heard.seconds > 4


async def test_each_call_of_a_phone_has_a_recording_of_its_own(tmp_path: Path) -> None:
    prompt = joined(silence(0.5), tone(700, 1.0)).save(tmp_path / "prompt.wav")
    async with PhoneProcess.start("--calls", 2, "--record", tmp_path / "heard.wav") as answerer:
        port = (await answerer.until("listening"))["port"]
        for _ in range(2):
            async with PhoneProcess.start("--dial", uri(port), "--play", prompt, "--hang-up-after", 2) as caller:
                assert await caller.ended() == 0
        assert await answerer.ended() == 0
    assert all(hears(Sound.of_file(tmp_path / name), 700, seconds=0.7) for name in ("heard.wav", "heard-2.wav"))
    assert names_in(tmp_path) == ["heard-2.wav", "heard.wav", "prompt.wav"]


async def test_what_a_call_did_not_hear_to_its_end_is_let_go_of_with_the_call(prompt: Path, ports: Ports) -> None:
    ended = asyncio.Event()

    def tell(event: PhoneEvent) -> None:
        if event.kind is PhoneEventKind.HUNG_UP:
            ended.set()

    script = scenario(
        calls(sdp(port="9")), receives(100, optional=True), receives(180, optional=True), receives(200), acks(),
        pause(0.2), asks("BYE", 2), receives(200),
    )  # fmt: skip
    port = ports.one()
    async with Phone.open(PhoneLine(port=port), PhoneScript(play=prompt), tell) as phone:
        assert phone._agent is not None
        players = phone._agent.bridge._switch._ports.players
        before = len(players)
        async with sipp(script, ports, target=port) as far_end:
            await far_end.finishes()
            async with within(5):
                await ended.wait()

        await eventually(lambda: len(players) == before, within_s=5, otherwise=lambda: f"players {players}")


@pytest.mark.parametrize(
    ("refusal", "code", "cause"), [(("--busy",), 486, 17), (("--reject", 404), 404, 1), (("--reject", 603), 603, 21)]
)
async def test_a_refused_call_tells_the_code_and_the_caller_exits_1(
    refusal: tuple[str | int, ...], code: int, cause: int
) -> None:
    async with PhoneProcess.start("--calls", 1, *refusal) as answerer:
        port = (await answerer.until("listening"))["port"]
        async with PhoneProcess.start("--dial", uri(port)) as caller:
            assert await caller.ended() == 1
        assert await answerer.ended() == 0
    assert (caller.told("hung_up")["code"], caller.told("hung_up")["cause"]) == (code, cause)
    assert answerer.told("hung_up")["by"] == "phone"
    assert "answered" not in {event["event"] for event in answerer.events}


async def test_a_caller_that_is_stopped_cancels_the_call_that_rings_for_ever() -> None:
    async with PhoneProcess.start("--calls", 1, "--ring-forever") as answerer:
        port = (await answerer.until("listening"))["port"]
        async with PhoneProcess.start("--dial", uri(port)) as caller:
            await caller.until("ringing")
            caller.process.send_signal(signal.SIGINT)
            assert await caller.ended() == 0
        assert await answerer.ended() == 0
    assert caller.told("hung_up")["code"] == 487
    assert answerer.told("hung_up") | {"at": ""} == {
        "event": "hung_up", "at": "", "call": 1, "by": "far end", "code": 487, "reason": "Request Terminated",
        "cause": 16,
    }  # fmt: skip


async def test_sigterm_hangs_up_and_closes_the_recording(tmp_path: Path) -> None:
    async with PhoneProcess.start("--record", tmp_path / "heard.wav") as answerer:
        port = (await answerer.until("listening"))["port"]
        async with PhoneProcess.start("--dial", uri(port)) as caller:
            await answerer.until("answered")
            await caller.until("answered")
            answerer.process.send_signal(signal.SIGTERM)
            assert await answerer.ended() == 0
            assert await caller.ended() == 0
    assert answerer.told("hung_up")["by"] == "phone"
    assert caller.told("hung_up")["by"] == "far end"
    assert names_in(tmp_path) == ["heard.wav"]


async def test_a_taken_port_is_one_line_that_says_which() -> None:
    port = Ports().one()
    async with PhoneProcess.start("--port", port) as first:
        assert (await first.until("listening"))["port"] == port
        async with PhoneProcess.start("--port", port) as second:
            _, errors = await second.process.communicate()
            assert second.process.returncode == 1
    told = json.loads(errors)
    assert told["error"].startswith(f"UDP port {port} on 127.0.0.1 is taken by another program.")
    assert errors.count(b"\n") == 1


@pytest.mark.parametrize(
    ("answer", "active"), [("200 OK\nContact: <sip:ann@127.0.0.1>\nExpires: 60", True), ("403 Forbidden", False)]
)
async def test_a_phone_registers_and_tells_what_came_of_it(answer: str, active: bool) -> None:
    async with sip_answerer(lambda _: answer) as registrar:
        line = ("--register", f"sip:127.0.0.1:{registrar.port}", "--user", "ann", "--password", "pw")
        async with PhoneProcess.start(*line) as phone:
            state = await phone.until("registration")
            phone.process.send_signal(signal.SIGTERM)
            assert await phone.ended() == 0
    assert (state["active"], state["code"]) == (active, int(answer[:3]))
    assert "sip:ann@127.0.0.1" in registrar.requests[0]
