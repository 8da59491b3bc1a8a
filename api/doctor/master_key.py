"""Whether the key that recordings are sealed with is at hand."""

from collections.abc import Sequence
from typing import Final

from api.doctor.database import opened
from api.doctor.finding import Finding
from api.doctor.server import RunningServer
from api.node.recordings import master_key
from config.settings import Settings
from engine.errors import MasterKeyMissing, SetupError, StoreError
from engine.store.account_keys import AccountKeys

_SUBJECT: Final = "Master key"
_ADVICE: Final = (
    "Without it nothing is recorded, and no sealed recording can be opened. Check TELEFOON_RECORDING_MASTER_KEY."
)


async def check(settings: Settings, _running: RunningServer | None) -> Sequence[Finding]:
    """Asks for its name; one that is to be made at the first start is not made."""
    if not settings.recording_encryption:
        return [Finding(_SUBJECT, True, "recordings are not sealed")]
    try:
        name = await master_key(settings).current()
    except MasterKeyMissing as missing:
        if await _something_is_sealed(settings):
            return [_fault(missing)]
        return [Finding(_SUBJECT, True, "it will be made at the first start")]
    except SetupError as error:
        return [_fault(error)]
    return [Finding(_SUBJECT, True, f"{name} is at hand")]


def _fault(error: SetupError) -> Finding:
    return Finding(_SUBJECT, False, str(error), _ADVICE)


async def _something_is_sealed(settings: Settings) -> bool:
    async with opened(settings) as database:
        try:
            return database is not None and bool(await AccountKeys(database).all())
        except StoreError:
            return False  # the check of the database says what is wrong with it
