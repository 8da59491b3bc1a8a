"""The checks of `telefoon doctor`, one subject a file; each says what to do about what it finds."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final

from api.doctor import (
    beginning,
    capacity,
    database,
    disk,
    handles,
    http_certificate,
    library,
    master_key,
    object_store,
    other_trunks,
    pepper,
    ports,
    recogniser,
    residency,
    server,
    trunk,
    voices,
)
from api.doctor.finding import Finding
from config.settings import Settings

Check = Callable[[Settings, server.RunningServer | None], Awaitable[Sequence[Finding]]]

CHECKS: Final[Sequence[Check]] = (
    library.check,
    ports.check,
    beginning.check,
    http_certificate.check,
    database.check,
    pepper.check,
    master_key.check,
    voices.check,
    recogniser.check,
    trunk.check,
    other_trunks.check,
    residency.check,
    object_store.check,
    disk.check,
    handles.check,
    capacity.check,
)


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Every finding, as soon as it is made."""
    running = await server.find(settings)
    for check in CHECKS:
        for finding in await check(settings, running):
            yield finding
