"""Whose RTCP is taken, and from when on the rule of a trunk for RTP and RTCP holds (`rtp_source`)."""

import asyncio
import itertools
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.model.trunk import new_trunk
from engine.ports import Ear, MediaChanged
from tests.peers.audio import tone
from tests.peers.raw_caller import HOST, RawCaller, audio, raw_caller
from tests.peers.rtp import Packet
from tests.peers.waiting import lasting
from tests.sip.conftest import Line, OpenLine, Watch
from tests.sip.passing import figures
from tests.sip.raw_calls import in_a_call
from tests.sip.speakers import Speaker, speaker

pytestmark = pytest.mark.sip

STRANGE_HOST = "127.0.0.2"
NOBODY = "127.0.0.9"
"""What a far end behind NAT says of itself."""
TRUE, FALSE = 3, 77
"""Packets that were lost, as the far end and a stranger report it."""
BETWEEN_REPORTS_S = 7
STREAMS = 100
"""Of so many a stranger took over one, in every other run: it hung on microseconds."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A call of a trunk with one rule. The far end and a stranger have a socket for RTP and one for RTCP each."""

    line: Line
    caller: RawCaller
    call: Watch
    rtp: Speaker
    rtcp: Speaker
    strange_rtp: Speaker
    strange_rtcp: Speaker
    rtp_port: int
    """Ours."""

    @property
    def rtcp_port(self) -> int:
        return self.rtp_port + 1

    async def told_lost(self, lost: int) -> None:
        """So many packets count as lost at the far end, at once and after a moment."""
        await figures(self.line, self.call.leg.id, lambda now: now.far_packets_lost == lost, within_s=5)
        await lasting(0.3)
        now = await self.line.agent.bridge.figures(self.call.leg.id)
        assert now is not None
        assert now.far_packets_lost == lost


@asynccontextmanager
async def scene(
    open_line: OpenLine, setting: str, *, far_host: str = HOST, signalled_host: str = HOST
) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        line = await stack.enter_async_context(open_line())
        caller = await stack.enter_async_context(raw_caller(line.port))
        hosts = (far_host, far_host, STRANGE_HOST, STRANGE_HOST)
        rtp, rtcp, *strange = [
            await stack.enter_async_context(speaker(host, number)) for number, host in enumerate(hosts, start=1)
        ]
        trunk = {"name": "carrier", "hosts": [f"{HOST}:{caller.port}"], "rtp_source": setting}
        await line.agent.use_trunks([new_trunk(trunk)])
        described = audio(rtp.port, more=f"a=rtcp:{rtcp.port}\r\n")
        call = await in_a_call(line, caller, described.replace(f"c=IN IP4 {HOST}", f"c=IN IP4 {signalled_host}"))
        await call.sees(MediaChanged)
        answer = (await caller.answer("INVITE")).sdp
        assert answer is not None
        yield Scene(line, caller, call, rtp, rtcp, strange[0], strange[1], answer.port)
        await call.leg.hang_up()


@pytest.mark.parametrize(("setting", "counts"), [("follow", FALSE), ("first", TRUE), ("signalled", TRUE)])
async def test_reports_of_loss_are_taken_of_whom_the_trunk_trusts(
    open_line: OpenLine, setting: str, counts: int
) -> None:
    async with scene(open_line, setting) as call:
        await call.rtp.speaks(call.rtp_port, 15)
        await call.rtcp.reports(call.rtcp_port, lost=TRUE)
        await call.told_lost(TRUE)

        await call.strange_rtcp.reports(call.rtcp_port, lost=FALSE, times=5)

        await call.told_lost(counts)


@pytest.mark.parametrize("setting", ["first", "signalled"])
async def test_reports_that_a_stranger_sends_to_the_port_of_rtp_do_not_count(open_line: OpenLine, setting: str) -> None:
    async with scene(open_line, setting) as call:
        await call.rtp.speaks(call.rtp_port, 15)
        await call.rtp.reports(call.rtp_port, lost=TRUE)
        await call.told_lost(TRUE)

        await call.strange_rtp.reports(call.rtp_port, lost=FALSE, times=5)

        await call.told_lost(TRUE)


@pytest.mark.parametrize(
    ("setting", "goes_to_the_stranger"), [("follow", True), ("first", False), ("signalled", False)]
)
async def test_our_reports_go_to_whom_the_trunk_trusts(
    open_line: OpenLine, setting: str, goes_to_the_stranger: bool
) -> None:
    async with scene(open_line, setting) as call:
        speaking = asyncio.create_task(call.rtp.speaks(call.rtp_port, 500))
        await call.rtcp.reports(call.rtcp_port, lost=TRUE, times=5)
        await call.strange_rtcp.reports(call.rtcp_port, lost=FALSE, times=5)
        before = call.rtcp.heard

        await asyncio.sleep(BETWEEN_REPORTS_S)
        speaking.cancel()

        assert (call.strange_rtcp.heard > 0, call.rtcp.heard > before) == (
            goes_to_the_stranger,
            not goes_to_the_stranger,
        )


async def test_reports_of_a_far_end_behind_nat_count_once_its_sound_has_come(open_line: OpenLine) -> None:
    async with scene(open_line, "first", far_host=STRANGE_HOST, signalled_host=NOBODY) as call:
        await call.rtcp.reports(call.rtcp_port, lost=FALSE)
        await call.rtp.speaks(call.rtp_port, 15)
        await call.rtcp.reports(call.rtcp_port, lost=TRUE)

        await call.told_lost(TRUE)


@contextmanager
def flood(host: str, port: int) -> Iterator[socket.socket]:
    """Packets of RTP from another host come to a port of ours, as many as one thread can send."""
    packet, over = Packet(8, 1, 160, 99, b"\xd5" * 160).bytes(), threading.Event()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind((host, 0))
        stranger.setblocking(False)

        def floods() -> None:
            while not over.is_set():
                stranger.sendto(packet, (HOST, port))

        flooding = threading.Thread(target=floods)
        flooding.start()
        try:
            yield stranger
        finally:
            over.set()
            flooding.join()


def has_heard(bound: socket.socket) -> bool:
    with suppress(BlockingIOError):
        return bool(bound.recv(2048))
    return False


async def test_the_rule_holds_for_the_first_packet_of_a_stream(open_line: OpenLine, tmp_path: Path) -> None:
    """Each re-INVITE makes a stream, which a stranger's packets are waiting for."""
    music = tone(440, 60).save(tmp_path / "long.wav")
    async with scene(open_line, "signalled") as call:
        await call.line.agent.bridge.play(music, to=[Ear(call.call.leg.id)])
        with flood(STRANGE_HOST, call.rtp_port) as stranger:
            ports = itertools.cycle([call.rtcp.port, call.rtp.port])
            for version in range(2, STREAMS + 2):
                changed = audio(next(ports)).replace("1 1 IN", f"1 {version} IN")
                assert (await call.caller.asks("INVITE", body=changed)).code == 200
                await lasting(0.03)

            assert not has_heard(stranger)
