"""Whether the database can be opened and asked."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from api.doctor.finding import Finding
from api.doctor.server import RunningServer
from config.settings import Settings
from engine.errors import TelefoonError
from engine.store.database import Database

SUBJECT = "Database"
ADVICE = "Check TELEFOON_DATABASE_URL, and that the database runs and lets this user in."


async def check(settings: Settings, running: RunningServer | None) -> Sequence[Finding]:
    """Asks who has it open; or opens it, where an SQLite file that is not there yet is not made."""
    told = running.checks.get("database", {}) if running is not None else {}
    if told.get("ok") is False:
        return [Finding(SUBJECT, False, f"the running server says: {told.get('detail')}", ADVICE)]
    file = sqlite_file(settings.database)
    if file is not None and not file.exists():
        return [_absent(file)]
    try:
        database = await _opened(settings)
        try:
            await database.ping()
        finally:
            await database.close()
    except TelefoonError as error:
        return [Finding(SUBJECT, False, str(error), ADVICE)]
    return [Finding(SUBJECT, True, f"{_shown(settings.database)} answers")]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database | None]:
    """Open the database for other checks; None where there is none or it can't be opened, which its own check tells."""
    file = sqlite_file(settings.database)
    try:
        database = None if file is not None and not file.exists() else await _opened(settings)
    except TelefoonError:
        database = None
    try:
        yield database
    finally:
        if database is not None:
            await database.close()


async def _opened(settings: Settings) -> Database:
    return await Database.open(settings.database, listen_url=settings.database_listen_url)


def _absent(file: Path) -> Finding:
    folder = nearest(file.parent)
    if os.access(folder, os.W_OK | os.X_OK):
        return Finding(SUBJECT, True, f"{file} will be made at the first start")
    advice = "Give this user the right to write there, or set TELEFOON_DATA_DIR or TELEFOON_DATABASE_URL."
    return Finding(SUBJECT, False, f"{file} can't be made: {folder} is not writable", advice)


def nearest(folder: Path) -> Path:
    """The folder itself, or the first one above that exists."""
    return next(each for each in (folder, *folder.resolve().parents) if each.exists())


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database; None for another, and for no URL."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return None
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def _shown(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)
