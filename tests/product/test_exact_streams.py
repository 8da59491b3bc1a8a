"""Every sample of streams, both ways: none lost, doubled or out of order, and all messages numbered without a gap.

Telephones and programs say sound in which every 20 ms tell which they are. How long and on how many calls is told by
TELEFOON_TESTS_EXACT_MINUTES and TELEFOON_TESTS_EXACT_CALLS: `make exact` does it for an hour on ten. All counts are
written to the file that TELEFOON_TESTS_EXACT_RESULT names.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import pytest

from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.counting_programs import SPOKEN_IN, CountingPrograms, counting_programs
from tests.peers.customer import Customer
from tests.peers.g711 import PCMA, PCMU, Law
from tests.peers.named_threads import READS_PACKETS
from tests.peers.numbered_telephones import Telephone, Telephones, telephones
from tests.peers.platform import ACCOUNT, Platform, platform
from tests.peers.ports import Ports
from tests.peers.raw_caller import HOST, RawCaller, raw_caller
from tests.peers.waiting import eventually
from tests.peers.waiting_threads import waiting_threads

pytestmark = [pytest.mark.sip, pytest.mark.slow]

MINUTES: Final = float(os.environ.get("TELEFOON_TESTS_EXACT_MINUTES", "0.25"))
CALLS: Final = int(os.environ.get("TELEFOON_TESTS_EXACT_CALLS", "3"))
RESULT: Final = os.environ.get("TELEFOON_TESTS_EXACT_RESULT", "")
KINDS: Final = ((PCMA, "alaw"), (PCMU, "mulaw"), (PCMA, "l16"), (PCMA, "mulaw"), (PCMU, "alaw"))
"""The law of a telephone, and what its programs speak."""
BEHIND_MS: Final = 4
"""How long after the node's own packets those of a telephone come, so that 16 ms are left until they are wanted.

One of five begins at any time, as telephones do, and is counted apart: its packets may come just when they are wanted.
"""
SETTINGS: Final = {"CODECS": "PCMA,PCMU", "SESSION_EXPIRES_S": "86400"}
"""At 8 kHz, where nothing is converted; and these telephones know no refresh of a session."""
NOT_AI: Final = {"policy": "not-ai", "reason": "Numbers are no speech.", "asserted_by": "a test"}


def kind_of(caller: int) -> tuple[Law, str]:
    return KINDS[caller % len(KINDS)]


def number_of(caller: int) -> str:
    """What a caller of this kind calls."""
    return f"+32255502{caller % len(KINDS):02}"


def telephone(caller: int) -> Telephone:
    law, encoding = kind_of(caller)
    return Telephone(law, SPOKEN_IN[encoding], None if caller % 5 == 4 else BEHIND_MS)


def flow_of(programs: CountingPrograms, law: Law, encoding: str) -> str:
    """One program beside the call that hears both tracks, and one that is connected."""
    form = f'audioFormat="{encoding}" sampleRate="8000"'
    return (
        f'<Response><Start><Stream url="{programs.url("listens", law, encoding)}" track="both_tracks" {form}/></Start>'
        f'<Connect><Stream url="{programs.url("talks", law, encoding)}" {form}/></Connect><Hangup/></Response>'
    )


@asynccontextmanager
async def house(folder: Path, ports: Ports, shop: Customer) -> AsyncIterator[tuple[Platform, CountingPrograms]]:
    """A platform with a number for each kind of call."""
    async with counting_programs() as programs, platform(folder, ports, SETTINGS) as telefoon:
        for kind, (law, encoding) in enumerate(KINDS):
            shop.flows[f"/{kind}"] = flow_of(programs, law, encoding)
            options = {"--account": ACCOUNT, "--url": shop.url(f"/{kind}"), **NUMBER_ASKS_NOBODY}
            given = [each for pair in options.items() for each in pair]
            await asyncio.to_thread(telefoon.telefoon, "numbers", "add", number_of(kind), *given)
        for number in (await telefoon.get("numbers"))["numbers"]:
            assert (await telefoon.patch(f"numbers/{number['id']}", {"disclosure": NOT_AI}))[0] == 200
        yield telefoon, programs


def offer(port: int, law: Law) -> str:
    """A session description of one law."""
    return (
        f"v=0\r\no=- 1 1 IN IP4 {HOST}\r\ns=-\r\nc=IN IP4 {HOST}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP {law.payload_type}\r\na=rtpmap:{law.payload_type} {law.name}/8000\r\n"
    )


async def call_in(stack: AsyncExitStack, telefoon: Platform, phones: Telephones, number: int) -> RawCaller:
    """One of the telephones calls and begins to speak."""
    caller = await stack.enter_async_context(raw_caller(telefoon.sip_port))
    caller.called = number_of(number)
    answer = await caller.asks("INVITE", body=offer(phones.ports[number], kind_of(number)[0]))
    assert answer.code == 200
    assert answer.sdp is not None
    phones.speak(number, answer.sdp.port)
    return caller


def faults_of(told: dict[str, Any]) -> list[str]:
    """What was not exact, but for what telephones that begin at any time have said."""
    faults = []
    for number, each in enumerate(told["telephones"]):
        if each["missing"] or not each["heard"]["exact"] or each["heard"]["first"] != 0:
            faults.append(f"telephone {number} hears {each['heard']}, {each['missing']} packets did not come")
    for each in (*told["talking"], *told["listening"]):
        if each["wrong_numbers"] or each["wrong_marks"]:
            faults.append(f"{each['encoding']}: {each['wrong_numbers']} {each['wrong_marks']}")
        for track, heard in each["heard"].items():
            caller = heard["speaker"] if track == "inbound" else 0
            if not heard["exact"] and (caller is None or told["telephones"][caller]["behind_s"] is not None):
                faults.append(f"{each['encoding']} {track}: {heard}")
    return faults


def hears_its_program_to_the_end(told: dict[str, Any]) -> bool:
    """Whether each telephone has heard one program, another each, all that it has said."""
    said = {each["speaker"]: 50 * each["seconds_said"] for each in told["talking"]}
    heard = {each["heard"]["speaker"]: each["heard"]["frames"] for each in told["telephones"]}
    return heard == said and len(heard) == len(told["telephones"])


@pytest.mark.alone("what waits 16 ms for a core is lost")
@pytest.mark.costly("because it takes 150 messages a second of each call, for as long as it is told")
async def test_every_sample_of_every_stream_comes_once_and_in_order_both_ways(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with house(tmp_path, ports, shop) as (telefoon, programs), AsyncExitStack() as stack:
        phones = await stack.enter_async_context(telephones([telephone(number) for number in range(CALLS)]))
        callers = [await call_in(stack, telefoon, phones, number) for number in range(CALLS)]
        await eventually(
            lambda: len(programs.talking) == len(programs.listening) == CALLS,
            within_s=60,
            otherwise=lambda: f"{len(programs.talking)} programs speak",
        )
        async with waiting_threads(telefoon.pid, READS_PACKETS) as waits:
            await asyncio.sleep(60 * MINUTES)
        programs.end()
        for caller in callers:
            caller.respond(await caller.is_asked("BYE", within_s=60), "200 OK")
        counted = await phones.counts()

    told: dict[str, Any] = {
        "minutes": MINUTES,
        "telephones": counted,
        **programs.told(),
        "waits": [asdict(each) for each in waits],
    }
    if RESULT:
        Path(RESULT).write_text(json.dumps(told, indent=1))
    assert faults_of(told) == []
    assert all(each["marks"] == each["seconds_said"] >= 60 * MINUTES for each in told["talking"])
    assert hears_its_program_to_the_end(told)
