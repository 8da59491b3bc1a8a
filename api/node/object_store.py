"""The object store that recordings move to, as the settings have it."""

from pathlib import Path
from typing import Final

from yarl import URL

from api.node.background import Loop
from config.recordings import LOCAL
from config.settings import Settings
from engine.errors import EgressDenied, SetupError
from engine.ports import Clock
from engine.recordings.object_storage.mover import Mover
from engine.recordings.object_storage.removal import Removal
from engine.recordings.object_storage.store import ObjectStore, StoreOptions
from engine.recordings.storage import RecordingStorage
from engine.security.private_file import require_private
from engine.security.residency import Residency
from engine.store.moves import Moves

_AMAZON: Final = "https://s3.{region}.amazonaws.com"
_MEGA: Final = 1024 * 1024


def endpoint_of(settings: Settings) -> str | None:
    """Its URL; None without an object store."""
    if settings.recording_store == LOCAL:
        return None
    return settings.recording_store_endpoint or _AMAZON.format(region=settings.recording_store_region)


def object_store_of(settings: Settings) -> ObjectStore | None:
    """Nothing is asked of it yet. Raises SetupError where its secret can't be read."""
    endpoint = endpoint_of(settings)
    if endpoint is None:
        return None
    bucket, _, prefix = settings.recording_store.removeprefix("s3://").partition("/")
    options = StoreOptions(
        bucket=bucket,
        prefix=prefix.strip("/"),
        endpoint=endpoint,
        region=settings.recording_store_region,
        access_key=settings.recording_store_access_key,
        secret=_secret(settings),
        path_style=settings.recording_store_path_style,
        part_bytes=settings.recording_store_part_mb * _MEGA,
    )
    return ObjectStore(options)


def require_store_inside(settings: Settings, residency: Residency) -> None:
    """Recordings go there. Raises SetupError."""
    endpoint = endpoint_of(settings)
    if endpoint is None:
        return
    try:
        residency.check(host_of_endpoint(endpoint))
    except EgressDenied as denied:
        raise SetupError(
            f"TELEFOON_RECORDING_STORE: {denied} Use a region inside, or say where it is in TELEFOON_TARGET_COUNTRIES, "
            "or set TELEFOON_OUTSIDE=warn."
        ) from None


def host_of_endpoint(endpoint: str) -> str:
    """Without its port."""
    return URL(endpoint).host or endpoint


def movers(settings: Settings, moves: Moves, recording_storage: RecordingStorage, clock: Clock) -> dict[str, Loop]:
    """What carries recordings to the store for as long as the node runs; nothing without a store."""
    if recording_storage.store is None:
        return {}
    removal = Removal(moves, recording_storage.store, clock)
    return {
        "object store": Mover(
            recording_storage.folder, recording_storage.store, moves, removal, clock, node=settings.node
        ).run
    }


def _secret(settings: Settings) -> str:
    if settings.recording_store_secret is not None:
        return settings.recording_store_secret.get_secret_value()
    path = settings.recording_store_secret_file or Path()
    try:
        require_private(path)
        return path.read_text().strip()
    except OSError as error:
        raise SetupError(f"TELEFOON_RECORDING_STORE_SECRET_FILE: {path} can't be read: {error.strerror}.") from None
