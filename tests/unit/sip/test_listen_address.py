"""Which address others are told."""

from dataclasses import replace

from sip.config import ListenAddress

BEHIND_NAT = ListenAddress("10.0.0.11", 5060, [], "203.0.113.9", 10000, 10100)


def test_behind_nat_it_is_the_public_one() -> None:
    assert BEHIND_NAT.host_in_uri == "203.0.113.9"


def test_inside_of_a_proxy_it_is_the_nodes_own_and_media_have_the_public_one() -> None:
    inside = replace(BEHIND_NAT, is_inside=True)

    assert inside.host_in_uri == "10.0.0.11"
    assert inside.public_address == "203.0.113.9"


def test_who_listens_at_every_address_has_none_of_its_own_to_tell() -> None:
    assert replace(BEHIND_NAT, host="0.0.0.0", is_inside=True).host_in_uri == "203.0.113.9"
