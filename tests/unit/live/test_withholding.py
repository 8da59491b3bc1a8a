"""What is withheld from whatever listens is so until the last reason is gone."""

from collections.abc import Sequence

from engine.live.recording.exclusion import Withheld
from engine.ports import Heard, LegId, Said, Source


async def test_a_source_is_withheld_as_long_as_there_is_a_reason() -> None:
    withheld, said = Withheld(), Said(LegId(1))
    await withheld.add([said, Heard(LegId(2))])
    await withheld.add([said])

    await withheld.remove([said, Heard(LegId(2))])
    assert said in withheld
    assert Heard(LegId(2)) not in withheld

    await withheld.remove([said])
    assert said not in withheld


async def test_a_hushed_leg_is_withheld_both_ways_and_who_listens_is_told_of_each_change() -> None:
    withheld, both, told = Withheld(), (Said(LegId(1)), Heard(LegId(1))), []

    async def change(sources: Sequence[Source]) -> None:
        told.append((tuple(sources), [each in withheld for each in both]))

    withheld.tell(change)
    await withheld.hush(LegId(1), hushed=True)
    await withheld.hush(LegId(1), hushed=False)

    assert told == [(both, [True, True]), (both, [False, False])]
