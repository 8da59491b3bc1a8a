"""Our BYE is challenged, and can't be sent again: the leg is over all the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest

from engine.model.call import Event
from engine.ports import Answered, DialRequest
from tests.peers.raw_caller import audio
from tests.peers.sip_message import SipMessage
from tests.peers.waiting import within
from tests.sip.conftest import OpenLine, Watch, trunk_to

pytestmark = pytest.mark.sip

ASKED: Final = DialRequest("+3225550199", "+3225550100", "CA1")
CHALLENGE: Final = 'WWW-Authenticate: Digest realm="carrier", nonce="1", algorithm=MD5'


class VanishingCallee:
    """Answers a call over TCP, challenges its BYE, and is gone from then on."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gone = asyncio.Event()
        self.server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        assert self.server is not None
        port: int = self.server.sockets[0].getsockname()[1]
        return port

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = self.port
        while not self.gone.is_set():
            request = SipMessage.read((await reader.readuntil(b"\r\n\r\n")).decode())
            await reader.readexactly(int(request.header("content-length") or 0))
            self.asked.append(request.method)
            match request.method:
                case "INVITE":
                    self._answer(
                        writer, request, "200 OK", f"Contact: <sip:far@127.0.0.1:{port};transport=tcp>", audio()
                    )
                case "BYE":
                    assert self.server is not None
                    self.server.close()
                    self._answer(writer, request, "401 Unauthorized", CHALLENGE)
                    self.gone.set()
        await writer.drain()
        writer.close()

    def _answer(
        self, writer: asyncio.StreamWriter, request: SipMessage, status: str, header: str, body: str = ""
    ) -> None:
        echoed = [
            f"{name}: {value}" for name, value in request.headers if name.lower() in {"via", "from", "call-id", "cseq"}
        ]
        to = request.header("to")
        tagged = to if "tag=" in to else f"{to};tag=far"
        kind = ["Content-Type: application/sdp"] if body else []
        lines = [f"SIP/2.0 {status}", *echoed, f"To: {tagged}", header, *kind, f"Content-Length: {len(body)}", "", body]
        writer.write("\r\n".join(lines).encode())


@asynccontextmanager
async def vanishing_callee() -> AsyncIterator[VanishingCallee]:
    callee = VanishingCallee()
    callee.server = await asyncio.start_server(callee.serve, "127.0.0.1", 0)
    try:
        yield callee
    finally:
        callee.server.close()


async def test_a_leg_whose_challenged_bye_cannot_be_sent_again_is_over(open_line: OpenLine) -> None:
    async with (
        vanishing_callee() as callee,
        open_line(trunk=trunk_to(callee.port, parameters=";transport=tcp", user="me", password="secret")) as line,
    ):
        call = Watch(await line.agent.dial(ASKED)).start()
        await call.sees(Answered)

        await call.leg.hang_up()
        async with within(10):
            await callee.gone.wait()

        ended = await call.ends(within_s=40)
        assert (ended.outcome, ended.by_us) == (Event.HUNG_UP, True)
        assert callee.asked == ["INVITE", "ACK", "BYE"]
        async with within(10):
            while await line.agent.strays():
                await asyncio.sleep(0.1)
