"""Over many calls: no sample of a program before the notice has ended, and none to a program before there is consent.

Programs say numbered sound from their first message on, and telephones from the answer on, so that a single frame of
20 ms would be found. `make said-first` makes a thousand calls for each variant; TELEFOON_TESTS_SAID_FIRST is how many,
and TELEFOON_TESTS_SAID_FIRST_AT_ONCE how many of them at once.
"""

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from engine.model.disclosure import load_notice_texts
from tests.peers.audio import Sound, contains
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.counting_programs import CountingProgram, CountingPrograms, counting_programs
from tests.peers.customer import Customer
from tests.peers.g711 import PCMA
from tests.peers.numbered_callers import EVENTS
from tests.peers.numbered_sound import FRAME
from tests.peers.numbered_telephones import Telephone, Telephones, telephones
from tests.peers.platform import ACCOUNT, NUMBER, Platform, platform
from tests.peers.ports import Ports
from tests.peers.raw_caller import RawCaller, audio, raw_caller
from tests.peers.spoken import said
from tests.peers.waiting import eventually

pytestmark = [pytest.mark.sip, pytest.mark.slow]

CALLS: Final = int(os.environ.get("TELEFOON_TESTS_SAID_FIRST", "6"))
AT_ONCE: Final = int(os.environ.get("TELEFOON_TESTS_SAID_FIRST_AT_ONCE", "20"))
APART_S: Final = 0.2
RESULT: Final = os.environ.get("TELEFOON_TESTS_SAID_FIRST_RESULT", "")
NAME: Final = "Bakkerij Peeters"
POLICIES: Final[dict[str, dict[str, str]]] = {
    "announce": {"policy": "announce"},
    "agent-says-it": {
        "policy": "agent-says-it", "wording": "I am Ada, a computer.", "asserted_by": "Zoë Peeters",
        "asserted_at": "2026-11-25T09:30:00Z",
    },
    "not-ai": {"policy": "not-ai", "reason": "A colleague's own voice.", "asserted_by": "Zoë Peeters"},
}  # fmt: skip
VARIANTS: Final = {
    "announce": ("announce", False),
    "announce-by-key": ("announce", True),
    "agent-says-it": ("agent-says-it", True),
    "not-ai": ("not-ai", True),
}
"""The policy, and whether people consent by a key: where they do not, the notice is all that they are told."""
WITH_KEYS: Final = f"a=rtpmap:{EVENTS} telephone-event/8000\r\na=fmtp:{EVENTS} 0-15\r\n"
ALIKE_AT_LEAST: Final = 0.6
"""The platform makes 8 kHz of its voice by a filter of its own."""
SILENT: Final = 64
"""What is no louder is silence, in samples of 16 bits."""


@dataclass(slots=True)
class Sums:
    """Of all calls of a policy."""

    calls: int = 0
    of_program_before_notice_end: int = 0
    """Samples."""
    to_program_before_consent: int = 0
    """Samples that were said over 0.2 s before there was consent: what is in the jitter buffer then is heard."""
    messages_before_consent: int = 0
    between_notice_and_program: int = 0
    """Samples that are no silence. The notice's own end is among them where a packet came late: what was made up in its
    place makes it longer than the notice is that its end is reckoned with."""
    not_from_its_beginning: int = 0
    """Calls on which the program's first frame was lost."""
    unheard: int = 0
    """Calls on which the program understood nothing of the caller in its one second, as on a busy machine."""
    not_told: list[str] = field(default_factory=list)
    """Calls without the notice, or with a record that is not as it should be."""


@asynccontextmanager
async def house(
    folder: Path, ports: Ports, shop: Customer, policy: str, *, by_key: bool
) -> AsyncIterator[tuple[Platform, CountingPrograms]]:
    """A platform whose callers press a key before a program hears them, or need not."""
    consent = {"--consent": "press-to-consent"} if by_key else NUMBER_ASKS_NOBODY
    options = {"--url": shop.url("/start"), **consent}
    settings = {"CODECS": "PCMA"}
    async with counting_programs() as programs, platform(folder, ports, settings, number=options) as telefoon:
        await asyncio.to_thread(telefoon.telefoon, "accounts", "spoken-name", ACCOUNT, NAME)
        url = programs.url("talks", PCMA, "alaw")
        shop.flows["/start"] = f'<Response><Connect><Stream url="{url}" audioFormat="alaw"/></Connect></Response>'
        [number] = [each for each in (await telefoon.get("numbers"))["numbers"] if each["number"] == NUMBER]
        assert (await telefoon.patch(f"numbers/{number['id']}", {"disclosure": POLICIES[policy]}))[0] == 200
        yield telefoon, programs


async def some_calls(
    telefoon: Platform, programs: CountingPrograms, count: int
) -> tuple[list[dict[str, Any]], list[CountingProgram]]:
    """So many at once, each until its program was heard for a second: what telephones and programs have counted."""
    before = len(programs.talking)
    async with AsyncExitStack() as stack:
        phones = await stack.enter_async_context(telephones([Telephone(PCMA, PCMA)] * count))
        callers = [await stack.enter_async_context(raw_caller(telefoon.sip_port)) for _ in range(count)]
        await asyncio.gather(*(call_in(phones, number, caller) for number, caller in enumerate(callers)))
        pressing = asyncio.create_task(press_always(phones, count))
        try:
            await eventually(
                lambda: len(now := programs.talking[before:]) == count and all(each.marks for each in now),
                within_s=90,
                otherwise=lambda: f"{[(each.call, each.marks) for each in programs.talking[before:]]}",
            )
        finally:
            pressing.cancel()
        await asyncio.gather(*(caller.asks("BYE") for caller in callers))
        return await phones.counts(), programs.talking[before:]


async def call_in(phones: Telephones, number: int, caller: RawCaller) -> None:
    """Speak from the answer on; not all call in one moment."""
    await asyncio.sleep(number * APART_S)
    body = audio(phones.ports[number], more=WITH_KEYS).replace("RTP/AVP 8\r", f"RTP/AVP 8 {EVENTS}\r")
    answer = await caller.calls_until_taken(body)
    assert answer.code == 200
    assert answer.sdp is not None
    phones.speak(number, answer.sdp.port)


async def press_always(phones: Telephones, count: int) -> None:
    """The key of consent again and again, as long as the calls last: also into the notice, which no key ends."""
    while True:
        await asyncio.sleep(1.5)
        for number in range(count):
            phones.press(number, "1")


def add_sound(sums: Sums, heard: dict[str, Any], notice: Sound | None, *, asked: bool) -> None:
    """What a telephone has heard before the program's first frame, by its place; where `asked`, a question too."""
    sums.not_from_its_beginning += heard["first"] != 0
    if notice is None:
        return
    prelude = Sound.of_pcm(PCMA.decode(base64.b64decode(heard["prelude"])), 8000)
    found = contains(prelude, notice)
    end = round(found.offset_s * 8000) + len(notice.at_rate(8000).samples)
    if found.score < ALIKE_AT_LEAST:
        sums.not_told.append(f"the notice is heard by {found.score:.2f}")
    sums.of_program_before_notice_end += max(0, end - heard["before"])
    if not asked:
        sums.between_notice_and_program += int(np.count_nonzero(np.abs(prelude.pcm[end:]) > SILENT))


async def add_records(
    sums: Sums, telefoon: Platform, policy: str, program: CountingProgram, counted: list[dict[str, Any]]
) -> None:
    """What was stored of the consent and the notice, beside what the program has heard and when."""
    consents = (await telefoon.get(f"calls/{program.call}/consents"))["consents"]
    given = [each for each in consents if each["purpose"] == "streaming" and each["given"] == "yes"]
    disclosures = (await telefoon.get(f"calls/{program.call}/disclosures"))["disclosures"]
    if len(given) != 1 or [each["policy"] for each in disclosures] != [policy]:
        sums.not_told.append(f"{program.call}: {consents} {disclosures}")
        return
    at_s = datetime.fromisoformat(given[0]["at"]).timestamp()
    # Times of records are in whole milliseconds.
    sums.messages_before_consent += sum(each < at_s - 0.001 for each in program.first_media_at_s)
    heard = program.ears["inbound"]
    if heard.speaker is None or heard.first is None:
        sums.unheard += 1
        return
    said_at_s = counted[heard.speaker]["said_at_s"]
    sums.to_program_before_consent += sum(each < at_s - 0.2 for each in said_at_s[heard.first :]) * FRAME


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.costly("because it compares all that many callers heard with the notice")
async def test_nothing_is_heard_of_a_program_before_the_notice_has_ended_nor_by_it_before_there_is_consent(
    tmp_path: Path, ports: Ports, shop: Customer, variant: str
) -> None:
    sums, (policy, by_key) = Sums(), VARIANTS[variant]
    async with house(tmp_path, ports, shop, policy, by_key=by_key) as (telefoon, programs):
        text = load_notice_texts().wording(NAME, "en-GB").text
        notice = await asyncio.to_thread(said, telefoon, tmp_path, "notice", text) if policy == "announce" else None
        while sums.calls < CALLS:
            counted, made = await some_calls(telefoon, programs, min(AT_ONCE, CALLS - sums.calls))
            sums.calls += len(made)
            for each in counted:
                add_sound(sums, each["heard"], notice, asked=by_key)
            for program in made:
                await add_records(sums, telefoon, policy, program, counted)
            if RESULT:
                Path(f"{RESULT}-{variant}.json").write_text(json.dumps(asdict(sums), indent=1))

    assert sums == Sums(CALLS, unheard=sums.unheard, between_notice_and_program=sums.between_notice_and_program)
    assert sums.between_notice_and_program <= FRAME * CALLS
    assert sums.unheard < CALLS
