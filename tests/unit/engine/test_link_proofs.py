"""Proofs of links between rooms: a node's is believed once, and nobody else's ever."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.room_link import RoomLink
from engine.security.link_proofs import BELIEVED_S, LinkProofs

PEPPER = b"p" * 32
LINK = RoomLink("CF0193", "leaf")


@dataclass
class Clock:
    now_s: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now_s


def proofs(clock: Clock, pepper: bytes = PEPPER) -> LinkProofs:
    return LinkProofs(pepper, clock)


@given(leaf=st.text(min_size=1), sip_call_id=st.text(min_size=1))
def test_what_one_node_writes_another_believes(leaf: str, sip_call_id: str) -> None:
    link, clock = RoomLink("CF0193", leaf), Clock()

    assert proofs(clock).believed(proofs(clock).header(link, sip_call_id), sip_call_id) == link


def test_it_is_believed_once() -> None:
    clock = Clock()
    root, said = proofs(clock), proofs(clock).header(LINK, "a@b")

    assert root.believed(said, "a@b") == LINK
    assert root.believed(said, "a@b") is None


def test_it_is_of_one_call_conference_and_leaf() -> None:
    clock = Clock()
    said = proofs(clock).header(LINK, "a@b")

    assert proofs(clock).believed(said, "another@b") is None
    assert proofs(clock).believed(said.replace("CF0193", "CF0194"), "a@b") is None
    assert proofs(clock).believed(said.replace("leaf=leaf", "leaf=other"), "a@b") is None


@pytest.mark.parametrize("apart_s", [-BELIEVED_S - 1, BELIEVED_S + 1])
def test_it_is_not_believed_at_another_time(apart_s: float) -> None:
    said = proofs(Clock()).header(LINK, "a@b")

    assert proofs(Clock(Clock().now_s + apart_s)).believed(said, "a@b") is None


@pytest.mark.parametrize("apart_s", [-30.0, 30.0])
def test_clocks_may_lie_half_a_minute_apart(apart_s: float) -> None:
    said = proofs(Clock()).header(LINK, "a@b")

    assert proofs(Clock(Clock().now_s + apart_s)).believed(said, "a@b") == LINK


def test_who_has_another_secret_is_not_believed() -> None:
    said = proofs(Clock(), b"q" * 32).header(LINK, "a@b")

    assert proofs(Clock()).believed(said, "a@b") is None


@given(st.text())
def test_whatever_is_written_is_no_proof(value: str) -> None:
    assert proofs(Clock()).believed(value, "a@b") is None
