"""Callers of SIPp, which sends its own RTP, whose calls are given to programs: what came to its socket, by capture."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from scripts.agent_kits import PIPECAT
from tests.peers.agent_kits import credentials, kit_agent
from tests.peers.audio import Sound, hears, tone, when_heard
from tests.peers.capture import Capture
from tests.peers.captured_line import CapturedLine
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.g711 import PCMA
from tests.peers.pcap_of_rtp import PcapOfRtp
from tests.peers.platform import ACCOUNT, NUMBER, Platform, platform
from tests.peers.ports import Ports
from tests.peers.scenario import acks, calls, gets_bye, receives, scenario, sdp
from tests.peers.sipp import Sipp, sipp
from tests.peers.stream_program import stream_program

pytestmark = [
    pytest.mark.sip,
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="capturing packets needs root"),
]

CALLER_HZ: Final = 700
PROGRAM_HZ: Final = 1000
NOTICE_S: Final = 3
"""The notice takes longer than that."""
LOUD_DBOV: Final = -25
"""No word of a notice has a tone of that level for half a second."""


@dataclass(frozen=True, slots=True)
class SippCaller:
    """A caller whose scenario runs, and what goes over its line."""

    far_end: Sipp
    line: CapturedLine

    def heard(self) -> Sound:
        """All that came to its socket, from the first packet on."""
        coded = b"".join(each.payload for each in self.line.heard())
        return Sound.of_pcm(PCMA.decode(coded), 8000)


@asynccontextmanager
async def calling(telefoon: Platform, ports: Ports, pcap: Path) -> AsyncIterator[SippCaller]:
    """A caller of NUMBER who plays captured RTP once it is answered, and waits for the other end to hang up."""
    plays = f'<nop><action><exec play_pcap_audio="{pcap}"/></action></nop>\n'
    script = scenario(
        calls(sdp(port="[media_port]")), receives(100, optional=True), receives(180, optional=True), receives(200),
        acks(), plays, gets_bye(),
    )  # fmt: skip
    with Capture() as capture:
        async with sipp(script, ports, target=telefoon.sip_port, service=NUMBER) as far_end:
            offered = (await far_end.sends("INVITE")).sdp
            assert offered is not None
            capture.add(offered.port)
            yield SippCaller(far_end, CapturedLine(capture, offered.port, 0))


async def test_an_agent_of_pipecat_echoes_the_rtp_of_sipp_and_hangs_up_at_its_key(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    port, pcap = ports.one(), PcapOfRtp()
    pcap.say(tone(CALLER_HZ, 20, dbov=-18))
    pcap.press("9")
    shop.flows["/start"] = f'<Response><Connect><Stream url="ws://127.0.0.1:{port}/media"/></Connect></Response>'
    number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
    async with platform(tmp_path, ports, {"CODECS": "PCMA"}, number=number) as telefoon:
        await asyncio.to_thread(telefoon.telefoon, "accounts", "spoken-name", ACCOUNT, "the bakery")
        knows = await asyncio.to_thread(credentials, telefoon)
        async with (
            kit_agent(PIPECAT, "pipecat_echo.py", "--port", str(port), knows=knows, serves_at=port),
            calling(telefoon, ports, pcap.save(tmp_path / "said.pcap")) as caller,
        ):
            await caller.far_end.finishes(within_s=60)
            heard = caller.heard()

    spans = when_heard(heard, CALLER_HZ, over_dbov=LOUD_DBOV, least_s=0.5, bridging_s=0.5)
    assert spans, "it hears itself"
    assert spans[0].start_s > NOTICE_S
    assert hears(heard, CALLER_HZ, seconds=4, over_dbov=LOUD_DBOV)


async def test_a_stream_hears_the_rtp_of_sipp_and_its_key_and_is_heard_at_its_socket(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    pcap = PcapOfRtp()
    pcap.say(tone(CALLER_HZ, 20, dbov=-18))
    pcap.press("4")
    shop.flows["/done"] = "<Response><Hangup/></Response>"
    async with stream_program() as program:
        url = f"ws://127.0.0.1:{program.port}/media"
        shop.flows["/start"] = f'<Response><Connect action="/done"><Stream url="{url}"/></Connect></Response>'
        number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
        async with platform(tmp_path, ports, {"CODECS": "PCMA"}, number=number) as telefoon:
            await asyncio.to_thread(telefoon.telefoon, "accounts", "spoken-name", ACCOUNT, "Bakkerij Jansen")
            async with calling(telefoon, ports, pcap.save(tmp_path / "said.pcap")) as caller:
                [start] = await program.gets("start", within_s=60)
                program.sid = start["streamSid"]
                await program.says(tone(PROGRAM_HZ, 3, dbov=-18))
                await program.marks_here("said")
                await program.gets("mark", within_s=60)
                await program.gets("dtmf", within_s=60)
                assert program.socket is not None
                await program.socket.close()
                await caller.far_end.finishes(within_s=30)
                heard = caller.heard()

    assert hears(program.heard(), CALLER_HZ, seconds=5)
    assert not hears(program.heard(), PROGRAM_HZ, seconds=0.1), "it does not hear itself"
    assert [each["dtmf"]["digit"] for each in program.of_event("dtmf")] == ["4"]
    [spoken] = when_heard(heard, PROGRAM_HZ, over_dbov=LOUD_DBOV, least_s=0.5, bridging_s=0.5)
    assert spoken.start_s > NOTICE_S
    assert 2.5 < spoken.seconds < 4, "once, and whole"
