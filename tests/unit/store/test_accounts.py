"""Accounts and keys: a key opens its account until revoked, and can't be read back from the database."""

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
from sqlalchemy import select

from engine.errors import InvalidField, KeyFromElsewhere
from engine.model.accounts import Account, Scope
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


async def test_a_key_says_from_which_network_it_was_used(accounts: Accounts, account: Account) -> None:
    _, near = await accounts.create_key(account.id)
    _, far = await accounts.create_key(account.id)
    await accounts.authenticate(near, ip_address("203.0.113.9"))
    await accounts.authenticate(far, ip_address("2001:db8:1:2::3"))

    assert [key.last_used_from for key in await accounts.keys(account.id)] == ["203.0.113.0/24", "2001:db8:1::/48"]


async def test_a_key_opens_nothing_from_its_end_on(db: Database, account: Account) -> None:
    now = NOON
    accounts = Accounts(db, PEPPER, now=lambda: now)
    _, secret = await accounts.create_key(account.id, expires_at=NOON + timedelta(days=1))

    now = NOON + timedelta(days=1) - timedelta(seconds=1)
    assert await accounts.authenticate(secret) == account
    now += timedelta(seconds=1)
    assert await accounts.authenticate(secret) is None


@pytest.mark.parametrize(
    ("address", "opens"),
    [("203.0.113.9", True), ("203.0.114.9", False), ("2001:db8:7::1", True), ("2001:db9::1", False), (None, False)],
)
async def test_a_key_for_networks_opens_to_clients_in_one_of_them_alone(
    accounts: Accounts, account: Account, address: str | None, opens: bool
) -> None:
    networks = (ip_network("203.0.113.0/24"), ip_network("2001:db8::/32"))
    made, secret = await accounts.create_key(account.id, networks=networks)
    at = ip_address(address) if address else None

    if opens:
        assert await accounts.authenticate(secret, at) == account
    else:
        with pytest.raises(KeyFromElsewhere, match=made.hint):
            await accounts.authenticate(secret, at)
    (stored,) = await accounts.keys(account.id)
    assert stored.networks == networks
    assert (stored.last_used_at is not None) == opens


async def test_a_rotated_key_opens_until_the_overlap_is_over_and_the_new_one_after_it(
    db: Database, account: Account
) -> None:
    now = NOON
    accounts = Accounts(db, PEPPER, now=lambda: now)
    networks = (ip_network("203.0.113.0/24"),)
    old, secret = await accounts.create_key(account.id, frozenset({Scope.RECORDINGS}), networks=networks)
    at = ip_address("203.0.113.9")

    rotated = await accounts.rotate_key(old.id, timedelta(hours=24))

    assert rotated is not None
    new, new_secret = rotated
    assert (new.account_id, new.scopes, new.networks, new.expires_at) == (account.id, old.scopes, networks, None)
    now = NOON + timedelta(hours=24) - timedelta(seconds=1)
    assert await accounts.authenticate(secret, at) == await accounts.authenticate(new_secret, at) == account
    now = NOON + timedelta(hours=24)
    assert await accounts.authenticate(secret, at) is None
    assert await accounts.authenticate(new_secret, at) == account


async def test_a_rotation_lets_no_key_live_longer_and_the_new_one_lives_as_long(db: Database, account: Account) -> None:
    now = NOON
    accounts = Accounts(db, PEPPER, now=lambda: now)
    old, _ = await accounts.create_key(account.id, expires_at=NOON + timedelta(days=90))
    now = NOON + timedelta(days=89, hours=12)

    rotated = await accounts.rotate_key(old.id, timedelta(days=7))

    assert rotated is not None
    assert rotated[0].expires_at == now + timedelta(days=90)
    assert (await accounts.keys(account.id))[0].expires_at == NOON + timedelta(days=90)


async def test_only_a_key_in_use_is_rotated(db: Database, account: Account) -> None:
    now = NOON
    accounts = Accounts(db, PEPPER, now=lambda: now)
    revoked, _ = await accounts.create_key(account.id)
    await accounts.revoke(revoked.id)
    expired, _ = await accounts.create_key(account.id, expires_at=NOON + timedelta(hours=1))
    now = NOON + timedelta(hours=1)

    for each in (revoked.id, expired.id, "SK-unknown"):
        assert await accounts.rotate_key(each, timedelta(hours=1)) is None
    assert len(await accounts.keys(account.id)) == 2
