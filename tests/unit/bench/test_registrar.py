"""The trunk that takes registrations."""

from bench.registrar import answer

REGISTER = (
    "REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1\r\nTo: <sip:bench@127.0.0.1>\r\n"
    "Call-ID: a\r\nCSeq: 1 REGISTER\r\nContact: <sip:bench@127.0.0.1>\r\nUser-Agent: ours\r\n\r\n"
)


def test_a_registration_is_taken_as_it_was_sent() -> None:
    lines = answer(REGISTER).split("\r\n")

    assert lines[0] == "SIP/2.0 200 OK"
    assert "Contact: <sip:bench@127.0.0.1>" in lines
    assert "To: <sip:bench@127.0.0.1>;tag=registrar" in lines
    assert "User-Agent: ours" not in lines
    assert lines[-2:] == ["", ""]


def test_a_call_is_refused() -> None:
    assert answer(REGISTER.replace("REGISTER ", "INVITE ", 1)).startswith("SIP/2.0 404 ")
