"""Whatever comes in place of a call flow is refused with words; nothing crashes and nothing hangs."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DocumentError
from engine.flow.diagnostics import Report
from engine.flow.parse import parse
from telefoon.testing import simulate
from tests.unit.flow.twilio_flows import FLOWS, PAGES, made

DOCUMENTS = [made(name).encode() for name in FLOWS]
BILLION_LAUGHS = (
    '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(8))
    + "]><Response><Say>&i;</Say></Response>"
)


def read(body: bytes | str) -> None:
    """Reads it, or has it refused; also with all findings at once."""
    with suppress(DocumentError):
        parse(body)
    report = Report()
    with suppress(DocumentError):
        parse(body, findings=report.findings())
    assert all(str(fault) for fault in report.faults)


@given(st.sampled_from(DOCUMENTS), st.integers(0, 2000))
def test_a_document_that_is_cut_off(document: bytes, at: int) -> None:
    read(document[:at])


@given(st.sampled_from(DOCUMENTS), st.lists(st.tuples(st.integers(0, 2000), st.binary(max_size=6)), max_size=5))
def test_a_document_with_bytes_put_in_or_changed(document: bytes, changes: list[tuple[int, bytes]]) -> None:
    changed = bytearray(document)
    for at, put in changes:
        changed[at : at + len(put) // 2] = put
    read(bytes(changed))


@given(st.sampled_from(DOCUMENTS), st.sampled_from(DOCUMENTS), st.integers(0, 500), st.integers(0, 500))
def test_two_documents_run_into_each_other(one: bytes, other: bytes, first: int, second: int) -> None:
    read(one[:first] + other[second:])


@pytest.mark.parametrize(
    "body",
    [
        BILLION_LAUGHS,
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><Response><Say>&x;</Say></Response>',
        "<!DOCTYPE r SYSTEM 'http://127.0.0.1/x.dtd'><Response/>",
        f'<Response><Say voice="{"x" * 1_000_000}">Hi</Say></Response>',
        f"<Response>{'<Say>' * 5000}",
        b"<Response><Say>\xff\xfe\xc3</Say></Response>",
        b'<?xml version="1.0" encoding="utf-7"?><Response/>',
        b"\x00" * 1000,
        "[" * 10_000,
        '[{"verb": "say", "text": "' + "x" * 1_000_000 + '"}]',
    ],
    ids=range(10),
)
def test_what_is_meant_to_harm_is_refused(body: str | bytes) -> None:
    with pytest.raises(DocumentError):
        parse(body)


def test_comments_and_cdata_are_what_xml_says_they_are() -> None:
    call = simulate("<Response><!-- <Hangup/> --><Say><![CDATA[<b>&]]></Say><!-- end --></Response>", pages=PAGES)

    assert call.said == ["<b>&"]
