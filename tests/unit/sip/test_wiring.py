"""Who hears whom, as plain data, and between whom packets may pass as they are."""

from hypothesis import given
from hypothesis import strategies as st

from engine.ports import Ear, Everyone, Heard, LegId, Played, PlayerId, RecorderId, RoomId, Said, Sink, Source, Track
from sip.media.wiring import Wire, Wiring

A, B, C = LegId(1), LegId(2), LegId(3)
TRACK = Track(RecorderId(1), 0)

legs = st.sampled_from((A, B, C))
sources: st.SearchStrategy[Source] = st.one_of(
    st.builds(Said, legs), st.builds(Heard, legs), st.just(Played(PlayerId(1)))
)
sinks: st.SearchStrategy[Sink] = st.one_of(st.builds(Ear, legs), st.just(TRACK), st.just(Everyone(RoomId(1))))
changes = st.lists(st.tuples(st.sampled_from(("connect", "disconnect", "drop")), sources, sinks), max_size=25)


def talking() -> Wiring:
    """Two who hear each other."""
    wiring = Wiring()
    wiring.connect(Said(A), Ear(B))
    wiring.connect(Said(B), Ear(A))
    return wiring


def test_two_who_hear_each_other_alone_are_each_others_lone_listeners() -> None:
    wiring = talking()

    assert (wiring.lone_listener(A), wiring.lone_listener(B)) == (B, A)


def test_who_is_recorded_has_no_lone_listener_until_the_recording_ends() -> None:
    wiring = talking()

    wiring.connect(Said(A), TRACK)
    during = wiring.lone_listener(A), wiring.lone_listener(B)
    wiring.drop_recorder(TRACK.recorder)

    assert during == (None, A)
    assert wiring.lone_listener(A) == B


def test_who_hears_a_sound_as_well_is_no_lone_listener() -> None:
    wiring = talking()

    wiring.connect(Played(PlayerId(1)), Ear(B))

    assert (wiring.lone_listener(A), wiring.lone_listener(B)) == (None, A)


def test_what_a_leg_hears_is_all_that_is_sent_to_it() -> None:
    wiring = talking()

    wiring.connect(Played(PlayerId(1)), Ear(B))

    assert set(wiring.heard_by(B)) == {Said(A), Played(PlayerId(1))}
    assert wiring.heard_by(C) == []


def test_what_a_leg_hears_is_recorded_and_so_not_passed() -> None:
    wiring = talking()

    wiring.connect(Heard(B), TRACK)

    assert (wiring.lone_listener(A), wiring.lone_listener(B)) == (None, A)


def test_a_third_who_hears_or_is_heard_ends_it() -> None:
    wiring = talking()

    wiring.connect(Said(C), Ear(B))
    wiring.connect(Said(B), Ear(C))

    assert [wiring.lone_listener(leg) for leg in (A, B, C)] == [None, None, None]


def test_who_hears_himself_is_no_pair() -> None:
    wiring = Wiring()

    wiring.connect(Said(A), Ear(A))

    assert wiring.lone_listener(A) is None
    assert wiring.of_leg(A) == [(Said(A), Ear(A))]


def lone_listener(live: frozenset[Wire], speaker: LegId) -> LegId | None:
    """The same by counting."""
    said = [sink for source, sink in live if source == Said(speaker)]
    match said:
        case [Ear(leg)] if leg != speaker and [sink for _, sink in live].count(Ear(leg)) == 1:
            return leg
    return None


@given(changes)
def test_lone_listeners_are_as_the_wires_say_and_every_change_of_one_is_told(
    changed: list[tuple[str, Source, Sink]],
) -> None:
    wiring = Wiring()
    before = dict.fromkeys((A, B, C), None)
    for what, source, sink in changed:
        match what, source:
            case "connect", _:
                wires = wiring.connect(source, sink)
            case "disconnect", _:
                wires = wiring.disconnect(source, sink)
            case _, Said(leg):
                wires = wiring.drop_leg(leg)
            case _:
                wires = wiring.drop_player(PlayerId(1))

        after = {leg: wiring.lone_listener(leg) for leg in (A, B, C)}

        assert after == {leg: lone_listener(wiring.live(), leg) for leg in (A, B, C)}
        assert {leg for leg in after if after[leg] != before[leg]} <= wiring.speakers(wires)
        for leg in (A, B, C):
            assert set(wiring.of_leg(leg)) == {wire for wire in wiring.live() if {Said(leg), Ear(leg)} & set(wire)}
        before = after
