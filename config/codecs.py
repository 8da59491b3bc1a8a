"""Every codec that Telefoon speaks: one row each, the best first. Whoever knows a codec by its name asks here."""

from dataclasses import dataclass
from typing import Final

_NARROWBAND_HZ: Final = 8000


@dataclass(frozen=True, slots=True)
class Impairment:
    """A codec's impairment by the E-model: without loss (`ie`), and how well it bears random loss (`bpl`)."""

    ie: float
    bpl: float


_CONCEALED_G711: Final = Impairment(0.0, 25.1)
"""G.711 whose losses are concealed, as ours are (ITU-T G.113 table I.4)."""


@dataclass(frozen=True, slots=True)
class Codec:
    """`name` as in session descriptions (RFC 8866; upper or lower case is the same), `audio_hz` the rate of its sound.

    `impairment` is of ITU-T G.113 appendix I; codecs that have none on the narrowband scale are taken for G.711. With
    one that `may_be_silent` a far end may have agreed to send nothing while nobody speaks, not even RTCP.
    """

    name: str
    audio_hz: int
    impairment: Impairment = _CONCEALED_G711
    may_be_silent: bool = False

    @property
    def wideband(self) -> bool:
        """Whether it carries more than a telephone of old."""
        return self.audio_hz > _NARROWBAND_HZ


CODECS: Final[tuple[Codec, ...]] = (
    Codec("opus", 48000),  # RFC 7587
    Codec("G722", 16000),  # session descriptions say 8000, by an error that stays (RFC 3551 §4.5.2)
    Codec("PCMA", 8000),
    Codec("PCMU", 8000),
    Codec("G729", 8000, Impairment(11.0, 19.0), may_be_silent=True),  # annex B
)

PREFERENCE: Final[tuple[str, ...]] = tuple(codec.name for codec in CODECS)
"""All names, the best first."""

BETWEEN_ROOMS: Final[tuple[str, ...]] = ("G722", "opus", "PCMA", "PCMU")
"""What two nodes link their rooms in, the best first: as wide as most rooms are, at the least cost."""


def codec_named(name: str) -> Codec:
    """The codec of this name; one that we don't speak is taken for another like G.711."""
    return next((codec for codec in CODECS if codec.name.lower() == name.lower()), Codec(name, _NARROWBAND_HZ))
