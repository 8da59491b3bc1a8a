"""Calls with keys by DTLS, in which both ends sound a tone."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.model.trunk import Trunk, new_trunk
from engine.ports import Answered, DialRequest, Ear, MediaChanged, Recorder, Said
from sip.message import read_message
from tests.peers.asterisk import asterisk
from tests.peers.audio import Sound, hears, level_of_tone, tone
from tests.peers.ports import Ports
from tests.peers.waiting import eventually, lasting, within
from tests.sip.conftest import Line, OpenLine, Watch

OURS = "+3225550100"
AT_ASTERISK = "+32255510700"
"""Sounds a tone of 700 Hz, and keeps what it hears."""
OUR_HOST = "127.0.0.3"
SAID_HZ, PLAYED_HZ = 700, 440
PLAYED_DBOV = -12
SESSION_S = 90
"""The shortest that RFC 4028 allows."""
ASTERISK = """
[carried]
type = endpoint
context = network
identify_by = ip
aors = carried
disallow = all
allow = {codecs}
direct_media = no
rewrite_contact = no
timers = always
timers_sess_expires = 90
media_encryption = dtls
dtls_auto_generate_cert = yes
dtls_setup = actpass
dtls_verify = fingerprint

[carried]
type = aor
contact = sip:{host}:{port}

[carried]
type = identify
endpoint = carried
match = {host}
"""


def secured(port: int, **fields: Any) -> Trunk:
    told = {"name": "carrier", "hosts": [f"127.0.0.1:{port}"], "srtp": "required", "srtp_keying": "dtls"}
    return new_trunk({**told, "codecs": ["PCMA"], "session_expires_s": SESSION_S, **fields})


@dataclass(slots=True)
class Secured:
    """A call with keys by DTLS to a far end that sounds a tone, and hears another."""

    line: Line
    call: Watch
    recorder: Recorder

    async def hears_the_far_end(self, hz: float = SAID_HZ) -> None:
        """From now on its tone is heard for a second."""
        self.recorder.take()
        pcm, rate_hz = bytearray(), self.line.agent.bridge.rate_hz

        def level() -> float | None:
            pcm.extend(self.recorder.take())
            return level_of_tone(Sound.of_pcm(np.frombuffer(pcm, np.int16), rate_hz), hz, least_s=1)

        await eventually(level, within_s=6, otherwise=lambda: f"a second of {hz} Hz")

    def media(self) -> MediaChanged:
        """What was told of them last."""
        return [each for each in self.call.seen if isinstance(each, MediaChanged)][-1]

    async def rtp_port(self) -> int:
        """Ours, as we have told it last."""
        messages = await self.line.agent.messages(self.call.leg.sip_call_id)
        told = "".join(each.text for each in messages if each.sent)
        return int(re.findall(r"m=audio (\d+)", told)[-1])

    async def holds(self) -> None:
        """Tell the far end by a re-INVITE that it is on hold, and by another that it no longer is."""
        await self.call.leg.hold(held=True)
        await eventually(lambda: not self.media().receiving, within_s=5, otherwise=lambda: "hold")
        await lasting(0.5)
        await self.call.leg.hold(held=False)
        await eventually(lambda: self.media().receiving, within_s=5, otherwise=lambda: "its end")
        await lasting(0.5)


@asynccontextmanager
async def talking(line: Line, call: Watch, folder: Path) -> AsyncIterator[Secured]:
    """Both sound a tone; at the end it is hung up, after the far end could hear for two seconds."""
    music = tone(PLAYED_HZ, 60, dbov=PLAYED_DBOV).save(folder / "music.wav")
    await call.sees(Answered)
    await call.sees(MediaChanged)
    await line.agent.bridge.play(music, to=[Ear(call.leg.id)], loop=True)
    yield Secured(line, call, await line.agent.bridge.record(tracks=[[Said(call.leg.id)]]))
    await lasting(2)
    await call.leg.hang_up()
    await call.ends()


def heard_at_last(heard: Sound) -> bool:
    """Whether our tone is in the last seconds of what the far end heard."""
    return hears(heard.part(max(0.0, heard.seconds - 1.8)), PLAYED_HZ, seconds=0.8)


@asynccontextmanager
async def talking_to_asterisk(
    open_line: OpenLine, folder: Path, ports: Ports, *, out: bool, allowed: str = "alaw", **fields: Any
) -> AsyncIterator[Secured]:
    """A call with it, which has heard our tone at its end too."""
    port = ports.block(2)
    more = {"site_pjsip.conf": ASTERISK.format(host=OUR_HOST, port=port, codecs=allowed)}
    async with (
        asterisk(ports, port, more=more) as exchange,
        open_line(
            trunk=secured(exchange.udp_port, **fields), host=OUR_HOST, port=port, trace_calls=5,
            codecs=["PCMA", "PCMU"],
        ) as line,
    ):  # fmt: skip
        if out:
            called = Watch(await line.agent.dial(DialRequest(AT_ASTERISK, OURS, "CA1"))).start()
        else:
            await exchange.originate("carried", OURS, f"{SAID_HZ}@tone")
            leg, _ = await line.takes()
            called = Watch(leg).start()
            await leg.answer()
        async with talking(line, called, folder) as call:
            await call.hears_the_far_end()
            yield call
            await call.hears_the_far_end()
        heard = await exchange.heard(f"{SAID_HZ}")

    assert heard_at_last(heard)


async def answers(line: Line, call: Watch, *methods: str) -> int:
    """How often one of the methods was answered with 200, either way; an answer that was sent again counts once."""
    read = [(each.sent, read_message(each.text)) for each in await line.agent.messages(call.leg.sip_call_id)]
    answered = {(sent, each.first("cseq") or "") for sent, each in read if each.start.startswith("SIP/2.0 200")}
    return sum(cseq.endswith(methods) for _, cseq in answered)


async def is_refreshed(line: Line, call: Watch, *methods: str) -> None:
    """Somebody has asked for it by one of the methods within half of the session's time, and was answered."""
    before = await answers(line, call, *methods)
    async with within(SESSION_S / 2 + 10):
        while await answers(line, call, *methods) == before:
            await asyncio.sleep(0.5)
