"""How many calls there is room for, and what runs out first."""

import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import SipTransport
from sip.call_room import RoomForCalls, calls_of_handles, pairs_between
from sip.config import ListenAddress


def place(first: int, last: int, host: str = "127.0.0.1") -> ListenAddress:
    return ListenAddress(host, 5060, (SipTransport.UDP,), None, first, last)


@pytest.fixture
def handles(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The soft limit of open files, to be changed."""
    limit = [20_000]
    monkeypatch.setattr("sip.call_room.getrlimit", lambda _: (limit[0], limit[0]))
    return limit


@pytest.mark.parametrize(
    ("ports", "limit", "total", "of"),
    [
        ((10_000, 10_007), 20_000, 4, "pairs of RTP ports (10000 to 10007)"),
        ((10_000, 19_999), 20_000, 1024, "calls that the SIP library has"),
        ((10_000, 19_999), 256, 11, "calls that the limit of open files (ulimit -n) allows"),
        ((10_000, 19_999), resource.RLIM_INFINITY, 1024, "calls that the SIP library has"),
    ],
)
def test_what_runs_out_first_is_the_room(
    handles: list[int], ports: tuple[int, int], limit: int, total: int, of: str
) -> None:
    handles[0] = limit
    room = RoomForCalls([place(*ports), place(*ports, host="::1")]).left(0)
    assert (room.free, room.total, room.of) == (total, total, of)


def test_calls_take_of_it_and_never_more_than_all(handles: list[int]) -> None:
    room = RoomForCalls([place(10_000, 10_007)])
    assert [room.left(taken).free for taken in (0, 3, 4, 5)] == [4, 1, 0, 0]
    assert room.left(4).is_full
    assert room.left(4).words == "all 4 pairs of RTP ports (10000 to 10007) are in use"
    assert room.left(1).words == "3 of 4 pairs of RTP ports (10000 to 10007) are free"


def test_ports_that_others_hold_are_none_of_the_room(handles: list[int]) -> None:
    room = RoomForCalls([place(10_000, 10_007)])
    room.others_hold(3)
    assert [room.left(taken).free for taken in (0, 1)] == [1, 0]
    assert room.left(1).words == "all 4 pairs of RTP ports (10000 to 10007) are in use"


@given(st.integers(512, 32_000), st.integers(0, 200))
def test_a_pair_is_two_ports_of_the_range(half: int, more: int) -> None:
    first = 2 * half
    assert pairs_between(first, first + more) == len(range(first, first + more, 2))


def test_few_files_leave_room_for_no_call() -> None:
    assert calls_of_handles(100) == 0
