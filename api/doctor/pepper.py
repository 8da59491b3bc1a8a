"""Whether the secret that API keys are hashed with is there."""

from collections.abc import Sequence
from typing import Final

from api.doctor.database import opened
from api.doctor.finding import Finding
from api.doctor.server import RunningServer
from config.settings import Settings
from engine.errors import SetupError, StoreError
from engine.security.secrets import PEPPER_FILE, load_pepper
from engine.store.pepper import ADVICE, is_lost

_SUBJECT: Final = "Pepper"


async def check(settings: Settings, _running: RunningServer | None) -> Sequence[Finding]:
    """One that is to be made at the first start is not made."""
    path = settings.data_dir / PEPPER_FILE
    try:
        if path.exists():
            load_pepper(settings.data_dir)
            return [Finding(_SUBJECT, True, f"{path} is there; have a backup of it")]
        async with opened(settings) as database:
            if database is not None and await is_lost(database, settings.data_dir):
                return [Finding(_SUBJECT, False, f"{path} is missing, and API keys are hashed with it", ADVICE)]
    except SetupError as error:
        return [Finding(_SUBJECT, False, str(error), ADVICE)]
    except StoreError:
        return []  # the check of the database says what is wrong with it
    return [Finding(_SUBJECT, True, "it will be made at the first start")]
