"""Data protection as the settings want it."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from api.node.periods import periods_of
from config.settings import Settings
from engine.errors import EgressDenied, SetupError
from engine.gdpr.node_cleaning import NodeCleaning
from engine.gdpr.requests import PersonsRequests
from engine.gdpr.sweeper import Sweeper
from engine.model.recording import Recording
from engine.ports import Clock
from engine.privacy.log_folder import LogFolder
from engine.recordings.object_storage.removal import Removal
from engine.recordings.recording_files import audio, discard
from engine.recordings.storage import RecordingStorage
from engine.security.egress import host_of
from engine.security.residency import Outside, Residency, load_store_hosts
from engine.store.stores import Stores
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


def discarding(
    stores: Stores, recording_storage: RecordingStorage, node: str, clock: Clock
) -> Callable[[Recording], Awaitable[None]]:
    """Deletes a recording with its files."""

    async def discard_now(row: Recording) -> None:
        await discard(row, stores.recordings, recording_storage, node, clock.now())

    return discard_now


def cleaning(stores: Stores, settings: Settings, clock: Clock, recording_storage: RecordingStorage) -> NodeCleaning:
    """Deletes on this node's disk what other nodes have erased."""
    return NodeCleaning(
        stores.node_duties, settings.node, clock, recordings=recording_storage.folder, caches=_caches(settings)
    )


def _caches(settings: Settings) -> tuple[Path, ...]:
    return (settings.data_dir / "media-cache", settings.data_dir / "prompts-cache")


def sweeper(stores: Stores, settings: Settings, clock: Clock, recording_storage: RecordingStorage) -> Sweeper:
    """Removes what this node has kept for as long as the settings and the accounts say."""
    return Sweeper(
        stores.retention,
        stores.accounts,
        stores.audit,
        clock,
        periods=periods_of(settings),
        node=settings.node,
        discard=discarding(stores, recording_storage, settings.node, clock),
        months=stores.months,
        logs=LogFolder(settings.log_folder) if settings.log_folder else None,
        as_logs=(stores.refusals, stores.trunk_events),
        leases=stores.leases,
    )


def persons_requests(
    stores: Stores,
    settings: Settings,
    clock: Clock,
    recording_storage: RecordingStorage,
    settle: Callable[[], Awaitable[None]] | None = None,
) -> PersonsRequests:
    """What may be asked of this node; `settle` waits for what it has still to write."""
    return PersonsRequests(
        stores.database,
        stores.subjects,
        stores.audit,
        stores.pseudonyms,
        clock,
        node=settings.node,
        audio=partial(audio, recording_storage=recording_storage),
        discard=discarding(stores, recording_storage, settings.node, clock),
        duties=stores.node_duties,
        settle_objects=Removal(stores.moves, recording_storage.store, clock).settle,
        caches=_caches(settings),
        settle=settle,
    )
