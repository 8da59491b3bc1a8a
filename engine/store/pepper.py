"""The pepper of a node, which must be the one that its database's keys were hashed with."""

from pathlib import Path
from typing import Final

from sqlalchemy import select

from engine.errors import SetupError
from engine.security.secrets import PEPPER_FILE, load_pepper
from engine.store.database import Database
from engine.store.tables.accounts import api_keys

ADVICE: Final = (
    "Copy it from a backup, or from another node that has this database. If it is lost for good, write another "
    "(head -c 32 /dev/urandom > pepper; chmod 600 pepper) and make new keys: nothing opens the old ones without it."
)


async def pepper_of(database: Database, data_dir: Path) -> bytes:
    """The data folder's, made at the first start. Raises SetupError where keys are in use and it is not there."""
    if await is_lost(database, data_dir):
        raise SetupError(f"{data_dir / PEPPER_FILE} is missing, and the database has API keys hashed with it. {ADVICE}")
    return load_pepper(data_dir)


async def is_lost(database: Database, data_dir: Path) -> bool:
    """Whether a new one would make every key in use worthless without a word."""
    if (data_dir / PEPPER_FILE).exists():
        return False
    return bool(await database.rows(select(api_keys.c.id).where(api_keys.c.revoked_at.is_(None)).limit(1)))
