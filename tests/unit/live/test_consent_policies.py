"""Which policy decides how a caller is asked, in which words, and what is stored of it."""

from datetime import UTC, datetime

import pytest

from engine.model.call_options import AccountOptions
from engine.model.consent import ConsentChoice, ConsentPolicy, Given, How
from engine.model.consent.wording import Sentence
from engine.store.consents import Consents
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.words import BEEP, DONE, NOTICE, QUESTION, text_of

RECORD = f"<Response><Record timeout='0' action='{DONE}'/></Response>"
STAYS = "<Response><Say>Hello.</Say><Pause length='600'/></Response>"
EXTERNAL = ConsentChoice(
    ConsentPolicy.EXTERNAL,
    reference="crm-7",
    given_by="Anna",
    given_at=datetime(2026, 1, 1, tzinfo=UTC),
    wording="I agree.",
)


async def recorded(node: FakeNode, caller: FarEnd) -> float:
    """For how many seconds the caller is in a recording, once it is over."""
    caller.hangs_up()
    await node.settles()
    return sum(each.seconds_of(caller) for each in await node.recordings())


@pytest.mark.parametrize(
    ("consent", "how"),
    [(EXTERNAL, How.EXTERNAL), (ConsentChoice(ConsentPolicy.NONE_NEEDED, basis="contract"), How.NOT_NEEDED)],
)
async def test_consent_that_is_asserted_is_asked_of_nobody(node: FakeNode, consent: ConsentChoice, how: How) -> None:
    caller = await node.is_called(STAYS, record=True, consent=consent)
    await caller.hears("Hello.")
    await node.passes(10)

    assert await recorded(node, caller) == pytest.approx(10, abs=0.1)
    assert caller.heard == ["Hello."]
    [record] = await node.consents(caller)
    assert (record.given, record.how, record.basis) == (Given.YES, how, consent.basis)


@pytest.mark.parametrize(
    ("caller_from", "prompt"), [("+3225551234", NOTICE), ("+493023125001", QUESTION), ("+431234567", QUESTION)]
)
async def test_without_a_choice_the_strictest_country_of_the_call_decides(
    node: FakeNode, caller_from: str, prompt: str
) -> None:
    caller = await node.is_called(STAYS, record=True, caller=caller_from)

    await caller.hears(prompt)


async def test_the_accounts_choice_goes_before_the_countrys(node: FakeNode) -> None:
    await node.accounts.choose(node.account.id, AccountOptions(consent=ConsentChoice(ConsentPolicy.PRESS)))
    caller = await node.is_called(STAYS, record=True)

    await caller.hears(QUESTION)


async def test_the_numbers_choice_goes_before_the_accounts(node: FakeNode) -> None:
    await node.accounts.choose(node.account.id, AccountOptions(consent=ConsentChoice(ConsentPolicy.PRESS)))
    caller = await node.is_called(STAYS, record=True, consent="announce")

    await caller.hears(NOTICE)


async def test_the_accounts_own_words_are_spoken_and_stored(node: FakeNode) -> None:
    await Consents(node.database).set_text(node.account.id, Sentence.ANNOUNCEMENT, "en", "We record this for quality.")
    caller = await node.is_called(STAYS, record=True, consent="announce")

    await caller.hears("We record this for quality.")
    await caller.hears("Hello.")
    await node.passes(1)

    [record] = await node.consents(caller)
    assert record.wording == "We record this for quality."


@pytest.mark.parametrize("language", ["nl-BE", "fr-BE", "de-DE"])
async def test_the_announcement_is_in_the_calls_language(node: FakeNode, language: str) -> None:
    caller = await node.is_called(STAYS, record=True, consent="announce", language=language)

    await caller.hears(text_of(Sentence.ANNOUNCEMENT, language))


async def test_the_announcement_is_in_the_language_that_was_spoken_last(node: FakeNode) -> None:
    spoken = (
        "<Response><Say language='nl-BE'>Goedendag.</Say><Start><Recording/></Start><Pause length='60'/></Response>"
    )
    caller = await node.is_called(spoken, consent="announce")

    await caller.hears(text_of(Sentence.ANNOUNCEMENT, "nl-BE"))
    await node.passes(10)

    [record] = await node.consents(caller)
    assert (record.language, record.wording) == ("nl-BE", text_of(Sentence.ANNOUNCEMENT, "nl-BE"))


async def test_the_record_tells_when_on_the_call_consent_was_given(node: FakeNode) -> None:
    caller = await node.is_called(f"<Response><Say>Hello.</Say><Pause length='10'/>{RECORD[10:]}", consent="announce")

    await caller.hears(BEEP)
    await node.passes(1)

    [record] = await node.consents(caller)
    assert record.offset_s is not None
    assert record.offset_s > 10


async def test_a_policy_that_is_not_known_records_nobody(node: FakeNode) -> None:
    caller = await node.is_called(
        "<Response><Say>Hello.</Say><Pause/><Start><Recording/></Start><Say>Go on.</Say><Pause length='60'/></Response>"
    )
    await caller.hears("Hello.")

    with node.database_failing():
        await caller.hears("Go on.")

    assert await recorded(node, caller) == 0.0
    assert any("not known" in event.facts["reason"] for event in await node.events(caller, "not_recorded"))
