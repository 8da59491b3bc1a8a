"""The matrix of interoperability: few calls have all pairs, and its table tells what became of each."""

from dataclasses import astuple, replace
from itertools import combinations

from tests.sip.interop.cases import EVERY, POSSIBLE, Case, Codec, Direction, Known, Last, Peer, Transport, in_pairs
from tests.sip.interop.page import with_matrix, written

ONE = Case(Peer.ASTERISK, Transport.TLS, Known.REGISTER, Codec.OPUS, Direction.INBOUND, Last.REFRESH)


def pairs(case: Case) -> set[tuple[object, ...]]:
    return set(combinations(astuple(case), 2))


def test_few_calls_have_every_pair_that_there_can_be() -> None:
    few = in_pairs(POSSIBLE)

    assert set().union(*map(pairs, few)) == set().union(*map(pairs, POSSIBLE))
    assert len(few) < 20


def test_no_call_is_chosen_that_adds_no_pair() -> None:
    few = in_pairs(POSSIBLE)

    for case in few:
        others = set().union(*(pairs(each) for each in few if each is not case))
        assert pairs(case) - others


def test_no_two_fields_share_a_value_so_a_pair_tells_which_they_are() -> None:
    values = [each for kind in (Peer, Transport, Known, Codec, Direction, Last) for each in kind]

    assert len(set(map(str, values))) == len(values)


def test_a_call_that_cannot_be_is_left_out_with_its_reason() -> None:
    left_out = [each for each in EVERY if each.why_not]

    assert replace(ONE, peer=Peer.BARESIP) in left_out
    assert not set(left_out) & set(POSSIBLE)
    assert "Not run: baresip by register (baresip is a telephone, and no registrar)." in written({})


def test_a_cell_tells_how_many_of_its_calls_went_as_they_should() -> None:
    table = written({ONE: True, replace(ONE, last=Last.TRANSFER): False})

    (row,) = (line for line in table.splitlines() if line.startswith("| Asterisk 22 | register | TLS and SRTP |"))
    assert row.endswith("| not run | not run | not run | 1 of 2 |")


def test_the_pages_other_text_stays() -> None:
    page = "before\n<!-- made by make interop -->\nold\n<!-- end -->\nafter\n"

    once = with_matrix(page, "new\n")

    assert once == "before\n<!-- made by make interop -->\n\nnew\n\n<!-- end -->\nafter\n"
    assert with_matrix(once, "new\n") == once
