"""Consent to be streamed, on real calls: what the far end is told first, and what its program hears since."""

from functools import partial
from pathlib import Path

import pytest

from engine.model.consent import Sentence, load_texts
from tests.peers.audio import hears, tone
from tests.peers.callers import calling
from tests.peers.customer import Customer
from tests.peers.platform import OURS, platform
from tests.peers.ports import Ports
from tests.peers.spoken import about_recording, is_told
from tests.peers.stream_program import stream_program
from tests.peers.waiting import lasting

pytestmark = pytest.mark.sip

BEFORE, AFTER, LATER = 400, 700, 1000
STREAMED = """<Response>
  <Start><Recording channels="mono" track="inbound"/></Start>
  <Start><Stream url="ws://127.0.0.1:{port}/media" name="desk"/></Start>
  <Pause length="60"/>
</Response>"""

serving = partial(platform, notice=OURS)


async def test_a_refusal_of_the_recording_leaves_the_stream_and_a_withdrawal_ends_it(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    number = {"--url": shop.url("/start"), "--consent": "press-to-consent", "--consent-to": "streaming=announce"}
    async with stream_program() as program:
        shop.flows["/start"] = STREAMED.format(port=program.port)
        async with serving(tmp_path, ports, number=number) as telefoon, calling(telefoon, ports, AFTER) as (caller,):
            caller.ear.say(tone(BEFORE, 1.0, dbov=-24))
            await is_told(caller.ear, about_recording(telefoon, tmp_path, Sentence.QUESTION), within_s=25)
            caller.ear.press("2")
            await is_told(caller.ear, about_recording(telefoon, tmp_path, Sentence.STREAM_ANNOUNCEMENT), within_s=25)
            await program.gets("media", times=100, within_s=20)
            caller.ear.press("*0")
            await telefoon.noted(caller.call_id, "consent_withdrawn")
            caller.ear.say(tone(LATER, 2, dbov=-24), for_ever=True)
            silent_since = len(program.of_event("media"))
            await is_told(caller.ear, about_recording(telefoon, tmp_path, Sentence.ALL_WITHDRAWN))
            await lasting(1)
            records = (await telefoon.get(f"calls/{caller.call_id}/consents"))["consents"]
            recordings = (await telefoon.get("recordings", call_id=caller.call_id))["recordings"]

    assert hears(program.heard(), AFTER, seconds=1)
    assert not hears(program.heard(), BEFORE), "not before it was told"
    assert not hears(program.heard(), LATER), "not since it has withdrawn"
    assert len(program.of_event("media")) > silent_since + 50, "the stream goes on with silence"
    assert [(each["purpose"], each["given"]) for each in records] == [
        ("recording", "no"),
        ("streaming", "yes"),
        ("streaming", "withdrawn"),
    ]
    announced = load_texts().wording(Sentence.STREAM_ANNOUNCEMENT, "en-GB")
    assert (records[1]["wording"], records[1]["how"]) == (announced.text, "announced")
    assert recordings == []
