"""Data protection as the settings want it."""

from collections.abc import Awaitable, Callable
from functools import partial

from api.node.periods import periods_of
from config.settings import Settings
from engine.errors import EgressDenied, SetupError
from engine.gdpr.requests import PersonsRequests
from engine.gdpr.sweeper import Sweeper
from engine.model.recording import Recording
from engine.ports import Clock
from engine.privacy.log_folder import LogFolder
from engine.privacy.pseudonym import Pseudonyms
from engine.recordings.object_storage.removal import Removal
from engine.recordings.recording_files import audio, discard
from engine.recordings.storage import RecordingStorage
from engine.security.egress import host_of
from engine.security.residency import Outside, Residency, load_store_hosts
from engine.store import Accounts, Audit, Database, Moves, Recordings
from engine.store.retention import Retention
from engine.store.subjects import Subjects
from engine.webhooks.payloads.discretion import Discretion


def discretion_of(settings: Settings) -> Discretion:
    """What of a call's content is written down."""
    return Discretion(settings.keep_digits, settings.keep_spoken_text, settings.keep_webhook_bodies)


def residency_of(settings: Settings) -> Residency:
    """Where data may go."""
    countries = {**load_store_hosts(), **settings.target_countries}
    return Residency(frozenset(settings.allowed_countries), countries, Outside(settings.outside))


def require_trunk_inside(settings: Settings, residency: Residency) -> None:
    """Calls' sound goes there. Raises SetupError."""
    for name, uri in (("TRUNK", settings.trunk), ("REGISTRAR", settings.registrar)):
        try:
            if uri is not None:
                residency.check(host_of(uri))
        except EgressDenied as denied:
            raise SetupError(
                f"TELEFOON_{name}: {denied} Say where it is in TELEFOON_TARGET_COUNTRIES, or set TELEFOON_OUTSIDE=warn."
            ) from None


def discarding(database: Database, shelf: RecordingStorage) -> Callable[[Recording], Awaitable[None]]:
    """Deletes a recording with its files."""
    return partial(discard, rows=Recordings(database), shelf=shelf)


def sweeper(database: Database, settings: Settings, pepper: bytes, clock: Clock, shelf: RecordingStorage) -> Sweeper:
    """Of this node."""
    return Sweeper(
        Retention(database, Pseudonyms(pepper)),
        Accounts(database, pepper),
        Audit(database),
        clock,
        periods=periods_of(settings),
        node=settings.node,
        discard=discarding(database, shelf),
        logs=LogFolder(settings.log_folder) if settings.log_folder else None,
    )


def persons_requests(
    database: Database,
    settings: Settings,
    pepper: bytes,
    clock: Clock,
    shelf: RecordingStorage,
    settle: Callable[[], Awaitable[None]] | None = None,
) -> PersonsRequests:
    """What may be asked of this node; `settle` waits for what it has still to write."""
    pseudonyms = Pseudonyms(pepper)
    return PersonsRequests(
        database,
        Subjects(database, pseudonyms),
        Audit(database),
        pseudonyms,
        clock,
        node=settings.node,
        audio=partial(audio, shelf=shelf),
        discard=discarding(database, shelf),
        settle_objects=Removal(Moves(database), shelf.store, clock).settle,
        caches=(settings.data_dir / "media-cache", settings.data_dir / "prompts-cache"),
        settle=settle,
    )
