"""A full side of ICE (RFC 8445), by aioice, between an ear and the network: it finds the way of the ear's RTP."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from unittest.mock import patch

from aioice import Candidate, Connection, stun

from tests.peers.ear import RtpEar
from tests.peers.sip_message import Sdp
from tests.peers.waiting import within

HOST: Final = "127.0.0.1"
RTP: Final = 1
RTCP: Final = 2
_LOCAL_CANDIDATES: Final = "aioice.ice.get_host_addresses"


@dataclass(slots=True)
class IceAgent(asyncio.DatagramProtocol):
    """What the ear says goes by the way that was found, once there is one; and what comes by it, the ear hears."""

    connection: Connection
    ear: RtpEar
    heard: list[int] = field(default_factory=list)
    """The component by which each packet has come."""
    _transport: Any = None
    _bringing: asyncio.Task[None] | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.ear.aim(*transport.get_extra_info("sockname"))

    def datagram_received(self, data: bytes, addr: Any) -> None:
        del addr
        if self._bringing is not None:
            task = asyncio.ensure_future(self.connection.sendto(data, RTP))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())

    def port(self, component: int = RTP) -> int:
        """The port where it takes a component."""
        return next(each.port for each in self.connection.local_candidates if each.component == component)

    def lines(self, told_at: str = "", *, told_port: int = 0) -> str:
        """What a description says of it; candidates may be told to be elsewhere than they are, as behind NAT."""
        candidates = []
        for each in self.connection.local_candidates:
            port = told_port + each.component - RTP if told_port else each.port
            words = each.to_sdp().split()
            words[4:6] = [told_at or each.host, str(port)]
            candidates.append(f"a=candidate:{' '.join(words)}\r\n")
        return (
            f"a=ice-ufrag:{self.connection.local_username}\r\na=ice-pwd:{self.connection.local_password}\r\n"
            + "".join(candidates)
            + f"a=rtcp:{told_port + 1 if told_port else self.port(RTCP)}\r\n"
        )

    async def connects(self, far_end: Sdp | None) -> None:
        """Check the candidates of a description, and nominate those of RTP and RTCP."""
        assert far_end is not None
        self.connection.remote_is_lite = "a=ice-lite" in far_end.text
        self.connection.remote_username = said(far_end, "ice-ufrag")
        self.connection.remote_password = said(far_end, "ice-pwd")
        for each in re.findall(r"a=candidate:(.+?)\s*$", far_end.text, re.MULTILINE):
            await self.connection.add_remote_candidate(Candidate.from_sdp(each))
        await self.connection.add_remote_candidate(None)
        async with within(10):
            await self.connection.connect()
        self._bringing = asyncio.create_task(self._bring())

    async def close(self) -> None:
        if self._bringing is not None:
            self._bringing.cancel()
            await asyncio.wait([self._bringing])
        await self.connection.close()

    async def _bring(self) -> None:
        while True:
            data, component = await self.connection.recvfrom()
            self.heard.append(component)
            if component == RTP:
                self._transport.sendto(data, (HOST, self.ear.port))


def said(description: Sdp, name: str) -> str:
    """The value of an attribute of a description."""
    found = re.search(rf"^a={name}:(\S+)", description.text, re.MULTILINE)
    assert found is not None, f"no {name} in:\n{description.text}"
    return found[1]


async def guessed_check(far_end: Sdp, component: int) -> int:
    """The code that refuses a check by whoever knows the name alone and nominates itself."""
    check = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    check.attributes["USERNAME"] = f"{said(far_end, 'ice-ufrag')}:guess"
    check.attributes["PRIORITY"] = 0xFFFFFFFF
    check.attributes["USE-CANDIDATE"] = None
    check.add_message_integrity(b"guessed-guessed-guessed")
    check.add_fingerprint()
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as guessing:
        guessing.setblocking(False)
        await loop.sock_connect(guessing, (far_end.address, far_end.port + component - RTP))
        await loop.sock_sendall(guessing, bytes(check))
        async with within(5):
            answer = stun.parse_message(await loop.sock_recv(guessing, 1500))
    return int(answer.attributes["ERROR-CODE"][0])


@asynccontextmanager
async def ice_agent(ear: RtpEar, host: str = HOST) -> AsyncIterator[IceAgent]:
    """One on free ports of a host of this machine."""
    connection = Connection(ice_controlling=True, components=2, use_ipv6=False)
    # It leaves loopback out.
    with patch(_LOCAL_CANDIDATES, return_value=[host]):
        await connection.gather_candidates()
    loop = asyncio.get_running_loop()
    transport, agent = await loop.create_datagram_endpoint(lambda: IceAgent(connection, ear), local_addr=(HOST, 0))
    try:
        yield agent
    finally:
        await agent.close()
        transport.close()
