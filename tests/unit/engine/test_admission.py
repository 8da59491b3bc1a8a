"""Whether another call may begin: the decision, and who asks for it."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from engine.errors import Overloaded
from engine.live.admission.control import LINE_EVERY_S, AdmissionControl
from engine.live.admission.decision import AGAIN_BELOW, FEW, LATE_S, MOST, Load, refuses
from engine.metrics.meters import Meters
from engine.model.call import Direction
from engine.ports import CallRoom, Queued

NOTHING: Final = Queued()
queued = st.builds(Queued, st.integers(0, 2 * MOST), st.floats(0, 10))
loads = st.builds(Load, queued, queued, queued)


class HandClock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def control(clock: HandClock, meters: Meters, commands: Queued = NOTHING) -> AdmissionControl:
    return AdmissionControl(clock, meters, lambda: commands)  # type: ignore[arg-type]


def set_ups(count: int, oldest_s: float) -> Load:
    return Load(NOTHING, NOTHING, Queued(count, oldest_s))


@pytest.mark.parametrize(
    ("load", "refused"),
    [
        (set_ups(0, 0), False),
        (set_ups(MOST - 1, 0.01), False),
        (set_ups(MOST, 0.01), True),
        (set_ups(FEW, 60), False),
        (Load(Queued(5, 0.25), Queued(2, 0.1), Queued(4, 0.25)), False),  # a disk that stood still for a moment
        (set_ups(FEW + 1, LATE_S), True),
        (set_ups(FEW + 1, LATE_S / 2), False),
        (Load(Queued(FEW, 0), Queued(1, LATE_S), NOTHING), True),
        (Load(Queued(MOST, 0), NOTHING, NOTHING), True),
    ],
)
def test_a_call_is_refused_where_too_much_waits_or_more_than_a_few_for_too_long(load: Load, refused: bool) -> None:
    assert refuses(load, refused_before=False) is refused


@given(loads)
def test_who_refuses_goes_on_until_half_of_it_is_gone(load: Load) -> None:
    halved = Load(*(Queued(int(each.count * AGAIN_BELOW), each.oldest_s * AGAIN_BELOW)
                    for each in (load.commands, load.events, load.set_ups)))  # fmt: skip

    if refuses(load, refused_before=False):
        assert refuses(load, refused_before=True)
    if not refuses(load, refused_before=False):
        assert load.count < 2 or not refuses(halved, refused_before=True)


@given(loads, loads, st.booleans())
def test_who_refuses_under_a_load_refuses_under_a_heavier_one(load: Load, more: Load, before: bool) -> None:
    heavier = Load(*(
        Queued(one.count + other.count, max(one.oldest_s, other.oldest_s))
        for one, other in ((load.commands, more.commands), (load.events, more.events), (load.set_ups, more.set_ups))
    ))  # fmt: skip

    assert refuses(heavier, refused_before=before) or not refuses(load, refused_before=before)


def test_calls_are_refused_while_those_before_them_are_late_and_admitted_once_they_are_through(
    clock: HandClock,
) -> None:
    admission = control(clock, Meters())
    begun = [admission.begin() for _ in range(FEW + 1)]
    clock.now_s += 2 * LATE_S

    refused = not admission.admits(Direction.INBOUND)
    begun[0].done()
    still_refused = not admission.admits(Direction.INBOUND)
    for each in begun:
        each.done()

    assert refused
    assert still_refused, "half of what it takes to refuse is not gone"
    assert admission.admits(Direction.INBOUND)


def test_the_oldest_that_is_not_through_counts(clock: HandClock) -> None:
    admission = control(clock, Meters())
    first = admission.begin()
    clock.now_s += 2 * LATE_S
    for _ in range(FEW + 1):
        admission.begin()

    first.done()

    assert admission.admits(Direction.INBOUND), "those that are left have only begun"


def test_what_waits_for_the_sip_thread_counts_too(clock: HandClock) -> None:
    admission = control(clock, Meters(), Queued(FEW + 1, LATE_S))

    with pytest.raises(Overloaded):
        admission.require(Direction.OUTBOUND)


def test_each_refusal_is_counted_and_the_log_has_one_line_in_a_while(clock: HandClock) -> None:
    meters = Meters()
    admission = control(clock, meters, Queued(MOST, 0.0))

    with capture_logs() as lines:
        for _ in range(50):
            admission.admits(Direction.INBOUND)
        clock.now_s += LINE_EVERY_S
        admission.admits(Direction.OUTBOUND)

    assert [(line["event"], line["calls"]) for line in lines] == [("calls_refused", 1), ("calls_refused", 50)]
    assert 'telefoon_calls_refused_total{direction="inbound"} 50\n' in meters.text({})
    assert 'telefoon_calls_refused_total{direction="outbound"} 1\n' in meters.text({})


def test_a_call_is_refused_while_there_is_no_room_and_the_log_says_of_what(clock: HandClock) -> None:
    meters, left = Meters(), [0]
    control = AdmissionControl(clock, meters, room=lambda: CallRoom(left[0], 4, "pairs of RTP ports"))  # type: ignore[arg-type]

    with capture_logs() as lines, pytest.raises(Overloaded):
        control.require(Direction.OUTBOUND)
    assert ["all 4 pairs of RTP ports are in use" in each["said"] for each in lines] == [True]
    assert 'telefoon_calls_refused_total{direction="outbound"} 1' in meters.text({})

    left[0] = 1
    control.require(Direction.OUTBOUND)
