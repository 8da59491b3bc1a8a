"""Whom calls' sound went to is known by the events of their programs."""

from engine.model.accounts import Account
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.recipients import Recipient, Recipients
from tests.unit.store.samples import a_call, at


async def test_hosts_of_programs_are_told_by_account_with_when_and_how_often(
    db: Database, calls: Calls, account: Account
) -> None:
    call = a_call(account.id)
    await calls.add(call)
    reached = [
        ("stream_started", "wss://agent.example/media", 1),
        ("agent_began", "wss://agent.example:8443/relay", 3),
        ("stream_started", "wss://other.example/media", 2),
        ("played", "https://sounds.example/a.wav", 4),
    ]
    for kind, url, moment in reached:
        await db.write(calls.noting(call.id, kind, {"url": url}, at(moment)))

    found = await Recipients(db).all()

    assert found == [
        Recipient(account.id, "agent.example", at(1), at(3), 2),
        Recipient(account.id, "other.example", at(2), at(2), 1),
    ]
