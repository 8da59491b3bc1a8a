"""Accounts and keys: a key opens its account until revoked, and can't be read back from the database."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from engine.errors import InvalidField
from engine.model.accounts import Account
from engine.store.accounts import Accounts
from engine.store.database import Database
from engine.store.tables.accounts import api_keys
from tests.unit.store.conftest import PEPPER
from tests.unit.store.samples import NOON


async def test_an_account_is_made_once(accounts: Accounts) -> None:
    made = await accounts.ensure("demo")

    assert await accounts.ensure("demo") == made
    assert await accounts.all() == [made]


async def test_an_account_is_found_by_name_and_by_id(accounts: Accounts, account: Account) -> None:
    assert await accounts.by_name("demo") == account
    assert await accounts.by_id(account.id) == account
    assert await accounts.by_name("Demo") is None
    assert await accounts.by_id("AC-unknown") is None


@pytest.mark.parametrize("name", ["", "  "])
async def test_an_account_needs_a_name(accounts: Accounts, name: str) -> None:
    with pytest.raises(InvalidField, match="name"):
        await accounts.ensure(name)


async def test_a_key_opens_its_account_and_no_other(accounts: Accounts, account: Account, stranger: Account) -> None:
    _, mine = await accounts.create_key(account.id)
    _, theirs = await accounts.create_key(stranger.id)

    assert await accounts.authenticate(mine) == account
    assert await accounts.authenticate(theirs) == stranger


@pytest.mark.parametrize("key", ["", "SK", "SK" + "a" * 40, "ä", "\ud800", "\0", "x" * 100_000])
async def test_a_key_that_was_never_given_opens_nothing(accounts: Accounts, account: Account, key: str) -> None:
    await accounts.create_key(account.id)

    assert await accounts.authenticate(key) is None


async def test_a_key_in_another_case_opens_nothing(accounts: Accounts, account: Account) -> None:
    _, secret = await accounts.create_key(account.id)

    assert await accounts.authenticate(secret.swapcase()) is None


async def test_a_revoked_key_opens_nothing(accounts: Accounts, account: Account) -> None:
    key, secret = await accounts.create_key(account.id)

    assert await accounts.revoke(key.id)
    assert await accounts.authenticate(secret) is None
    assert not await accounts.revoke(key.id), "a key can be revoked once"
    assert not await accounts.revoke("SK-unknown")


async def test_without_its_pepper_the_database_opens_to_no_key(
    accounts: Accounts, account: Account, db: Database
) -> None:
    _, secret = await accounts.create_key(account.id)

    assert await Accounts(db, b"q" * 32).authenticate(secret) is None


async def test_a_key_is_stored_as_its_last_four_characters_and_a_hash(
    accounts: Accounts, account: Account, db: Database
) -> None:
    key, secret = await accounts.create_key(account.id)

    row = await db.row(select(api_keys))

    assert row is not None
    assert key.hint == secret[-4:]
    assert len(row["digest"]) == 32
    assert secret not in str(row)
    assert secret[:-4] not in str(row)


async def test_the_keys_of_an_account_are_listed_with_their_revocation(
    db: Database, account: Account, stranger: Account
) -> None:
    accounts = Accounts(db, PEPPER, now=lambda: NOON)
    first, _ = await accounts.create_key(account.id)
    second, _ = await accounts.create_key(account.id)
    theirs, _ = await accounts.create_key(stranger.id)
    await accounts.revoke(first.id)

    assert [(key.id, key.revoked_at) for key in await accounts.keys(account.id)] == [
        (first.id, NOON),
        (second.id, None),
    ]
    assert {key.id for key in await accounts.keys()} == {first.id, second.id, theirs.id}


async def test_the_last_use_of_a_key_is_known_to_the_minute(db: Database, account: Account) -> None:
    now = NOON
    accounts = Accounts(db, PEPPER, now=lambda: now)
    _, secret = await accounts.create_key(account.id)

    async def use_after(seconds: float) -> datetime | None:
        nonlocal now
        now += timedelta(seconds=seconds)
        await accounts.authenticate(secret)
        (key,) = await accounts.keys(account.id)
        return key.last_used_at

    assert await use_after(0) == NOON
    assert await use_after(59) == NOON
    assert await use_after(1) == NOON + timedelta(seconds=60)
