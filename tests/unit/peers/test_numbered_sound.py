"""The ear of numbered sound finds each sample that is lost, doubled, swapped or made up, wherever frames are cut."""

import pytest

from tests.peers.g711 import PCMA, PCMU
from tests.peers.numbered_sound import FRAME, Form, NumberedEar, NumberedVoice, in_pieces

VOICE = NumberedVoice(7, PCMA)
FORMS = [Form(said_in, law) for said_in in (PCMA, PCMU) for law in (PCMA, PCMU, None)]


def said(*numbers: int) -> bytes:
    return b"".join(VOICE.frame(number) for number in numbers)


def ear_of(coded: bytes, piece: int = FRAME) -> NumberedEar:
    """An ear that was given this in pieces."""
    ear = NumberedEar(Form(PCMA, PCMA))
    for at in range(0, len(coded), piece):
        ear.take(coded[at : at + piece])
    return ear


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.said_in.name} as {form.law and form.law.name}")
def test_what_was_said_is_understood_in_every_form_and_however_it_is_cut(form: Form) -> None:
    voice, ear = NumberedVoice(0x81, form.said_in), NumberedEar(form)

    for piece in in_pieces(voice, form, 70_000, 500):
        ear.take(piece)

    assert ear.exact
    assert (ear.speaker, ear.first, ear.last, ear.frames) == (0x81, 70_000, 70_499, 500)


def test_what_comes_before_the_first_frame_and_a_part_of_one_behind_the_last_are_no_fault() -> None:
    ear = ear_of(b"\xd5" * 203 + said(4, 5, 6) + said(7)[:50])

    assert ear.exact
    assert (ear.before, ear.first, ear.last, ear.left_over) == (203, 4, 6, 50)


@pytest.mark.parametrize(
    ("coded", "lost", "doubled", "strange"),
    [
        (said(1, 2, 4, 5), FRAME, 0, 0),
        (said(1, 2, 2, 3), 0, FRAME, 0),
        (said(1, 2) + said(3)[80:] + said(4), 80, 0, 80),
        (said(1, 2) + b"\xd5" * 40 + said(3), 0, 40, 40),
        (said(1, 2) + b"\xd5" * FRAME + said(4), 0, 0, FRAME),
        (said(1, 3, 2, 4), FRAME * 2, FRAME * 2, 0),
    ],
    ids=["a frame lost", "a frame doubled", "half of one lost", "40 put in", "one made up", "two swapped"],
)
def test_each_sample_that_is_wrong_is_counted(coded: bytes, lost: int, doubled: int, strange: int) -> None:
    for piece in (1, 37, FRAME, len(coded)):
        ear = ear_of(coded, piece)

        assert not ear.exact
        assert (ear.lost, ear.doubled, ear.strange) == (lost, doubled, strange)
        assert ear.faults


def test_another_speaker_is_nobody() -> None:
    ear = ear_of(said(1, 2) + NumberedVoice(8, PCMA).frame(3) + said(3))

    assert (ear.strange, ear.doubled, ear.last) == (FRAME, FRAME, 3)
