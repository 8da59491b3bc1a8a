"""Who hears whom and what on a bridge without a media library."""

import pytest

from engine.ports import Attendance, Ear, Everyone, Heard, LegId, Played, PlayerId, RoomId, Said
from engine.testing.mix import Audible, Mix, MixedVoice, Playing
from engine.testing.sounds import Sound
from engine.testing.voices import frames_of, prompt_bit, sample_of, seconds_with, voice_bit

ONE, TWO, THREE = LegId(1), LegId(2), LegId(3)
ROOM = RoomId(9)
MUSIC = Sound("music", 10.0)


@pytest.fixture
def mix() -> Mix:
    """Three far ends that talk."""
    return Mix(legs={ONE, TWO, THREE}, talking={ONE, TWO, THREE})


def test_a_far_end_hears_whom_it_is_wired_to_and_not_itself(mix: Mix) -> None:
    mix.connect(Said(ONE), Ear(TWO))

    assert mix.heard_by(TWO) == {MixedVoice(ONE)}
    assert mix.heard_by(ONE) == frozenset()


def test_who_is_muted_or_silent_or_gone_is_not_heard(mix: Mix) -> None:
    for leg in (ONE, TWO):
        mix.connect(Said(leg), Ear(THREE))
    mix.muted.add(ONE)
    mix.talking.discard(TWO)
    assert mix.heard_by(THREE) == frozenset()

    mix.muted.discard(ONE)
    mix.drop_leg(ONE)
    assert mix.heard_by(THREE) == frozenset()


def test_on_hold_only_what_is_played_is_heard(mix: Mix) -> None:
    mix.playing[PlayerId(7)] = MUSIC
    mix.connect(Said(ONE), Ear(TWO))
    mix.connect(Played(PlayerId(7)), Ear(TWO))
    mix.held.add(TWO)

    assert mix.heard_by(TWO) == {Playing(PlayerId(7), MUSIC)}


def test_all_in_a_room_hear_each_other_and_what_is_played_to_everyone(mix: Mix) -> None:
    mix.playing[PlayerId(7)] = MUSIC
    mix.connect(Played(PlayerId(7)), Everyone(ROOM))
    for leg in (ONE, TWO):
        mix.place(leg, ROOM, Attendance())

    assert mix.heard_by(ONE) == {MixedVoice(TWO), Playing(PlayerId(7), MUSIC)}
    assert mix.heard_by(THREE) == frozenset()


def test_a_coach_is_heard_by_the_coached_alone(mix: Mix) -> None:
    mix.place(ONE, ROOM, Attendance())
    mix.place(TWO, ROOM, Attendance())
    mix.place(THREE, ROOM, Attendance(coaches=ONE))

    assert MixedVoice(THREE) in mix.heard_by(ONE)
    assert MixedVoice(THREE) not in mix.heard_by(TWO)


def test_what_somebody_hears_can_be_heard_with_it(mix: Mix) -> None:
    mix.connect(Said(ONE), Ear(TWO))

    assert mix.heard_from(Heard(TWO)) == {MixedVoice(ONE)}


def test_a_voice_and_a_prompt_are_told_apart_in_what_is_recorded() -> None:
    sounding: list[Audible] = [MixedVoice(ONE), Playing(PlayerId(7), MUSIC)]
    pcm = frames_of([sample_of(sounding), sample_of([MixedVoice(TWO)])], 8000) + frames_of([0, 0], 4000)

    def seconds(bit: int, channel: int | None = None) -> float:
        return seconds_with(pcm, bit, channels=2, rate_hz=8000, channel=channel)

    assert (seconds(voice_bit(ONE)), seconds(prompt_bit()), seconds(voice_bit(THREE))) == (1.0, 1.0, 0.0)
    assert (seconds(voice_bit(TWO), channel=0), seconds(voice_bit(TWO), channel=1)) == (0.0, 1.0)
