"""Trunks: rows whose passwords are sealed, and which a file may own."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.errors import InvalidField, NoTrunk, SetElsewhere, SetupError, TrunkTaken
from engine.model.trunk import Origin, Trunk, new_trunk
from engine.model.trunk.registration import TrunkRegistration
from engine.store.database import Database
from engine.store.tables.trunks import trunks as table
from engine.store.trunks import Trunks
from tests.unit.store.samples import NOON

PEPPER = b"p" * 32
FILE = "/etc/telefoon.toml"


@pytest.fixture
def trunks(db: Database) -> Trunks:
    return Trunks(db, PEPPER)


def a_trunk(name: str = "carrier", **fields: Any) -> Trunk:
    return new_trunk({"name": name, "hosts": ["sip.carrier.example:5070;priority=2"], **fields})


def a_subscriber(**fields: Any) -> Trunk:
    return a_trunk(auth="register", user="ann", password="s3cret", transport="tls", srtp="required", **fields)


async def test_a_trunk_comes_back_as_it_was(trunks: Trunks) -> None:
    added = await trunks.add(a_subscriber(timeout_s=2.5, from_host="carrier.example"))

    assert await trunks.all() == [added]
    assert await trunks.get("carrier") == added
    assert (added.trunk.password, added.origin) == ("s3cret", Origin.DATABASE)


async def test_a_password_is_sealed_in_the_database(trunks: Trunks, db: Database) -> None:
    await trunks.add(a_subscriber())

    row = await db.row(select(table))

    assert row is not None
    assert "password" not in row["fields"]
    assert b"s3cret" not in bytes(row["password"])


async def test_with_another_pepper_a_password_does_not_open(trunks: Trunks, db: Database) -> None:
    await trunks.add(a_subscriber())

    with pytest.raises(SetupError, match="The secret of trunk carrier can't be decrypted"):
        await Trunks(db, b"q" * 32).all()


async def test_a_name_is_taken_once(trunks: Trunks) -> None:
    added = await trunks.add(a_trunk())

    with pytest.raises(TrunkTaken, match="telefoon trunks set carrier"):
        await trunks.add(a_trunk(enabled=False))

    assert await trunks.all() == [added]


async def test_a_change_leaves_the_other_fields_and_is_another_version(trunks: Trunks) -> None:
    added = await trunks.add(a_subscriber())

    changed = await trunks.change("carrier", {"enabled": False})

    assert changed.trunk == a_subscriber(enabled=False)
    assert await trunks.versions() == {"carrier": changed.version}
    assert changed.version != added.version
    assert await trunks.get("carrier") == changed


async def test_a_wrong_change_changes_nothing(trunks: Trunks) -> None:
    added = await trunks.add(a_subscriber())

    with pytest.raises(InvalidField, match="needs a password"):
        await trunks.change("carrier", {"password": ""})

    assert await trunks.get("carrier") == added


async def test_a_trunk_that_there_is_not_is_neither_changed_nor_removed(trunks: Trunks) -> None:
    with pytest.raises(NoTrunk, match="telefoon trunks list"):
        await trunks.change("carrier", {"enabled": False})
    with pytest.raises(NoTrunk):
        await trunks.remove("carrier")
    with pytest.raises(NoTrunk):
        await trunks.get("carrier")


async def test_a_file_has_its_trunks_as_they_are_in_it(trunks: Trunks) -> None:
    kept = await trunks.add(a_trunk("kept"))
    await trunks.set_elsewhere(Origin.FILE, FILE, [a_trunk("a"), a_subscriber(), a_trunk("b")])
    before = await trunks.versions()

    await trunks.set_elsewhere(Origin.FILE, FILE, [a_trunk("a"), a_subscriber(enabled=False)])

    after = await trunks.versions()
    assert after == {"a": before["a"], "carrier": after["carrier"], "kept": kept.version}
    assert after["carrier"] != before["carrier"]
    assert [each.place for each in await trunks.all()] == [FILE, FILE, ""]


async def test_nodes_that_start_at_once_with_the_same_settings_set_each_trunk_once(trunks: Trunks, url: str) -> None:
    others = [await Database.open(url) for _ in range(3)]
    given = [a_trunk("a"), a_subscriber(), a_trunk("b")]

    await asyncio.gather(
        *(each.set_elsewhere(Origin.FILE, FILE, given) for each in (trunks, *(Trunks(db, PEPPER) for db in others)))
    )

    assert [each.trunk for each in await trunks.all()] == [given[0], given[2], given[1]]
    for db in others:
        await db.close()


async def test_a_trunk_of_a_file_is_changed_there_alone(trunks: Trunks) -> None:
    await trunks.set_elsewhere(Origin.FILE, FILE, [a_trunk()])

    with pytest.raises(SetElsewhere, match=FILE):
        await trunks.change("carrier", {"enabled": False})
    with pytest.raises(SetElsewhere, match=FILE):
        await trunks.remove("carrier")

    assert list(await trunks.versions()) == ["carrier"]


async def test_a_file_does_not_take_over_a_trunk_that_was_added(trunks: Trunks) -> None:
    added = await trunks.add(a_trunk())

    with pytest.raises(SetupError, match="telefoon trunks remove carrier"):
        await trunks.set_elsewhere(Origin.FILE, FILE, [a_trunk(enabled=False)])

    assert await trunks.all() == [added]


async def test_registrations_are_those_that_a_node_has_told_last(trunks: Trunks) -> None:
    await trunks.add(a_trunk())
    lost = TrunkRegistration("carrier", "node-1", 403, "Forbidden", NOON)
    held = TrunkRegistration("carrier", "node-2", 200, "OK", NOON, NOON + timedelta(seconds=300))
    for told in (TrunkRegistration("gone", "node-1", 200, "OK", NOON), lost):
        await trunks.note_registrations("node-1", [told])
    await trunks.note_registrations("node-2", [held])

    assert await trunks.registrations() == [lost, held]

    await trunks.remove("carrier")

    assert await trunks.registrations() == []
