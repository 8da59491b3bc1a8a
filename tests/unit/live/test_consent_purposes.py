"""Consent to several purposes on live calls: each is asked for itself, and withdrawing ends all of them."""

import asyncio

import pytest

from engine.model.consent import Given, How, Purpose, Sentence
from engine.model.disclosure import (
    Disclosure,
    DisclosureChoice,
    DisclosurePolicy,
    HeardNotice,
    NoticeWording,
    ToldLeg,
    disclosed,
)
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.conferences import enters
from tests.unit.live.dials import AGENT, dial
from tests.unit.live.listening import STAYS, consent_of, overheard
from tests.unit.live.words import NOTICE, QUESTION, text_of
from tests.unit.store.samples import NOON

STREAMED = text_of(Sentence.STREAM_ANNOUNCEMENT)


def told_of_a_program(policy: DisclosurePolicy = DisclosurePolicy.ANNOUNCE, language: str = "en-GB") -> Disclosure:
    """That a program speaks, heard to its end or asserted."""
    choice = DisclosureChoice(policy, wording="I am a machine.", asserted_by="Zoë", asserted_at=NOON)
    if policy is DisclosurePolicy.ANNOUNCE:
        choice = DisclosureChoice()
    heard = HeardNotice(NoticeWording("You speak with a program of Shop.", language, "1"), NOON, NOON)
    disclosure = disclosed(choice, heard, ToldLeg("AC1", "CA1", "+3225550177", 1), NOON)
    assert disclosure is not None
    return disclosure


async def story(node: FakeNode, far_end: FarEnd) -> list[tuple[Purpose, Given]]:
    """What was stored of somebody, in order."""
    await node.passes(1)
    return [(each.purpose, each.given) for each in await node.consents(far_end)]


async def test_who_withdraws_by_keys_is_neither_recorded_nor_streamed_any_more(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, record=True, consent="announce")
    await caller.hears("Hello.")
    stream = await overheard(node, caller)
    await node.passes(10)
    assert stream.hears_what_is_said

    caller.presses("*0")
    await caller.hears(text_of(Sentence.ALL_WITHDRAWN))

    assert (stream.hears_what_is_said, stream.hears_what_is_heard) == (False, False)
    await node.passes(10)
    caller.hangs_up()
    await node.settles()
    [recording] = await node.recordings()
    assert recording.seconds_of(caller) < (recording.row.seconds or 0) - 9
    assert sorted(await story(node, caller)) == [
        (Purpose.RECORDING, Given.WITHDRAWN),
        (Purpose.RECORDING, Given.YES),
        (Purpose.STREAMING, Given.WITHDRAWN),
        (Purpose.STREAMING, Given.YES),
    ]


async def test_who_has_withdrawn_is_asked_for_nothing_more(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, record=True, consent="press-to-consent")
    await caller.hears(QUESTION)
    caller.presses("1")
    await caller.hears("Hello.")
    caller.presses("*0")
    await caller.hears(text_of(Sentence.WITHDRAWN))

    assert await consent_of(node, caller) is None
    assert caller.heard.count(QUESTION) == 1


async def test_the_notice_that_a_program_speaks_announces_the_stream_too(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, consent="announce")
    await caller.hears("Hello.")
    before = len(caller.heard)

    assert await consent_of(node, caller, notice=told_of_a_program()) is not None

    assert len(caller.heard) == before, "nothing more is said"
    [record] = await node.consents(caller)
    assert (record.purpose, record.how) == (Purpose.STREAMING, How.ANNOUNCED)
    assert (record.wording, record.language) == ("You speak with a program of Shop.", "en-GB")


async def test_what_a_client_asserts_of_its_program_announces_no_stream(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, consent="announce")
    await caller.hears("Hello.")
    before = len(caller.heard)

    assert await consent_of(node, caller, notice=told_of_a_program(DisclosurePolicy.AGENT_SAYS_IT)) is not None

    assert len(caller.heard) == before + 1


async def test_the_notice_of_a_program_announces_no_recording(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, consent="announce")
    await caller.hears("Hello.")
    before = len(caller.heard)

    assert await consent_of(node, caller, Purpose.RECORDING, told_of_a_program()) is not None

    assert len(caller.heard) == before + 1


@pytest.mark.parametrize("consents", [True, False])
async def test_whom_a_streamed_call_talks_with_is_streamed_with_consent_alone(node: FakeNode, consents: bool) -> None:
    caller = await node.is_called(f"<Response><Pause length='10'/>{dial()[10:]}", consent="announce")
    await caller.is_answered()
    stream = await overheard(node, caller)
    agent = await node.invited(AGENT)
    agent.answers()
    await agent.hears(STREAMED)
    if not consents:
        agent.presses("*0")
    await caller.talks_with(agent)

    assert stream.hears_what_is_said
    assert stream.hears_what_is_heard is consents


async def test_whom_a_streamed_call_talks_with_may_withdraw(node: FakeNode) -> None:
    caller = await node.is_called(f"<Response><Pause length='10'/>{dial()[10:]}", consent="announce")
    await caller.is_answered()
    stream = await overheard(node, caller)
    agent = await node.invited(AGENT)
    agent.answers()
    await caller.talks_with(agent)
    await node.passes(3)

    agent.presses("*0")
    await agent.hears(text_of(Sentence.ALL_WITHDRAWN))

    assert stream.hears_what_is_said
    assert not stream.hears_what_is_heard


async def test_whom_a_recorded_and_streamed_call_dials_is_told_of_both_in_one_sentence(node: FakeNode) -> None:
    recorded = f"<Response><Start><Recording/></Start><Pause length='30'/>{dial()[10:]}"
    caller = await node.is_called(recorded, consent="announce")
    await caller.hears(NOTICE)
    stream = await overheard(node, caller)
    agent = await node.invited(AGENT)
    agent.answers()
    await caller.talks_with(agent)
    await node.passes(1)

    assert agent.heard[0] == text_of(Sentence.BOTH_ANNOUNCEMENT)
    assert stream.hears_what_is_heard
    assert {each.purpose for each in await node.consents(agent)} == {Purpose.RECORDING, Purpose.STREAMING}


async def test_a_stream_hears_nothing_of_a_room_where_somebody_was_not_asked(node: FakeNode) -> None:
    first = await enters(node, consent="announce")
    stream = await overheard(node, first)
    second = await enters(node, consent="announce")
    await first.talks_with(second)

    assert stream.hears_what_is_said
    assert not stream.hears_what_is_heard


async def test_who_refuses_to_be_streamed_is_still_recorded(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, record=True, consent="press-to-consent")
    await caller.hears(QUESTION)
    caller.presses("1")
    await caller.hears("Hello.")

    asked = asyncio.ensure_future(consent_of(node, caller))
    await caller.hears(text_of(Sentence.STREAM_QUESTION))
    caller.presses("2")
    await caller.hears(text_of(Sentence.STREAM_REFUSED))
    assert await asked is None
    await node.passes(10)
    caller.hangs_up()
    await node.settles()

    [recording] = await node.recordings()
    assert recording.seconds_of(caller) > 10
    assert await story(node, caller) == [(Purpose.RECORDING, Given.YES), (Purpose.STREAMING, Given.NO)]


async def test_a_notice_is_no_answer_where_a_key_is_asked_for(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, consent="press-to-consent")
    await caller.hears("Hello.")

    asked = asyncio.ensure_future(consent_of(node, caller, notice=told_of_a_program()))
    await caller.hears(text_of(Sentence.STREAM_QUESTION))
    caller.presses("1")

    assert await asked is not None


async def test_who_was_told_of_a_program_is_asked_in_the_same_language(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, consent="press-to-consent")
    await caller.hears("Hello.")

    asked = asyncio.ensure_future(consent_of(node, caller, notice=told_of_a_program(language="nl-BE")))
    await caller.hears(text_of(Sentence.STREAM_QUESTION, "nl-BE"))
    caller.presses("1")

    assert await asked is not None


@pytest.mark.parametrize(
    ("consent", "said", "key"),
    [("announce", Sentence.BOTH_ANNOUNCEMENT, ""), ("press-to-consent", Sentence.BOTH_QUESTION, "1")],
)
async def test_one_sentence_asks_for_recording_and_streaming_at_the_same_time(
    node: FakeNode, consent: str, said: Sentence, key: str
) -> None:
    caller = await node.is_called(STAYS, consent=consent)
    await caller.hears("Hello.")

    asked = asyncio.gather(*(consent_of(node, caller, each) for each in (Purpose.RECORDING, Purpose.STREAMING)))
    await caller.hears(text_of(said))
    caller.presses(key)

    assert None not in await asked
    await node.passes(1)
    records = await node.consents(caller)
    assert {each.purpose for each in records} == {Purpose.RECORDING, Purpose.STREAMING}
    assert {each.wording for each in records} == {text_of(said)}
    assert NOTICE not in caller.heard


async def test_what_no_sentence_asks_for_together_is_asked_in_turn(node: FakeNode) -> None:
    caller = await node.is_called(STAYS, consent="announce")
    await caller.hears("Hello.")

    given = await asyncio.gather(
        *(consent_of(node, caller, each) for each in (Purpose.TRANSCRIPTION, Purpose.RECORDING_ELSEWHERE))
    )

    assert None not in given
    assert [text_of(Sentence.WRITTEN_ANNOUNCEMENT), text_of(Sentence.OUTSIDE_ANNOUNCEMENT)] == [
        each for each in caller.heard if each != "Hello."
    ]
