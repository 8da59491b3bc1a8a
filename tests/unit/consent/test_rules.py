"""Which policy a call has: the call's, else the account's, else its countries'; and whose texts are spoken."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.live.consent.policies import ConsentPolicies
from engine.model.accounts import Account
from engine.model.call_options import AccountOptions, CallOptions
from engine.model.consent import ConsentChoice, ConsentPolicy, Purpose, Sentence, load_texts
from engine.model.consent.countries import load_countries
from engine.store.accounts import Accounts
from engine.store.consents import Consents
from engine.store.database import Database
from tests.peers.databases import migrated_sqlite
from tests.unit.store.samples import NOON, a_call

RECORDED = Purpose.RECORDING


@pytest.fixture
async def rules(tmp_path: Path) -> AsyncIterator[ConsentPolicies]:
    database = await Database.open(migrated_sqlite(tmp_path / "telefoon.db"))
    yield ConsentPolicies(Accounts(database, b"pepper"), Consents(database), load_countries(), load_texts(), "be")
    await database.close()


@pytest.fixture
async def account(rules: ConsentPolicies) -> Account:
    return await rules.accounts.ensure("demo")


async def test_the_calls_goes_before_the_accounts_and_that_before_the_countries(
    rules: ConsentPolicies, account: Account
) -> None:
    german = a_call(account.id, to="+493023125001")
    assert (await rules.choice(german, RECORDED)).policy is ConsentPolicy.BOTH_PARTIES
    assert (await rules.choice(a_call(account.id), RECORDED)).policy is ConsentPolicy.ANNOUNCE

    await rules.accounts.choose(account.id, AccountOptions(consent=ConsentChoice(ConsentPolicy.PRESS)))
    assert (await rules.choice(german, RECORDED)).policy is ConsentPolicy.PRESS

    chosen = replace(german, options=CallOptions(consent=ConsentChoice(ConsentPolicy.ANNOUNCE)))
    assert (await rules.choice(chosen, RECORDED)).policy is ConsentPolicy.ANNOUNCE


async def test_what_is_chosen_for_a_purpose_goes_before_what_is_chosen_for_recording(
    rules: ConsentPolicies, account: Account
) -> None:
    both = AccountOptions(
        consent=ConsentChoice(ConsentPolicy.PRESS), consent_to_streaming=ConsentChoice(ConsentPolicy.BOTH_PARTIES)
    )
    await rules.accounts.choose(account.id, both)
    told = a_call(account.id, options=CallOptions(consent=ConsentChoice(ConsentPolicy.ANNOUNCE)))

    assert (await rules.choice(told, Purpose.STREAMING)).policy is ConsentPolicy.BOTH_PARTIES
    assert (await rules.choice(told, Purpose.TRANSCRIPTION)).policy is ConsentPolicy.ANNOUNCE
    assert (await rules.choice(a_call(account.id), Purpose.RECORDING_ELSEWHERE)).policy is ConsentPolicy.PRESS

    own = replace(told, options=CallOptions(consent_to_streaming=ConsentChoice(ConsentPolicy.PRESS)))
    assert (await rules.choice(own, Purpose.STREAMING)).policy is ConsentPolicy.PRESS
    assert (await rules.choice(own, RECORDED)).policy is ConsentPolicy.PRESS


async def test_what_a_client_asserts_of_recording_is_asserted_of_nothing_else(
    rules: ConsentPolicies, account: Account
) -> None:
    asserted = ConsentChoice(ConsentPolicy.EXTERNAL, reference="7", given_by="Zoë", given_at=NOON, wording="Record me.")
    call = a_call(account.id, options=CallOptions(consent=asserted))

    assert (await rules.choice(call, RECORDED)) is asserted
    assert (await rules.choice(call, Purpose.STREAMING)).policy is ConsentPolicy.ANNOUNCE, "as its countries want it"
    await rules.accounts.choose(account.id, AccountOptions(consent=ConsentChoice(ConsentPolicy.PRESS)))
    assert (await rules.choice(call, Purpose.STREAMING)).policy is ConsentPolicy.PRESS


async def test_the_newest_of_an_accounts_own_texts_is_spoken(rules: ConsentPolicies, account: Account) -> None:
    for text in ("Wij nemen op.", "Wij nemen dit op."):
        await rules.records.set_text(account.id, Sentence.ANNOUNCEMENT, "nl", text)

    dutch = await rules.wordings(account.id, "nl-BE")
    notice = dutch[Sentence.ANNOUNCEMENT]
    french = await rules.wordings(account.id, "fr-BE")

    assert (notice.text, notice.version) == (
        "Wij nemen dit op.",
        "account 2",
    )
    assert dutch[Sentence.QUESTION].version == "2"
    assert french[Sentence.ANNOUNCEMENT].text.startswith("Nous enregistrons cet appel.")
