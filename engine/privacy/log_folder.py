"""Logs in a folder, one file a day (UTC), and which of them are due. What writes them is api/logging/log_files.py."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

CURRENT: Final = "telefoon.log"


class LogFolder:
    """The folder of log files: `telefoon.log` is today's, `telefoon.log.2026-11-25` is of a day that is over."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def current(self) -> Path:
        """The file that lines go to."""
        return self.path / CURRENT

    def due(self, before: datetime) -> Sequence[Path]:
        """The files of days that were over at this moment, the oldest first. Raises OSError."""
        days = ((_day_of(path), path) for path in self.path.glob(f"{CURRENT}.*"))
        last = before.astimezone(UTC).date()
        return [path for day, path in sorted((day, path) for day, path in days if day is not None and day < last)]

    def remove(self, before: datetime) -> int:
        """Delete those; how many. Raises OSError."""
        due = self.due(before)
        for path in due:
            path.unlink(missing_ok=True)
        return len(due)


def _day_of(path: Path) -> date | None:
    try:
        return date.fromisoformat(path.name.removeprefix(f"{CURRENT}."))
    except ValueError:
        return None
