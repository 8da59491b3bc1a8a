"""Many short sounds that loop, stopped just as they come round; a program of its own, as a crash would end it.

python -m tests.sip.looping SIP_PORT RTP_PORT FOLDER
"""

import asyncio
import random
import sys
from pathlib import Path
from typing import Final

from config.settings import SipTransport
from engine.ports import Sink
from sip.config import ListenAddress, SipConfig, Tls
from sip.user_agent import UserAgent
from tests.peers.audio import tone

AT_ONCE: Final = 40
TIMES: Final = 50
ROUND_S: Final = 0.02


async def main(sip_port: int, rtp_port: int, folder: Path) -> None:
    """Says "done" once all were played and stopped."""
    blip = tone(400, ROUND_S).save(folder / "blip.wav")
    listening = ListenAddress("127.0.0.1", sip_port, [SipTransport.UDP], None, rtp_port, rtp_port + 3)
    config = SipConfig(listening, ["PCMA"], 1800, Tls(), [])
    agent = await UserAgent.start(config, lambda leg, arrival: None)
    room = await agent.bridge.open_room()
    recorder = await agent.bridge.record(tracks=[[room.source]])  # nobody hears the room otherwise, and nothing is read
    chance = random.Random(1)
    await asyncio.gather(*(_again_and_again(agent, room.sink, blip, chance) for _ in range(AT_ONCE)))
    await recorder.stop()
    await agent.close()
    print("done")


async def _again_and_again(agent: UserAgent, sink: Sink, blip: Path, chance: random.Random) -> None:
    for _ in range(TIMES):
        looped = await agent.bridge.play(blip, to=[sink], loop=True)
        await asyncio.sleep(ROUND_S + chance.random() * ROUND_S)
        await looped.stop()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
