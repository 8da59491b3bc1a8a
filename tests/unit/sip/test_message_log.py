"""SIP messages in the log: whole, but for what opens something."""

import pytest
from structlog.testing import capture_logs

from sip.message_log import MessageLog, without_secrets

REGISTER = (
    "REGISTER sip:carrier.example SIP/2.0\r\nFrom: <sip:me@carrier.example>;tag=1\r\n"
    'Authorization: Digest username="me", response="0123456789abcdef"\r\nContent-Length: 0\r\n\r\n'
)


class Entry:
    """What the library hands over."""

    def __init__(self, msg: str) -> None:
        self.msg = msg


def test_a_message_is_told_with_its_way_and_its_peer() -> None:
    head = " pjsua_core.c  .TX 512 bytes Request msg REGISTER/cseq=1 (tdta0) to UDP 192.0.2.1:5060:"
    written = f"{head}\n{REGISTER}\n--end msg--"

    with capture_logs() as lines:
        MessageLog().write(Entry(written))

    (line,) = lines
    assert (line["event"], line["log_level"], line["peer"]) == ("sip_sent", "debug", "UDP 192.0.2.1:5060")
    assert line["message"].startswith("REGISTER sip:carrier.example SIP/2.0\nFrom:")
    assert "0123456789abcdef" not in line["message"]


def test_what_is_no_message_is_left_out() -> None:
    with capture_logs() as lines:
        MessageLog().write(Entry("pjsua_acc.c  Account added"))

    assert lines == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('Proxy-Authorization : Digest response="x"', "Proxy-Authorization: (hidden)"),
        ('WWW-Authenticate: Digest nonce="x"', "WWW-Authenticate: (hidden)"),
        ("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 (hidden)"),
        ("Subject: authorization: of a call", "Subject: authorization: of a call"),
    ],
)
def test_what_opens_something_is_hidden(line: str, told: str) -> None:
    assert without_secrets(f"INVITE x SIP/2.0\r\n{line}\r\nTo: y") == f"INVITE x SIP/2.0\n{told}\nTo: y"
