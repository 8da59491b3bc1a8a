"""Who calls is sent on by 302 where the trunk, or our proxy before the nodes, follows it (sip.trunks.arrival)."""

from typing import Final

import pytest

from engine.model.trunk import Trunk, new_trunk
from sip.message import read_message
from sip.trunks.arrival import arrival_of

SOURCE: Final = "192.0.2.1:5060"
INVITE: Final = (
    "INVITE sip:+3225550100@192.0.2.9 SIP/2.0\r\nFrom: <sip:+3225550199@carrier.example>;tag=a\r\n"
    "To: <sip:+3225550100@192.0.2.9>\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\n{more}\r\n"
)
BY_OUR_PROXY: Final = f"X-Telefoon-Source: udp:{SOURCE}\r\n"
FOLLOWS: Final = new_trunk({"name": "a", "hosts": ["carrier.example"]})
FOLLOWS_NOT: Final = new_trunk({"name": "b", "hosts": ["carrier.example"], "follows_redirects": False})


@pytest.mark.parametrize(
    ("trunk", "more", "follows"),
    [(None, "", True), (FOLLOWS, "", True), (FOLLOWS_NOT, "", False), (FOLLOWS_NOT, BY_OUR_PROXY, True)],
)
def test_a_redirection_is_followed_by_the_trunk_or_by_our_proxy(trunk: Trunk | None, more: str, follows: bool) -> None:
    assert arrival_of(read_message(INVITE.format(more=more)), SOURCE, trunk).follows_redirects is follows
