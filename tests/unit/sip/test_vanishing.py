"""How long a dialog may be unknown to the library before it counts as ended."""

from sip.vanishing import Vanishing


def test_it_has_vanished_once_it_has_been_away_for_long_enough_without_a_break() -> None:
    vanishing = Vanishing(patience_s=10.0)

    assert not vanishing.has_vanished(0.0, is_active=False)
    assert not vanishing.has_vanished(9.0, is_active=False)
    assert not vanishing.has_vanished(11.0, is_active=True)
    assert not vanishing.has_vanished(12.0, is_active=False)
    assert not vanishing.has_vanished(21.0, is_active=False)
    assert vanishing.has_vanished(22.0, is_active=False)
