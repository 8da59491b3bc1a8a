"""Where who calls is sent on to another node, over the transport that they came by (sip.handed_over)."""

from typing import Final

import pytest

from sip.handed_over import over_transport_of

NODE: Final = "sip:+3225550100@10.0.0.12:5060"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("<sip:10.0.0.11:5060>", NODE),
        ("<sip:10.0.0.11:5060;ob>", NODE),
        ("<sip:10.0.0.11:5060;transport=TCP>", f"{NODE};transport=tcp"),
        ("<sip:10.0.0.11:5061;transport=TLS;ob>", "sip:+3225550100@10.0.0.12:5061;transport=tls"),
        ("<sips:10.0.0.11:5061>", "sip:+3225550100@10.0.0.12:5061;transport=tls"),
    ],
)
def test_a_call_goes_on_over_the_transport_that_it_came_by(ours: str, theirs: str) -> None:
    assert over_transport_of(ours, NODE) == theirs


def test_an_address_of_ipv6_stays_in_its_brackets() -> None:
    node = over_transport_of("<sip:[2001:db8::1]:5061;transport=tls>", "sip:desk@[2001:db8::2]:5060")

    assert node == "sip:desk@[2001:db8::2]:5061;transport=tls"
