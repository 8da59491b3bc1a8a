"""Who hears a program was told of it first: to the notice's end, once a person, and so is whoever takes their place."""

import asyncio
from dataclasses import dataclass, field

import pytest

from engine.errors import DisclosureRefused, LegGone, SpeechError
from engine.flow.parse import parse
from engine.live.disclosure.gate import DisclosureGate
from engine.live.disclosure.newcomer import NewcomerDisclosure
from engine.live.session.session import Session
from engine.model.disclosure import Disclosure, DisclosureChoice, DisclosurePolicy, load_notice_texts
from engine.ports import Ear, MediaChanged
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from engine.testing.speech import CHARACTERS_A_SECOND
from tests.unit.store.samples import NOON

STAYS = "<Response><Say>Hello.</Say><Pause length='600'/></Response>"
NAME = "Bakkerij Peeters"
SAYS_IT = DisclosureChoice(DisclosurePolicy.AGENT_SAYS_IT, "Hello, I am Ada, a computer.", "Zoë Peeters", NOON)
NOT_AI = DisclosureChoice(DisclosurePolicy.NOT_AI, asserted_by="Zoë Peeters", reason="a message that a person recorded")


def notice(language: str = "en-GB") -> str:
    return load_notice_texts().wording(NAME, language).text


@dataclass(eq=False)
class Program:
    """A program's sound, and what became of it in order."""

    became: list[str] = field(default_factory=list)

    async def speak(self, disclosure: Disclosure, ear: Ear, /) -> None:
        assert isinstance(disclosure, Disclosure)
        self.became.append(f"heard by {ear.leg}")

    async def hush(self, ear: Ear, /) -> None:
        self.became.append(f"silent for {ear.leg}")


@dataclass(frozen=True)
class House:
    """A node whose account has a spoken name."""

    node: FakeNode
    gate: DisclosureGate

    async def is_called(self, language: str = "en-GB") -> tuple[FarEnd, Session]:
        caller = await self.node.is_called(STAYS, language=language)
        await caller.hears("Hello.")
        await caller.until(lambda: caller.hears_now == set(), "hears that to its end")
        session = self.node.switchboard._sessions.of_leg(caller.leg.id)
        assert session is not None
        return caller, session


@pytest.fixture
async def house(node: FakeNode) -> House:
    await node.accounts.speak_as(node.account.id, NAME, "")
    return House(node, DisclosureGate(node.services.disclosure, node.services.speaker, node.services.clock))


@pytest.mark.parametrize("language", ["nl-BE", "fr-BE", "de-DE", "en-GB"])
async def test_a_person_hears_the_notice_in_their_language_before_anything_opens(house: House, language: str) -> None:
    caller, session = await house.is_called(language)
    telling = asyncio.ensure_future(house.gate.disclosure_of(session))

    await caller.hears(notice(language))
    assert not telling.done()
    record = (await telling).record

    assert notice(language) not in caller.hears_now
    assert (record.text, record.text_version, record.language) == (notice(language), "1", language)
    assert (record.number, record.policy) == (caller.number, DisclosurePolicy.ANNOUNCE)
    assert record.begun_at < record.ended_at


async def test_it_is_told_once_a_person_and_kept_with_the_call(house: House) -> None:
    caller, session = await house.is_called()

    first, second = await asyncio.gather(house.gate.disclosure_of(session), house.gate.disclosure_of(session))
    third = await house.gate.disclosure_of(session)
    caller.hangs_up()
    await house.node.settles()

    assert first is second is third
    assert caller.heard.count(notice()) == 1
    assert await house.node.services.stores.disclosures.of_call(session.call.id) == [first.record]
    [event] = await house.node.events(caller, "disclosed")
    assert event.facts["disclosure"] == first.record.id
    assert event.facts["policy"] == "announce"


async def test_neither_a_key_nor_who_is_cancelled_ends_the_notice(house: House) -> None:
    caller, session = await house.is_called()
    telling = asyncio.ensure_future(house.gate.disclosure_of(session))
    await caller.hears(notice())

    caller.presses("1")
    telling.cancel()
    await house.node.passes(1)

    assert notice() in caller.hears_now
    record = (await house.gate.disclosure_of(session)).record
    assert (record.ended_at - record.begun_at).total_seconds() > len(notice()) / CHARACTERS_A_SECOND - 0.1
    assert caller.heard.count(notice()) == 1


async def test_another_flow_says_nothing_before_the_notice_is_over(house: House) -> None:
    caller, session = await house.is_called()
    telling = asyncio.ensure_future(house.gate.disclosure_of(session))
    await caller.hears(notice())

    telling.cancel()
    await house.node.change(caller, start=parse("<Response><Say>Goodbye.</Say></Response>"))
    await house.node.passes(1)
    assert caller.hears_now == {notice()}
    await caller.hears("Goodbye.")

    assert notice() not in caller.hears_now


async def test_who_hangs_up_during_the_notice_was_not_told(house: House) -> None:
    caller, session = await house.is_called()
    telling = asyncio.ensure_future(house.gate.disclosure_of(session))
    await caller.hears(notice())

    caller.hangs_up()

    with pytest.raises(LegGone):
        await telling
    await house.node.settles()
    assert await house.node.services.stores.disclosures.of_call(session.call.id) == []


async def test_a_notice_that_cannot_be_spoken_opens_nothing(house: House) -> None:
    caller, session = await house.is_called()
    house.node.around.synthesizer.unspeakable[notice()] = SpeechError("no voice")

    with pytest.raises(DisclosureRefused, match="no voice"):
        await house.gate.disclosure_of(session)

    await session.journal.stored()
    [event] = await house.node.events(caller, "not_disclosed")
    assert "no voice" in event.facts["reason"]


async def test_without_a_spoken_name_nothing_opens_and_the_mend_is_told(house: House) -> None:
    await house.node.accounts.speak_as(house.node.account.id, "", "")
    _, session = await house.is_called()

    with pytest.raises(DisclosureRefused, match="telefoon accounts spoken-name demo"):
        await house.gate.disclosure_of(session)


@pytest.mark.parametrize("choice", [SAYS_IT, NOT_AI])
async def test_what_a_client_asserts_opens_without_a_notice_and_is_kept(house: House, choice: DisclosureChoice) -> None:
    await house.node.accounts.speak_as(house.node.account.id, "", "")
    caller, session = await house.is_called()

    record = (await house.gate.disclosure_of(session, choice)).record

    assert caller.heard == ["Hello."]
    assert (record.policy, record.asserted_by, record.text, record.reason) == (
        choice.policy, "Zoë Peeters", choice.wording, choice.reason
    )  # fmt: skip


async def test_an_assertion_that_is_not_whole_opens_nothing(house: House) -> None:
    _, session = await house.is_called()

    with pytest.raises(DisclosureRefused, match=r"disclosure\.wording is required"):
        await house.gate.disclosure_of(session, DisclosureChoice(DisclosurePolicy.AGENT_SAYS_IT))


async def test_another_person_on_the_line_hears_no_program_before_the_notice(house: House) -> None:
    caller, session = await house.is_called()
    program, newcomer = Program(), NewcomerDisclosure(house.gate)
    await house.gate.open(session, program)

    await newcomer.keep_out(session)
    assert program.became == [f"heard by {caller.id}", f"silent for {caller.id}"]
    settling = asyncio.ensure_future(newcomer.settle(session))
    await house.node.passes(1)
    assert notice() in caller.hears_now
    assert len(program.became) == 2
    await settling

    assert program.became[2:] == [f"heard by {caller.id}"]
    assert caller.heard.count(notice()) == 2


async def test_a_notice_during_which_another_person_came_is_said_again(house: House) -> None:
    caller, session = await house.is_called()
    program, newcomer = Program(), NewcomerDisclosure(house.gate)
    opening = asyncio.ensure_future(house.gate.open(session, program))
    await caller.hears(notice())

    await newcomer.keep_out(session)
    await house.node.passes(10)
    assert program.became == []
    await newcomer.settle(session)
    await opening

    assert program.became == [f"heard by {caller.id}"]
    assert caller.heard.count(notice()) == 2
    await session.journal.stored()
    assert len(await house.node.services.stores.disclosures.of_call(session.call.id)) == 1


async def test_who_holds_the_line_during_the_notice_hears_it_anew_and_before_that_no_program(house: House) -> None:
    caller, session = await house.is_called()
    program = Program()
    opening = asyncio.ensure_future(house.gate.open(session, program))
    await caller.hears(notice())

    caller.leg.emit(MediaChanged(sending=False, receiving=True, codec="PCMA", remote_address="192.0.2.1:4000"))
    await house.node.passes(60)
    assert program.became == []
    caller.leg.emit(MediaChanged(sending=True, receiving=True, codec="PCMA", remote_address="192.0.2.1:4000"))
    record = (await opening).record

    assert program.became == [f"heard by {caller.id}"]
    assert caller.heard.count(notice()) == 2
    await session.journal.stored()
    assert await house.node.services.stores.disclosures.of_call(session.call.id) == [record]
