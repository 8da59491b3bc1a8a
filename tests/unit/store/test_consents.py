"""Consent records and accounts' own texts."""

from dataclasses import fields

import pytest

from engine.ids import IdKind, new_id
from engine.model.accounts import Account
from engine.model.call_options import AccountOptions, NumberOptions
from engine.model.consent import ConsentChoice, ConsentPolicy, ConsentRecord, Given, How, Purpose, Sentence, Withdrawal
from engine.store.accounts import Accounts
from engine.store.calls import Calls
from engine.store.consents import Consents
from engine.store.database import Database
from engine.store.numbers import Numbers
from tests.unit.store.samples import NOON, a_call, at


@pytest.fixture
def consents(db: Database) -> Consents:
    return Consents(db, lambda: NOON)


async def test_every_field_of_a_record_is_kept_in_the_order_of_time(
    consents: Consents, calls: Calls, account: Account
) -> None:
    call = a_call(account.id)
    await calls.add(call)
    full = ConsentRecord(
        new_id(IdKind.CONSENT), account.id, call.id, "+31205550142", ConsentPolicy.EXTERNAL, Given.YES, How.EXTERNAL,
        at(1), new_id(IdKind.CONFERENCE), "basis", "1", "Ja, Zoë", "account 2", "nl-BE", 1.25, "CRM 7", "Zoë", at(-9),
        Purpose.STREAMING,
    )  # fmt: skip
    plain = ConsentRecord(
        new_id(IdKind.CONSENT), account.id, call.id, "sip:a@b", ConsentPolicy.ANNOUNCE, Given.NO, How.UNHEARD, at(0)
    )
    assert all(getattr(full, field.name) is not None for field in fields(full))

    for record in (full, plain, plain):
        await consents.add(record)

    assert await consents.of_call(call.id) == [plain, full]


async def test_a_text_gets_a_new_version_each_time(consents: Consents, account: Account) -> None:
    first = await consents.set_text(account.id, Sentence.QUESTION, "fr", "Un ?")
    second = await consents.set_text(account.id, Sentence.QUESTION, "fr", "Deux ?")
    other = await consents.set_text(account.id, Sentence.WRITTEN_ANNOUNCEMENT, "nl", "Wij schrijven.")

    assert [each.version for each in (first, second, other)] == [1, 2, 1]
    assert await consents.texts(account.id) == [first, second, other]


async def test_policies_of_accounts_and_numbers_are_kept(db: Database, accounts: Accounts, account: Account) -> None:
    choice = ConsentChoice(ConsentPolicy.NONE_NEEDED, Withdrawal.DELETE, "a law")
    await accounts.choose(account.id, AccountOptions(consent=choice))
    await Numbers(db).add(account.id, "+3225550100", NumberOptions(consent=choice))

    assert (await accounts.ensure(account.name)).options.consent == choice
    number = await Numbers(db).get("+3225550100")
    assert number is not None
    assert number.options.consent == choice
    await accounts.choose(account.id, AccountOptions())
    assert (await accounts.ensure(account.name)).options.consent is None
