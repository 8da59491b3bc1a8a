"""Whether there is room for recordings, and the right to write them."""

import os
import shutil
from collections.abc import Sequence
from typing import Final

from api.doctor.database import nearest
from api.doctor.finding import Finding
from api.doctor.server import RunningServer
from config.settings import Settings

LEAST_BYTES: Final = 1_000_000_000
RECORDING_BYTES_PER_HOUR: Final = 2 * 2 * 16_000 * 3600  # two channels of 16 bits at 16 kHz
_GIGA: Final = 1_000_000_000


async def check(settings: Settings, _running: RunningServer | None) -> Sequence[Finding]:
    """The file system of the data folder."""
    folder = nearest(settings.data_dir)
    if not os.access(folder, os.W_OK | os.X_OK):
        return [
            Finding("Disk", False, f"{folder} is not writable", "Give this user the right, or set TELEFOON_DATA_DIR.")
        ]
    free = shutil.disk_usage(folder).free
    hours = free // RECORDING_BYTES_PER_HOUR
    detail = f"{free / _GIGA:.1f} GB free at {folder.resolve()}: {hours} hours of recorded calls"
    advice = f"Make room for {LEAST_BYTES / _GIGA:.0f} GB at least, or set TELEFOON_DATA_DIR to another disk."
    return [Finding("Disk", free >= LEAST_BYTES, detail, "" if free >= LEAST_BYTES else advice)]
