"""What `make fuzz` has found: what ended or stopped the process once, sent again; a far end is answered ever after."""

import asyncio
from typing import Any, Final

import pytest

from engine.model.trunk import new_trunk
from tests.peers.raw_caller import HOST, audio, raw_caller
from tests.peers.raw_rtp import RawRtp
from tests.sip.conftest import OpenLine
from tests.sip.fuzz.media_seeds import OFFERS, TRUNKS
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

DTLS: Final = "m=audio 40002 UDP/TLS/RTP/SAVP 8\r\na=setup:actpass\r\na=fingerprint:sha-256 AB:CD\r\n"
CHANGES: Final = 8


@pytest.mark.parametrize(
    ("fields", "offer"),
    [pytest.param({"srtp": "required"}, audio(more=DTLS), id="a line without keys, and one whose keys are none")],
)
async def test_an_offer_that_ended_the_process_is_answered(
    open_line: OpenLine, fields: dict[str, Any], offer: str
) -> None:
    async with open_line() as line, raw_caller(line.port) as caller, raw_caller(line.port) as another:
        await line.agent.use_trunks([new_trunk({"name": "carrier", "hosts": [f"{HOST}:{caller.port}"], **fields})])

        answer = await caller.asks("INVITE", body=offer)

        assert answer.code is not None
        assert answer.code >= 400
        assert (await another.asks("OPTIONS")).code == 200
        assert await line.agent.strays() == 0


async def test_keys_that_are_agreed_on_anew_while_packets_come_stop_no_call(open_line: OpenLine) -> None:
    """Two threads ended the clock that repeats the handshake, and one of them waited for the other for ever."""
    async with open_line() as line, raw_caller(line.port) as caller, raw_caller(line.port) as another:
        carrier = {"name": "carrier", "hosts": [f"{HOST}:{caller.port}"], **TRUNKS["dtls"]}
        await line.agent.use_trunks([new_trunk(carrier)])
        with RawRtp() as rtp:
            offer = OFFERS["dtls"](rtp.port).replace("setup:active", "setup:passive")
            call = await in_a_call(line, caller, offer)
            described = (await caller.answer("INVITE")).sdp
            assert described is not None
            rtp.target = (described.address, described.port)

            async def speak() -> None:
                while True:
                    rtp.send(rtp.frame(0).bytes())
                    await asyncio.sleep(0.001)

            speaking = asyncio.create_task(speak())
            try:
                for number in range(CHANGES):
                    assert (await caller.asks("INVITE", body=offer.replace("AB", f"{number:02X}"))).code == 200
            finally:
                speaking.cancel()
            assert (await another.asks("OPTIONS")).code == 200
            await call.leg.hang_up()
