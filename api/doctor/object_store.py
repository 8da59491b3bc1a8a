"""Whether the object store takes, gives and forgets recordings: it is tried with an object of our own."""

import hashlib
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final
from uuid import uuid4

from yarl import URL

from api.doctor.database import opened
from api.doctor.finding import Finding
from api.doctor.server import RunningServer
from api.node.object_store import object_store_of, require_store_inside
from api.node.privacy import residency_of
from config.settings import Settings
from engine.errors import ObjectStoreError, TelefoonError
from engine.recordings.object_storage.store import ObjectContent, ObjectStore
from engine.security.residency import is_loopback
from engine.store.moves import Moves

_SUBJECT: Final = "Object store"
_PROBE: Final = b"Telefoon was here."
_PART: Final = slice(9, 12)
_ADVICE: Final = (
    "Check TELEFOON_RECORDING_STORE and the settings beside it, and what the access key may do in the bucket."
)
_VERSIONS: Final = "Suspend the bucket's versioning, or let a rule of its life cycle remove old versions."
_RIGHTS: Final = "It needs to list the bucket, to put, get and delete objects, and to list and abort uploads in parts."


async def check(settings: Settings, _running: RunningServer | None) -> Sequence[Finding]:
    """An object is put, a part of it read, and it is deleted again; nothing is sent to where nothing may go."""
    try:
        require_store_inside(settings, residency_of(settings))
        store = object_store_of(settings)
    except TelefoonError as error:
        return [Finding(_SUBJECT, False, str(error), _ADVICE)]
    if store is None:
        return [Finding(_SUBJECT, True, "none is set: recordings stay in the data folder"), *await _missed(settings)]
    try:
        await store.run(partial(_try, store))
        kept = await store.run(partial(_versions, store, sealed=settings.recording_encryption))
    except TelefoonError as error:
        return [Finding(_SUBJECT, False, str(error), f"{_ADVICE} {_RIGHTS}")]
    finally:
        store.close()
    where = f"{settings.recording_store} at {store.options.host}"
    return [
        Finding(_SUBJECT, True, f"{where} takes, gives and deletes recordings"),
        *kept,
        *_wire(settings),
        *await _waiting(settings),
    ]


async def _missed(settings: Settings) -> list[Finding]:
    async with opened(settings) as database:
        moves = None if database is None else Moves(database)
        there = 0 if moves is None else await moves.in_store() + len(await moves.waiting())
    detail = f"{there} recordings are in one, deleted ones among them, that can be neither read nor deleted now"
    return [Finding(_SUBJECT, False, detail, "Set TELEFOON_RECORDING_STORE again.")] if there else []


async def _waiting(settings: Settings) -> list[Finding]:
    async with opened(settings) as database:
        if database is None:
            return []
        moves = Moves(database)
        here, there = len(await moves.to_upload(settings.node)), len(await moves.waiting())
    detail = f"{here} recordings wait here to be uploaded, {there} there to be deleted"
    return [Finding(_SUBJECT, True, detail, "The log tells why: object_store_waits.")] if here or there else []


def _versions(store: ObjectStore, *, sealed: bool) -> list[Finding]:
    try:
        keeps = store.keeps_versions()
    except ObjectStoreError as error:
        return [Finding(_SUBJECT, True, f"whether the bucket keeps versions is not told: {error}", _VERSIONS)]
    if not keeps:
        return []
    what = "without their keys" if sealed else "and anybody who reads the bucket can hear them"
    return [Finding(_SUBJECT, sealed, f"the bucket keeps versions: deleted recordings stay in it, {what}", _VERSIONS)]


def _wire(settings: Settings) -> list[Finding]:
    endpoint = URL(settings.recording_store_endpoint)
    if endpoint.scheme != "http" or is_loopback(endpoint.host or ""):
        return []
    sealed = settings.recording_encryption
    return [Finding(_SUBJECT, sealed, f"what goes to {endpoint.host} is not encrypted on its way", "Use https.")]


def _try(store: ObjectStore) -> None:
    url = store.url_of(f"probe-{uuid4().hex}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "probe"
        file.write_bytes(_PROBE)
        content = ObjectContent(len(_PROBE), hashlib.sha256(_PROBE).hexdigest())
        try:
            store.put(file, url, content)
            if not store.holds(url, content) or store.read(url, _PART.start, _PART.stop - _PART.start) != _PROBE[_PART]:
                raise ObjectStoreError(
                    f"The object store at {store.options.host} gives something else than it was given."
                )
        finally:
            store.remove(url)
    if store.has(url):
        raise ObjectStoreError(f"The object store at {store.options.host} still gives what was deleted.")
