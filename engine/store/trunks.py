"""The trunks, and how each node's registrations stand. Passwords are sealed with a key made from the pepper."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from engine.errors import NoTrunk, SetElsewhere, SetupError, TrunkRouted, TrunkTaken
from engine.ids import IdKind, new_id
from engine.model.trunk import Origin, Trunk, changed_trunk, new_trunk
from engine.model.trunk.reading import written_trunk
from engine.model.trunk.registration import TrunkRegistration
from engine.security.vault import Vault
from engine.store.database import Database
from engine.store.tables.routes import routes
from engine.store.tables.trunks import full_trunks, trunk_costs, trunk_registrations, trunks
from engine.store.values import utc_now, values_of

_VERSIONS: Final = select(trunks.c.name, trunks.c.version)
"""Made once: each second somebody asks it."""


@dataclass(frozen=True, slots=True)
class StoredTrunk:
    """A trunk as it is stored: `place` is the file or the setting that sets it, if one does.

    Each change gives it another `version`.
    """

    trunk: Trunk
    origin: Origin
    place: str
    version: str
    created_at: datetime
    updated_at: datetime


class Trunks:
    """Trunks belong to the node, not to an account. `versions` is cheap: it tells whether any has changed."""

    def __init__(self, db: Database, pepper: bytes, now: Callable[[], datetime] = utc_now) -> None:
        self._db = db
        self._vault = Vault(pepper)
        self._now = now

    async def all(self) -> list[StoredTrunk]:
        """All trunks, by name. Raises SetupError where a password was sealed with another pepper."""
        return [self._opened(row) for row in await self._db.rows(select(trunks).order_by(trunks.c.name))]

    async def get(self, name: str) -> StoredTrunk:
        """Raises NoTrunk."""
        row = await self._db.row(select(trunks).where(trunks.c.name == name))
        if row is None:
            raise NoTrunk(name)
        return self._opened(row)

    async def versions(self) -> Mapping[str, str]:
        """The version of each trunk, by its name."""
        return {row["name"]: row["version"] for row in await self._db.rows(_VERSIONS)}

    async def add(self, trunk: Trunk) -> StoredTrunk:
        """Raises TrunkTaken."""
        made = self._made(trunk, Origin.DATABASE, "")
        if not await self._db.insert_new(trunks, self._row(made)):
            raise TrunkTaken(trunk.name)
        return made

    async def change(self, name: str, given: Mapping[str, object]) -> StoredTrunk:
        """Change some of its fields. Raises NoTrunk, InvalidField, and SetElsewhere for one that is set in a file."""

        def job(connection: Connection) -> StoredTrunk:
            before = self._changeable(connection, name)
            after = self._made(changed_trunk(before.trunk, given), before.origin, before.place, before.created_at)
            self._replace(connection, after)
            return after

        return await self._db.write(job)

    async def remove(self, name: str) -> None:
        """Raises NoTrunk, SetElsewhere for one that is set in a file, and TrunkRouted where routes lead to it."""

        def job(connection: Connection) -> None:
            self._changeable(connection, name)
            leading = connection.execute(select(routes.c.id).where(routes.c.trunk == name)).scalars().all()
            if leading:
                raise TrunkRouted(name, leading)
            _delete(connection, name)

        await self._db.write(job)

    async def set_elsewhere(self, origin: Origin, place: str, given: Sequence[Trunk]) -> None:
        """Have the trunks of a file, or of the settings, as they are there now. Raises SetupError.

        Those of it that are there no more are removed; those that are as they were keep their version.
        """

        def job(connection: Connection) -> None:
            found = {row["name"]: self._opened(row) for row in connection.execute(select(trunks)).mappings()}
            for trunk in given:
                self._set_one(connection, found.get(trunk.name), trunk, origin, place)
            kept = {trunk.name for trunk in given}
            for name, stored in found.items():
                if stored.origin is origin and name not in kept:
                    _delete(connection, name)

        await self._db.write(job)

    async def registrations(self) -> list[TrunkRegistration]:
        """How registrations stand on all nodes, by trunk."""
        query = select(trunk_registrations).order_by(trunk_registrations.c.trunk, trunk_registrations.c.node)
        return [TrunkRegistration(**row) for row in await self._db.rows(query)]

    async def note_registrations(self, node: str, stand: Sequence[TrunkRegistration]) -> None:
        """How those of a node stand now, in place of what was noted before."""

        def job(connection: Connection) -> None:
            connection.execute(delete(trunk_registrations).where(trunk_registrations.c.node == node))
            for each in stand:
                connection.execute(insert(trunk_registrations), values_of(each))

        await self._db.write(job)

    async def full(self) -> frozenset[str]:
        """The trunks by which a node sends as many calls as it may."""
        return frozenset(row["trunk"] for row in await self._db.rows(select(full_trunks.c.trunk)))

    async def note_full(self, node: str, names: frozenset[str]) -> None:
        """Note the trunks by which a node sends as many calls as it may now, in place of what was noted before."""

        def job(connection: Connection) -> None:
            connection.execute(delete(full_trunks).where(full_trunks.c.node == node))
            for name in sorted(names):
                connection.execute(insert(full_trunks), {"trunk": name, "node": node})

        await self._db.write(job)

    def _set_one(
        self, connection: Connection, before: StoredTrunk | None, trunk: Trunk, origin: Origin, place: str
    ) -> None:
        if before is None:
            if self._db.inserting_new(trunks, self._row(self._made(trunk, origin, place)))(connection):
                return
            # Another node that starts has set it since we looked.
            (row,) = connection.execute(select(trunks).where(trunks.c.name == trunk.name)).mappings()
            before = self._opened(row)
        if before.origin is not origin:
            where = before.place or "the database; remove it with: telefoon trunks remove " + trunk.name
            raise SetupError(f"Trunk {trunk.name} of {place} is in {where}.")
        if (before.trunk, before.place) != (trunk, place):
            self._replace(connection, self._made(trunk, origin, place, before.created_at))

    def _changeable(self, connection: Connection, name: str) -> StoredTrunk:
        row = connection.execute(select(trunks).where(trunks.c.name == name).with_for_update()).mappings().first()
        if row is None:
            raise NoTrunk(name)
        if row["origin"] is not Origin.DATABASE:
            raise SetElsewhere(name, row["place"])
        return self._opened(row)

    def _replace(self, connection: Connection, after: StoredTrunk) -> None:
        connection.execute(update(trunks).where(trunks.c.name == after.trunk.name), self._row(after))

    def _made(self, trunk: Trunk, origin: Origin, place: str, created_at: datetime | None = None) -> StoredTrunk:
        now = self._now()
        return StoredTrunk(trunk, origin, place, new_id(IdKind.TRUNK_VERSION), created_at or now, now)

    def _row(self, stored: StoredTrunk) -> dict[str, Any]:
        fields = written_trunk(stored.trunk)
        name, password = fields.pop("name"), stored.trunk.password
        return {
            **values_of(stored, leave=frozenset({"trunk"})),
            "name": name,
            "fields": fields,
            "password": self._vault.seal(password, _context(name)) if password else None,
        }

    def _opened(self, row: Mapping[Any, Any]) -> StoredTrunk:
        known = {name: value for name, value in row["fields"].items() if name in Trunk.table()}
        password = self._vault.open(row["password"], _context(row["name"])) if row["password"] else ""
        trunk = new_trunk({"name": row["name"], **known, "password": password})
        others = ("origin", "place", "version", "created_at", "updated_at")
        return StoredTrunk(trunk, **{name: row[name] for name in others})


def _delete(connection: Connection, name: str) -> None:
    connection.execute(delete(trunks).where(trunks.c.name == name))
    for table in (trunk_registrations, trunk_costs, full_trunks):
        connection.execute(delete(table).where(table.c.trunk == name))


def _context(name: str) -> str:
    return f"trunk {name}"
