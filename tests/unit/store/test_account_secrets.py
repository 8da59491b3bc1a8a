"""Signing secrets: one for each account, unreadable without the pepper, replaced without a gap."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from engine.errors import SetupError, StoreError
from engine.model.accounts import Account
from engine.store.account_secrets import GRACE, AccountSecrets
from engine.store.database import Database
from engine.store.tables.accounts import account_secrets
from tests.unit.store.conftest import PEPPER
from tests.unit.store.samples import NOON


class Calendar:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


async def test_an_account_has_one_from_its_first_use_on(
    secrets: AccountSecrets, account: Account, stranger: Account
) -> None:
    [mine] = await secrets.secrets(account.id)
    assert await secrets.secrets(account.id) == [mine]
    assert mine.startswith("whsec_")
    assert await secrets.secrets(stranger.id) != [mine]


async def test_many_first_uses_at_once_make_one(db: Database, account: Account) -> None:
    nodes = [AccountSecrets(db, PEPPER) for _ in range(8)]
    found = await asyncio.gather(*(node.secrets(account.id) for node in nodes))
    assert len({tuple(each) for each in found}) == 1


async def test_the_database_alone_tells_nothing(db: Database, secrets: AccountSecrets, account: Account) -> None:
    [secret] = await secrets.secrets(account.id)
    row = await db.row(select(account_secrets))
    assert row is not None
    assert secret.encode() not in row["secret"]
    with pytest.raises(SetupError, match="pepper"):
        await AccountSecrets(db, b"q" * 32).secrets(account.id)


async def test_a_replaced_secret_is_valid_for_a_day(db: Database, account: Account) -> None:
    calendar = Calendar()
    secrets = AccountSecrets(db, PEPPER, calendar)
    [old] = await secrets.secrets(account.id)
    calendar.now += timedelta(hours=1)
    new = (await secrets.rotate(account.id)).secret
    assert await secrets.secrets(account.id) == [new, old]
    calendar.now += GRACE
    assert await secrets.secrets(account.id) == [new]
    assert [each.secret for each in await secrets.valid(account.id)] == [new]


async def test_while_the_database_is_away_the_known_ones_go_on_signing(
    db: Database, secrets: AccountSecrets, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.store.account_secrets._REMEMBERED_S", -1.0)
    known = await secrets.secrets(account.id)
    await db.close()
    assert await secrets.secrets(account.id) == known
    with pytest.raises(StoreError):
        await secrets.secrets("AC-unknown")
