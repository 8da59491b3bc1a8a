"""A call's SIP messages are shown to operators, and written for other programs."""

import asyncio
from pathlib import Path

import pytest

from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.sip_answerer import sip_answerer

pytestmark = pytest.mark.sip

CALLEE = "+3225550199"


async def test_the_messages_of_a_refused_call_are_shown_and_written_as_a_pcap(tmp_path: Path, ports: Ports) -> None:
    async with (
        sip_answerer(lambda _: "486 Busy Here") as busy,
        platform(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{busy.port}"}) as telefoon,
    ):
        call = await telefoon.ended_call((await telefoon.place(CALLEE, flow="<Response/>"))["id"])
        made = await asyncio.to_thread(telefoon.telefoon, "keys", "create", "--account", "demo", "--scope", "admin")
        key, pcap = made.split()[-1], tmp_path / "call.pcap"

        shown = await asyncio.to_thread(
            telefoon.telefoon, "calls", "trace", call["id"], "--pcap", str(pcap), "--key", key, "--server",
            telefoon.address,
        )  # fmt: skip

        assert [line.partition("127.0.0.1")[2].partition(" ")[2] for line in shown.splitlines()[1:4]] == [
            f"--- INVITE --> 127.0.0.1:{busy.port}",
            f"<-- 486 Busy Here (INVITE) --- 127.0.0.1:{busy.port}",
            f"--- ACK --> 127.0.0.1:{busy.port}",
        ]
        assert CALLEE.encode() not in pcap.read_bytes()
        assert b"INVITE sip:+3225xxxx99@" in pcap.read_bytes()
