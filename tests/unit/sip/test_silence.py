"""How long a far end may be silent."""

from sip.media.rtp_timeout import SPARSE_PATIENCE, RtpTimeout


def vigil(codec: str = "PCMA", longest_s: float = 10.0) -> RtpTimeout:
    made = RtpTimeout(longest_s)
    made.begin(codec)
    return made


def test_silence_counts_from_the_last_sign_of_life_and_is_told_once() -> None:
    watched = vigil()

    assert watched.look(5, 100.0) is None
    assert watched.look(6, 109.0) is None
    assert watched.look(6, 118.9) is None
    assert watched.look(6, 119.5) == 10.5
    assert watched.look(6, 200.0) is None


def test_who_holds_the_line_may_be_silent_until_it_takes_it_up_again() -> None:
    watched = vigil()
    watched.look(5, 0.0)
    watched.end()

    assert watched.look(5, 1000.0) is None
    watched.begin("PCMA")
    assert watched.look(5, 1001.0) is None
    assert watched.look(5, 1011.0) == 10.0


def test_nobody_is_lost_where_silence_may_last_for_ever() -> None:
    watched = vigil(longest_s=0)

    watched.look(5, 0.0)
    assert watched.look(5, 100000.0) is None


def test_a_codec_with_silence_suppression_is_given_longer() -> None:
    watched = vigil("G729")

    watched.look(5, 0.0)
    assert watched.look(5, 10.0 * SPARSE_PATIENCE - 1) is None
    assert watched.look(5, 10.0 * SPARSE_PATIENCE) is not None
