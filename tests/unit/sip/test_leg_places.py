"""Dialogs that change places: what one does to its media is done to the leg in whose place it is by then."""

from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from engine.ports import LegId
from sip.media.connections import MediaConnections
from sip.media.leg_places import LegPlaces

DIALOGS = [LegId(number) for number in range(1, 6)]
STEPS = st.lists(st.lists(st.sampled_from(DIALOGS), min_size=2, max_size=2, unique=True))


class NotedMedia:
    """Notes which legs were dropped and which have changed their media."""

    def __init__(self) -> None:
        self.dropped: list[LegId] = []
        self.exchanged: list[tuple[LegId, LegId]] = []

    def drop_leg(self, leg: LegId) -> None:
        self.dropped.append(leg)

    def exchange(self, one: LegId, other: LegId) -> None:
        self.exchanged.append((one, other))


def noted() -> tuple[NotedMedia, LegPlaces]:
    media = NotedMedia()
    return media, LegPlaces(cast(MediaConnections, media))


def test_a_dialog_is_its_own_leg() -> None:
    media, places = noted()

    places.drop_leg(LegId(3))

    assert media.dropped == [3]


@given(STEPS)
def test_each_dialog_is_one_leg_however_often_they_change_places(steps: list[list[LegId]]) -> None:
    media, places = noted()
    leg_of = {dialog: dialog for dialog in DIALOGS}

    for one, other in steps:
        places.exchange(one, other)
        assert media.exchanged[-1] == (leg_of[one], leg_of[other])
        leg_of[one], leg_of[other] = leg_of[other], leg_of[one]
    for dialog in DIALOGS:
        places.drop_leg(dialog)

    assert media.dropped == [leg_of[dialog] for dialog in DIALOGS]


def test_a_number_that_is_used_again_is_its_own_leg_again() -> None:
    media, places = noted()

    places.exchange(LegId(1), LegId(2))
    places.drop_leg(LegId(1))
    places.drop_leg(LegId(1))

    assert media.dropped == [2, 1]
