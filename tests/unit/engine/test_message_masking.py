"""A SIP message that is shown tells no number, no name, no key and no secret, and is as long as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.diagnosis.message_masking import masked_message

INVITE = """INVITE sip:+3225550199@carrier.example SIP/2.0
Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1234567890
From: "Ann Example" <sip:+3225550100@192.0.2.1>;tag=1234567890
To: Bob <tel:+3225550199>
Call-ID: 1234567890123@192.0.2.1
CSeq: 1234567890 INVITE
Contact: <sip:ann@192.0.2.1:5060>
P-Asserted-Identity: <sip:003225550100@192.0.2.1>
X-Charge: 025550100
Authorization: Digest username="ann", response="6629fae49393a05397450978507c4ef1",
 nonce="abc"
Content-Length: 99

v=0
o=- 3850000000 3850000000 IN IP4 192.0.2.1
a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz
""".replace("\n", "\r\n")


@pytest.mark.parametrize(
    "hidden", ["25550199", "25550100", "Ann", "Bob", "ann@", "6629fae", "abc", "WVNfX19"],
)  # fmt: skip
def test_who_calls_whom_and_what_is_secret_is_hidden(hidden: str) -> None:
    assert hidden in INVITE

    assert hidden not in masked_message(INVITE)


@pytest.mark.parametrize(
    "shown",
    ["sip:+3225xxxx99@carrier.example", "tel:+3225xxxx99", "sip:00322xxxxx00@", "X-Charge: 02555xx00"],
)
def test_a_numbers_form_stays_visible(shown: str) -> None:
    assert shown in masked_message(INVITE)


@pytest.mark.parametrize(
    "line",
    ["Call-ID: 1234567890123@192.0.2.1", "CSeq: 1234567890 INVITE", "branch=z9hG4bK1234567890", ";tag=1234567890",
     "o=- 3850000000 3850000000 IN IP4 192.0.2.1"],
)  # fmt: skip
def test_what_ties_messages_together_stays(line: str) -> None:
    assert line in masked_message(INVITE)


@pytest.mark.parametrize(
    ("kind", "body"),
    [("dtmf-relay", "Signal=5\r\nDuration=160\r\n"), ("dtmf-relay", "Signal = 5\r\n"), ("dtmf", "5"), ("dtmf", "#")],
)
def test_a_key_in_an_info_is_hidden(kind: str, body: str) -> None:
    message = f"INFO sip:ann@192.0.2.1 SIP/2.0\r\nContent-Type: application/{kind}\r\n\r\n{body}"

    shown = masked_message(message).partition("\r\n\r\n")[2]

    assert body[0] not in shown if len(body) == 1 else "5" not in shown


@given(st.text(alphabet=st.sampled_from('sip:tel+0123456789@<>"; \r\nSignal=aFrom'), max_size=200))
def test_a_message_keeps_its_length(text: str) -> None:
    assert len(masked_message(text)) == len(text)
