"""What is withheld from recordings is so until the last reason is gone."""

from engine.live.recording.exclusion import Withheld
from engine.ports import Heard, LegId, Said


def test_a_source_is_withheld_as_long_as_there_is_a_reason() -> None:
    withheld, said = Withheld(), Said(LegId(1))
    withheld.add([said, Heard(LegId(2))])
    withheld.add([said])

    withheld.remove([said, Heard(LegId(2))])
    assert said in withheld
    assert Heard(LegId(2)) not in withheld

    withheld.remove([said])
    assert said not in withheld
