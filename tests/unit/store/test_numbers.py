"""Numbers: one account each."""

from dataclasses import replace

import pytest

from engine.errors import NumberTaken
from engine.model.accounts import Account
from engine.model.call_options import NumberOptions
from engine.store.numbers import Numbers

OFFICE, SHOP = "+3225550199", "+31205550142"


async def test_a_number_comes_back_as_it_was(numbers: Numbers, account: Account) -> None:
    options = NumberOptions(language="nl-BE", record=True)
    added = await numbers.add(account.id, OFFICE, options, url="https://a.example/", fallback_url="https://b.example/")

    assert await numbers.get(OFFICE) == added
    assert (added.url, added.fallback_url, added.options.language, added.options.record) == (
        "https://a.example/",
        "https://b.example/",
        "nl-BE",
        True,
    )


async def test_a_number_with_nothing_else_has_defaults(numbers: Numbers, account: Account) -> None:
    added = await numbers.add(account.id, OFFICE)

    assert (added.url, added.fallback_url, added.options.language, added.options.record) == (None, None, "en-GB", False)


async def test_a_number_in_use_is_refused_to_everybody(numbers: Numbers, account: Account, stranger: Account) -> None:
    added = await numbers.add(account.id, OFFICE)

    for who in (account, stranger):
        with pytest.raises(NumberTaken, match=r"telefoon numbers remove \+3225550199"):
            await numbers.add(who.id, OFFICE)

    assert await numbers.get(OFFICE) == added


async def test_an_account_sees_its_own_numbers_only(numbers: Numbers, account: Account, stranger: Account) -> None:
    mine, theirs = await numbers.add(account.id, OFFICE), await numbers.add(stranger.id, SHOP)

    assert await numbers.of_account(account.id) == [mine]
    assert await numbers.of_account(stranger.id) == [theirs]
    assert await numbers.all() == [theirs, mine]


async def test_a_removed_number_is_free_again(numbers: Numbers, account: Account, stranger: Account) -> None:
    await numbers.add(account.id, OFFICE)

    assert await numbers.remove(OFFICE)
    assert await numbers.get(OFFICE) is None
    assert not await numbers.remove(OFFICE)
    assert (await numbers.add(stranger.id, OFFICE)).account_id == stranger.id


async def test_the_exact_number_takes_a_call_and_then_the_smallest_range(
    numbers: Numbers, account: Account, stranger: Account
) -> None:
    wide = await numbers.add(account.id, "+322555xxxx", url="https://wide.example/")
    narrow = await numbers.add(stranger.id, "+32255501xx", url="https://narrow.example/")
    exact = await numbers.add(account.id, OFFICE, url="https://exact.example/")

    assert await numbers.taking(OFFICE) == exact
    assert await numbers.taking("+3225550142") == replace(narrow, e164="+3225550142")
    assert await numbers.taking("+3225559999") == replace(wide, e164="+3225559999")
    assert await numbers.taking("+3225569999") is None
    assert await numbers.taking("+32255599990") is None, "a range is of numbers of one length"
    assert await numbers.taking("alice") is None


async def test_a_range_in_use_is_refused_and_named(numbers: Numbers, account: Account, stranger: Account) -> None:
    await numbers.add(account.id, "+3225550xxx")

    with pytest.raises(NumberTaken, match=r"\+3225550xxx is in use already"):
        await numbers.add(stranger.id, "+3225550xxx")


async def test_the_ids_of_many_are_found_at_once_and_others_are_left_out(
    numbers: Numbers, account: Account, stranger: Account
) -> None:
    office, wide, narrow = [
        await numbers.add(account.id, written) for written in (OFFICE, "+322666xxxx", "+32266601xx")
    ]
    await numbers.add(stranger.id, SHOP)

    found = await numbers.ids_taking(account.id, {OFFICE, SHOP, "+3226669999", "+3226660199", "sip:desk@example.com"})

    assert found == {OFFICE: office.id, "+3226669999": wide.id, "+3226660199": narrow.id}
    assert await numbers.ids_taking(account.id, set()) == {}


@pytest.mark.parametrize(
    ("like", "found"), [("+3225550199", 1), ("0199", 1), ("+322555****", 1), ("*", 2), ("555", 2), ("%", 0), ("_", 0)]
)
async def test_numbers_are_found_by_some_of_their_digits(
    numbers: Numbers, account: Account, stranger: Account, like: str, found: int
) -> None:
    await numbers.add(account.id, OFFICE, friendly_name="Office")
    await numbers.add(account.id, SHOP)
    await numbers.add(stranger.id, "+3225550198")

    assert len(await numbers.find(account.id, like=like)) == found


async def test_a_number_without_a_name_is_found_by_itself(numbers: Numbers, account: Account) -> None:
    office = await numbers.add(account.id, OFFICE, friendly_name="Office")
    shop = await numbers.add(account.id, SHOP)

    assert await numbers.find(account.id, name="Office") == [office]
    assert await numbers.find(account.id, name=SHOP) == [shop]
    assert await numbers.find(account.id, name=OFFICE) == []
