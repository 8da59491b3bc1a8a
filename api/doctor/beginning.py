"""Faults that a start can foresee (api/node/cautions.py)."""

from collections.abc import Sequence

from api.doctor.database import opened
from api.doctor.finding import Finding
from api.doctor.server import RunningServer
from api.node.cautions import cautions
from config.settings import Settings
from engine.store.numbers import Numbers

_SUBJECT = "Settings"


async def check(settings: Settings, _running: RunningServer | None) -> Sequence[Finding]:
    """A finding for each caution: none of them stops a start."""
    async with opened(settings) as database:
        urls = await Numbers(database).webhooks() if database is not None else []
    found = [Finding(_SUBJECT, True, each) for each in cautions(settings, urls)]
    return found or [Finding(_SUBJECT, True, "nothing speaks against a start")]
