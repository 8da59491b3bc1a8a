"""People hear to the notice's end that a program speaks before they hear any of it: real calls, streams and ears.

The program sends its tone from the first millisecond.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from engine.model.disclosure import load_notice_texts
from tests.peers.audio import Sound, contains, when_heard
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.ear import RtpEar
from tests.peers.platform import ACCOUNT, NUMBER, Json, Platform, platform
from tests.peers.ports import Ports
from tests.peers.raw_caller import HOST, RawCaller, audio, raw_caller
from tests.peers.spoken import ALIKE, said
from tests.peers.stream_agents import AgentManner, ServedAgents, stream_agents
from tests.peers.waiting import eventually

pytestmark = pytest.mark.sip

NAME: Final = "Bakkerij Peeters"
PROGRAM_HZ: Final = 700
TALKS: Final = AgentManner(greeting_s=60, clears=False, answer_s=0)
NOT_AI: Final = {"policy": "not-ai", "reason": "A colleague's own voice.", "asserted_by": "Zoë Peeters"}
SAYS_IT: Final = {
    "policy": "agent-says-it", "wording": "I am Ada, a computer.", "asserted_by": "Zoë Peeters",
    "asserted_at": "2026-11-25T09:30:00Z",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with ears who calls the platform."""

    ear: RtpEar
    sip: RawCaller

    async def calls(self, *headers: str) -> None:
        """Be answered."""
        answer = await self.sip.asks("INVITE", *headers, body=audio(self.ear.port))
        assert answer.code == 200
        self.ear.follow(answer.sdp)

    async def hears_program(self, *, since_s: float = 0.0, within_s: float = 40.0) -> float:
        """When the program's tone began, in seconds since `since_s`; no voice holds one pitch for so long."""

        def began() -> float | None:
            spans = when_heard(self.ear.heard(since_s), PROGRAM_HZ, least_s=0.6)
            return spans[0].start_s if spans else None

        return await eventually(began, within_s=within_s, otherwise=lambda: "the program is not heard")


@asynccontextmanager
async def person(telefoon: Platform, tag: str = "raw") -> AsyncIterator[Person]:
    with RtpEar() as ear:
        async with raw_caller(telefoon.sip_port) as sip:
            sip.from_ = f"<sip:+32470123456@{HOST}>;tag={tag}"
            yield Person(ear, sip)


@asynccontextmanager
async def house(
    folder: Path, ports: Ports, shop: Customer, number: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[Platform, ServedAgents]]:
    """A platform whose account has a spoken name, and a program that talks at once."""
    options = {"--url": shop.url("/start"), **(number or NUMBER_ASKS_NOBODY)}
    async with stream_agents(talks=TALKS) as programs, platform(folder, ports, number=options) as telefoon:
        await asyncio.to_thread(telefoon.telefoon, "accounts", "spoken-name", ACCOUNT, NAME)
        yield telefoon, programs


def connects(programs: ServedAgents, language: str = "en-GB") -> str:
    stream = f'<Connect action="/after"><Stream url="{programs.url("talks")}"/></Connect>'
    return f'<Response><Say language="{language}">Ok.</Say>{stream}</Response>'


async def notice_in(telefoon: Platform, folder: Path, language: str) -> Sound:
    text = load_notice_texts().wording(NAME, language).text
    return await asyncio.to_thread(said, telefoon, folder, f"notice-{language}", text, language)


async def disclosures(telefoon: Platform, call_id: str, count: int = 1) -> list[Json]:
    async def look() -> list[Json] | None:
        found: list[Json] = (await telefoon.get(f"calls/{call_id}/disclosures"))["disclosures"]
        return found if len(found) >= count else None

    return await telefoon.happening.see(look, 15)


async def newest(telefoon: Platform) -> str:
    return str((await telefoon.newest_call(direction="inbound"))["id"])


def was_told_before(heard: Sound, notice: Sound, program_s: float) -> None:
    """The whole notice was heard before the program's tone began."""
    match = contains(heard, notice)
    assert match.score >= ALIKE
    assert match.offset_s + len(notice.samples) / notice.rate_hz <= program_s + 0.3


async def test_each_person_hears_the_notice_in_their_language_to_its_end_and_then_the_program(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    languages, heard = ("nl-BE", "fr-BE", "de-DE"), dict[str, tuple[Sound, float, list[Json]]]()

    async def calls(telefoon: Platform, programs: ServedAgents, language: str) -> None:
        shop.flows["/start"] = connects(programs, language)
        async with person(telefoon) as caller:
            await caller.calls()
            call_id = await newest(telefoon)
            for _ in range(3):
                await asyncio.sleep(1)
                caller.ear.press("1")  # which ends a prompt elsewhere
            began_s = await caller.hears_program()
            heard[language] = caller.ear.heard(), began_s, await disclosures(telefoon, call_id)

    async with house(tmp_path, ports, shop) as (telefoon, programs):
        notices = {language: await notice_in(telefoon, tmp_path, language) for language in languages}
        for language in languages:
            await calls(telefoon, programs, language)

    for language, (sound, began_s, records) in heard.items():
        was_told_before(sound, notices[language], began_s)
        [record] = records
        assert (record["policy"], record["language"], record["text_version"]) == ("announce", language, "1")
        assert NAME in record["text"]


async def test_who_takes_somebodys_place_hears_the_notice_before_the_program(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with house(tmp_path, ports, shop) as (telefoon, programs):
        shop.flows["/start"] = connects(programs)
        added = ("trunks", "add", "pbx", "--host", HOST, "--set", "keep_alive=none", "--set", "replaces=true")
        await asyncio.to_thread(telefoon.telefoon, *added)
        notice = await notice_in(telefoon, tmp_path, "en-GB")
        await asyncio.sleep(2)  # a trunk takes effect so soon
        async with person(telefoon) as caller, person(telefoon, "expert") as expert:
            await caller.calls()
            await caller.hears_program()
            replaced = f"{caller.sip.call_id};to-tag={caller.sip.to_tag};from-tag=raw"
            await expert.calls(f"Replaces: {replaced}")
            began_s = await expert.hears_program()
            records = await disclosures(telefoon, await newest(telefoon))

        was_told_before(expert.ear.heard(), notice, began_s)
        assert [each["policy"] for each in records] == ["announce"]


async def test_what_is_asserted_lets_the_program_speak_at_once_and_without_a_name_nobody_speaks(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with house(tmp_path, ports, shop) as (telefoon, programs):
        shop.flows["/start"], shop.flows["/after"] = connects(programs), "<Response><Hangup/></Response>"
        notice = await notice_in(telefoon, tmp_path, "en-GB")
        await asyncio.to_thread(telefoon.telefoon, "accounts", "spoken-name", ACCOUNT, "")
        [number] = [each for each in (await telefoon.get("numbers"))["numbers"] if each["number"] == NUMBER]

        async with person(telefoon) as caller:
            await caller.calls()
            refused = await telefoon.noted(await newest(telefoon), "not_disclosed")
            told = (await shop.is_asked("/after"))[0]
            await caller.sip.is_asked("BYE")

        for choice in (NOT_AI, SAYS_IT):
            assert (await telefoon.patch(f"numbers/{number['id']}", {"disclosure": choice}))[0] == 200
            async with person(telefoon) as caller:
                await caller.calls()
                began_s = await caller.hears_program(within_s=15)
                [record] = await disclosures(telefoon, await newest(telefoon))
                _is_as_asserted(record, choice)
                assert contains(caller.ear.heard(), notice).score < ALIKE
                assert began_s < 6

    assert "telefoon accounts spoken-name demo" in refused["reason"]
    assert "spoken name" in told["StreamError"]


def _is_as_asserted(record: Json, choice: Mapping[str, Any]) -> None:
    assert record["policy"] == choice["policy"]
    assert record["asserted_by"] == "Zoë Peeters"
    assert (record.get("text"), record.get("reason")) == (choice.get("wording"), choice.get("reason"))
