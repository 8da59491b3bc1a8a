"""Messages and descriptions are read as RFC 3261 §7.3 and RFC 8866 write them."""

import pytest

from tests.peers.sip_message import Sdp, SipMessage

OFFER = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=x
c=IN IP4 127.0.0.1
t=0 0
m=audio 4000 RTP/AVP 9 8 120
a=rtpmap:8 PCMA/8000
a=rtpmap:120 telephone-event/8000
a=sendonly
"""
INVITE = (
    "INVITE sip:+3225551234@127.0.0.1 SIP/2.0\r\nv: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1\r\n"
    "Subject: two\r\n lines\r\nCSeq: 1 INVITE\r\nc: application/sdp\r\n\r\n" + OFFER
)


def test_a_request_and_its_offer() -> None:
    message = SipMessage.read(INVITE)
    assert (message.method, message.code, message.summary) == ("INVITE", None, "INVITE")
    assert message.request_uri == "sip:+3225551234@127.0.0.1"
    assert message.header("Via").startswith("SIP/2.0/UDP")
    assert message.header("subject") == "two lines"
    assert message.header("nothing") == ""
    assert message.sdp is not None
    assert (message.sdp.address, message.sdp.port, message.sdp.direction) == ("127.0.0.1", 4000, "sendonly")
    assert message.sdp.payload_type("telephone-event") == 120
    assert message.sdp.payload_type("opus") is None
    assert message.sdp.names[9] == "G722/8000"


def test_a_response_tells_its_method() -> None:
    message = SipMessage.read("SIP/2.0 486 Busy Here\r\nCSeq: 7 INVITE\r\n\r\n", sent=True)
    assert (message.code, message.reason, message.summary) == (486, "Busy Here", "486 INVITE")
    assert message.sdp is None


def test_a_media_address_wins_over_the_sessions() -> None:
    assert Sdp.read(OFFER + "c=IN IP4 0.0.0.0\n").address == "0.0.0.0"


def test_what_is_no_message_is_refused() -> None:
    with pytest.raises(ValueError, match="no SIP message"):
        SipMessage.read("GET / HTTP/1.1\r\n\r\n")
    with pytest.raises(ValueError, match="no media"):
        Sdp.read("v=0\n")
