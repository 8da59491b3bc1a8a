"""The header Identity, as RFC 8224 has it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.stir import identity_header
from engine.stir.identity_fault import IdentityFault, IdentityFaultKind
from engine.stir.identity_header import PresentedIdentity

URL = "https://certificates.example/a.pem"
PARTS = st.from_regex(r"[A-Za-z0-9_-]{1,30}", fullmatch=True)


@given(PARTS, PARTS, PARTS, st.booleans())
def test_what_is_written_is_read(header: str, claims: str, signature: str, shaken: bool) -> None:
    token = f"{header}.{claims}.{signature}"

    read = identity_header.read(identity_header.written(token, URL, shaken=shaken))

    assert read == PresentedIdentity(token, "", URL, "shaken" if shaken else "")


@given(PARTS)
def test_a_signature_alone_is_the_compact_form(signature: str) -> None:
    read = identity_header.read(f"..{signature}; info = <{URL}>;alg=ES256")

    assert read.is_compact
    assert read.signature == signature


@pytest.mark.parametrize("spelling", ['ppt="shaken"', "ppt=shaken", "PPT = shaken"])
def test_the_type_is_read_with_quotes_and_without(spelling: str) -> None:
    assert identity_header.read(f"a.b.c;info=<{URL}>;{spelling}").type == "shaken"


def test_of_several_the_one_that_says_who_calls_is_chosen() -> None:
    values = [f"d.d.d;info=<{URL}>;ppt=div", f"p.p.p;info=<{URL}>", f"s.s.s;info=<{URL}>;ppt=shaken"]

    assert identity_header.chosen(values).token == "s.s.s"
    assert identity_header.chosen(values[:2]).token == "p.p.p"


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([], IdentityFaultKind.MISSING),
        ([f"d.d.d;info=<{URL}>;ppt=div"], IdentityFaultKind.MISSING),
        (["a.b.c"], IdentityFaultKind.UNREACHABLE),
        ([f"a.b;info=<{URL}>"], IdentityFaultKind.INVALID),
        ([f"a.b.c;info=<{URL}>;alg=RS256"], IdentityFaultKind.INVALID),
    ],
)
def test_what_is_wrong_with_it_has_the_answer_of_the_standard(values: list[str], kind: IdentityFaultKind) -> None:
    with pytest.raises(IdentityFault) as raised:
        identity_header.chosen(values)

    assert raised.value.kind is kind


@given(st.text(max_size=80) | st.builds("{};info={};alg={}".format, PARTS, st.text(max_size=9), PARTS))
def test_what_has_no_token_is_refused_whatever_it_is(value: str) -> None:
    with pytest.raises(IdentityFault):
        identity_header.read(value)
