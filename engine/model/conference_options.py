"""Options of a conference: plain values, chosen by who makes it."""

from dataclasses import dataclass
from enum import StrEnum


class Announces(StrEnum):
    """Announcements that somebody comes or goes, beside the tone."""

    NOTHING = "none"
    COMING = "coming"
    NAMES = "names"


class RecordedTracks(StrEnum):
    """The tracks of a recorded room: the mix, or also a file for each participant, aligned with the mix."""

    MIX = "mix"
    PARTICIPANTS = "participants"


@dataclass(frozen=True, slots=True)
class RoomOptions:
    """Options of a room: how it receives people and sounds.

    `language` is that of its announcements (BCP 47), each call's own where None. With `wait_for_moderator` only a
    moderator begins it. `roll_call`: who comes in is told how many are there. `key_commands`: keys do something.
    The sounds are URLs, played in place of the tone. `sample_rate` is the highest in Hz at which it mixes. While it is
    recorded a tone is heard every `recording_beep` seconds; 0 is never, None as is set.
    """

    language: str | None = None
    wait_for_moderator: bool = False
    announce: Announces = Announces.NOTHING
    roll_call: bool = False
    key_commands: bool = False
    enter_sound: str | None = None
    exit_sound: str | None = None
    sample_rate: int = 16_000
    automatic_gain: bool = False
    denoise: bool = False
    recorded_tracks: RecordedTracks = RecordedTracks.MIX
    recording_beep: int | None = None


SAMPLE_RATES = (8_000, 16_000, 48_000)
PIN_PATTERN = r"[0-9]{4,12}"
"""Four digits at least: each caller has few tries (engine/security/pins.py)."""
