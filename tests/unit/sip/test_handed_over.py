"""Where who calls is sent on to another node, over the transport that they came by (sip.handed_over)."""

from typing import Final

import pytest

from sip.handed_over import over_transport, transport_of
from sip.message import read_message

NODE: Final = "sip:+3225550100@10.0.0.12:5060"


@pytest.mark.parametrize(
    ("transport", "theirs"),
    [
        ("udp", NODE),
        ("", NODE),
        ("tcp", f"{NODE};transport=tcp"),
        ("tls", "sip:+3225550100@10.0.0.12:5061;transport=tls"),
    ],
)
def test_a_call_goes_on_over_the_transport_that_it_came_by(transport: str, theirs: str) -> None:
    assert over_transport(transport, NODE) == theirs


def test_an_address_of_ipv6_stays_in_its_brackets() -> None:
    assert over_transport("tls", "sip:desk@[2001:db8::2]:5060") == "sip:desk@[2001:db8::2]:5061;transport=tls"


@pytest.mark.parametrize(
    ("vias", "transport"),
    [
        ("Via: SIP/2.0/TLS 10.0.0.5:5061;branch=z9hG4bKa\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKb\r\n", "tls"),
        ("v: SIP / 2.0 / tcp 10.0.0.5;branch=z9hG4bKa\r\n", "tcp"),
        ("Via: SIP/2.0/UDP 10.0.0.5;branch=z9hG4bKa, SIP/2.0/TLS 192.0.2.1;branch=z9hG4bKb\r\n", "udp"),
        ("", ""),
        ("Via: nonsense\r\n", ""),
    ],
)
def test_the_first_via_tells_what_a_request_came_over(vias: str, transport: str) -> None:
    message = read_message(f"INVITE sip:x@192.0.2.9 SIP/2.0\r\n{vias}Call-ID: a\r\n\r\n")

    assert transport_of(message) == transport
