"""Whether the operator has turned MBROLA's voices on: their licence is his to weigh, so nothing else does."""

from datetime import datetime
from pathlib import Path
from typing import Final

from engine.errors import SetupError

CONDITION: Final = (
    "MBROLA's voices may be used for synthesizing speech with and only with the Mbrola program. They may be given\n"
    "on for nothing, with their notice; they may not be sold, or be part of a product that is sold, without the\n"
    "permission of their owner. They are no part of Telefoon. The whole text is in /usr/share/doc/mbrola-nl2/copyright"
)
_FILE: Final = "mbrola"


class MbrolaSwitch:
    """A file in the folder of added voices, which is there while the engine is on."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / _FILE

    def is_on(self) -> bool:
        return self._file.exists()

    def turn_on(self, at: datetime) -> None:
        """The file tells since when, and the condition that was shown. Raises SetupError."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(
                f"Turned on at {at.isoformat(timespec='seconds')}.\n\n{CONDITION}\n", encoding="utf-8"
            )
        except OSError as error:
            raise SetupError(f"{self._file} can't be written: {error.strerror}.") from error

    def turn_off(self) -> None:
        """Nothing happens where it is off."""
        self._file.unlink(missing_ok=True)
