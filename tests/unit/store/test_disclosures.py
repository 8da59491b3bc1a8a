"""Disclosure records, accounts' own notices, and the policies that accounts, numbers and calls have chosen."""

from dataclasses import replace

import pytest

from engine.ids import IdKind, new_id
from engine.live.disclosure.policies import DisclosurePolicies
from engine.model.accounts import Account
from engine.model.call_options import AccountOptions, CallOptions, NumberOptions
from engine.model.disclosure import ANNOUNCED, DisclosureChoice, DisclosurePolicy, DisclosureRecord, load_notice_texts
from engine.store.accounts import Accounts
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.disclosures import Disclosures
from engine.store.numbers import Numbers
from tests.unit.store.samples import NOON, a_call, at

SAYS_IT = DisclosureChoice(DisclosurePolicy.AGENT_SAYS_IT, "I am Ada.", "Zoë", at(-9))
NOT_AI = DisclosureChoice(DisclosurePolicy.NOT_AI, asserted_by="Zoë", reason="A person speaks.")


@pytest.fixture
def disclosures(db: Database) -> Disclosures:
    return Disclosures(db, lambda: NOON)


def a_disclosure(account_id: str, call_id: str, number: str = "+31205550142") -> DisclosureRecord:
    return DisclosureRecord(
        new_id(IdKind.DISCLOSURE), account_id, call_id, number, DisclosurePolicy.ANNOUNCE, at(1), at(7),
        "U spreekt met een automatische assistent.", "1", "nl-BE",
    )  # fmt: skip


async def test_every_field_of_a_record_is_kept_in_the_order_of_time(
    db: Database, disclosures: Disclosures, calls: Calls, account: Account
) -> None:
    call = a_call(account.id)
    await calls.add(call)
    announced = a_disclosure(account.id, call.id)
    asserted = replace(
        announced, id=new_id(IdKind.DISCLOSURE), policy=DisclosurePolicy.NOT_AI, begun_at=at(0), ended_at=at(0),
        text=None, text_version=None, language=None, asserted_by="Zoë", asserted_at=at(-9), reason="A person speaks.",
    )  # fmt: skip

    for record in (announced, asserted, asserted):
        await db.write(disclosures.adding(record))

    assert await disclosures.of_call(call.id) == [asserted, announced]


async def test_a_notice_gets_a_new_version_each_time(disclosures: Disclosures, account: Account) -> None:
    first = await disclosures.set_text(account.id, "fr", "L'ordinateur de {name} ?")
    second = await disclosures.set_text(account.id, "fr", "L'ordinateur de {name}.")
    other = await disclosures.set_text(account.id, "nl", "De computer van {name}.")

    assert [each.version for each in (first, second, other)] == [1, 2, 1]
    assert await disclosures.texts(account.id) == [first, second, other]


async def test_an_account_has_the_name_that_is_said_and_a_language_for_it(accounts: Accounts, account: Account) -> None:
    await accounts.speak_as(account.id, "Bakkerij Peeters", "nl-BE")

    found = await accounts.by_id(account.id)

    assert found is not None
    assert (found.spoken_name, found.language) == ("Bakkerij Peeters", "nl-BE")


async def test_the_calls_policy_goes_before_its_numbers_and_that_before_the_accounts(
    db: Database, accounts: Accounts, disclosures: Disclosures, calls: Calls, account: Account
) -> None:
    rules = DisclosurePolicies(accounts, disclosures, load_notice_texts())
    await Numbers(db).add(account.id, "+3225550100", NumberOptions(disclosure=SAYS_IT))
    number = await Numbers(db).get("+3225550100")
    assert number is not None
    plain, of_number = a_call(account.id), a_call(account.id, options=CallOptions().over(number.options))
    of_call = a_call(account.id, options=CallOptions(disclosure=ANNOUNCED).over(number.options))
    assert await rules.choice(plain) == ANNOUNCED

    await accounts.choose(account.id, AccountOptions(disclosure=NOT_AI))

    assert [await rules.choice(each) for each in (plain, of_number, of_call)] == [NOT_AI, SAYS_IT, ANNOUNCED]
