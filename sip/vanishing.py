"""Notices a dialog that the library has no more and has told nothing of, as after answers that made no sense to it."""

from dataclasses import dataclass
from typing import Final

VANISHED_S: Final = 90.0
"""Longer than INVITE and BYE that nobody answers may last one after the other (64 * T1 each, RFC 3261 §17.1)."""


@dataclass(slots=True)
class Vanishing:
    """How long the library has not had a dialog."""

    patience_s: float = VANISHED_S
    _since_s: float | None = None

    def has_vanished(self, now_s: float, *, is_active: bool) -> bool:
        """Whether it has been away for so long that nothing will be told of it any more; to be asked once a second."""
        if is_active:
            self._since_s = None
        elif self._since_s is None:
            self._since_s = now_s
        return self._since_s is not None and now_s - self._since_s >= self.patience_s
