"""When a far end that should send media has given no sign of life for too long. Pure: the time is handed in."""

from typing import Final

from config.codecs import codec_named

SPARSE_PATIENCE: Final = 4
"""How many times as long a far end may be silent whose codec lets it send nothing while nobody speaks."""


class RtpTimeout:
    """Looks at one leg's count of RTP packets and RTCP reports every now and then. On the SIP thread."""

    def __init__(self, longest_s: float) -> None:
        """`longest_s` is how long the far end may be silent; 0 is for ever."""
        self._allowed_s = longest_s
        self._longest_s = 0.0
        self._life = 0
        self._since_s: float | None = None

    def begin(self, codec: str) -> None:
        """The far end has said that it sends, from now on and in this codec."""
        self._longest_s = self._allowed_s * (SPARSE_PATIENCE if codec_named(codec).may_be_silent else 1)
        self._since_s = None

    def end(self) -> None:
        """Wait no longer for a far end that said that it does not send, or that it holds the line."""
        self._longest_s = 0.0

    def look(self, life: int, now_s: float) -> float | None:
        """How long it has been silent, in seconds, as soon as that is too long; this is told once."""
        if not self._longest_s:
            return None
        if self._since_s is None or life != self._life:
            self._life, self._since_s = life, now_s
        silent_s = now_s - self._since_s
        if silent_s < self._longest_s:
            return None
        self.end()
        return silent_s
