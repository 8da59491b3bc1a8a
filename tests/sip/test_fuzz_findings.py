"""What `make fuzz` has found: bytes that ended the process once, sent again; a far end is answered ever after."""

from typing import Any

import pytest

from engine.model.trunk import new_trunk
from tests.peers.raw_caller import HOST, audio, raw_caller
from tests.sip.conftest import OpenLine

pytestmark = pytest.mark.sip

DTLS = "m=audio 40002 UDP/TLS/RTP/SAVP 8\r\na=setup:actpass\r\na=fingerprint:sha-256 AB:CD\r\n"


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
