"""PASSporTs, as RFC 8225 has them: the same bytes on both sides, in the full form and the compact one."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from engine.model.stir import Attestation
from engine.stir import passport
from engine.stir.identity_fault import IdentityFault
from engine.stir.passport import Passport
from tests.peers.signing_carrier import read_by_hand

# RFC 8225, appendix A. Its printed signature holds by neither of the keys that are printed there.
EXAMPLE = Passport("12155551212", ("sip:alice@example.com",), 1471375418, "https://cert.example.org/passport.cer")
HEADER = "eyJhbGciOiJFUzI1NiIsInR5cCI6InBhc3Nwb3J0IiwieDV1IjoiaHR0cHM6Ly9jZXJ0LmV4YW1wbGUub3JnL3Bhc3Nwb3J0LmNlciJ9"
CLAIMS = (
    "eyJkZXN0Ijp7InVyaSI6WyJzaXA6YWxpY2VAZXhhbXBsZS5jb20iXX0sImlhdCI6MTQ3MTM3NTQxOCwib3JpZyI6eyJ0biI6"
    "IjEyMTU1NTUxMjEyIn19"
)
SIGNATURE = "VLBCIVDCaeK6M4hLJb6SHQvacAQVvoiiEOWQ_iUkqk79UD81fHQ0E1b3_GluIkba7UWYRM47ZbNFdOJquE35cw"

KEY = ec.generate_private_key(ec.SECP256R1())
NUMBERS = st.from_regex(r"[0-9]{1,15}", fullmatch=True)
URIS = st.from_regex(r"sip:[a-z]{1,9}@[a-z]{1,9}\.example", fullmatch=True)
PASSPORTS = st.builds(
    Passport,
    NUMBERS | URIS,
    st.tuples(NUMBERS) | st.tuples(NUMBERS, NUMBERS) | st.tuples(URIS),
    st.integers(0, 2**40),
    st.just("https://certificates.example/a.pem"),
    st.none(),
)
SHAKEN = st.builds(
    lambda plain, attestation: Passport(
        plain.origin, plain.destinations, plain.issued_at, plain.certificate_url, attestation, "an-identifier"
    ),
    PASSPORTS,
    st.sampled_from(Attestation),
)


def test_the_example_of_the_standard_is_signed_over_the_same_bytes() -> None:
    assert passport.signed(EXAMPLE, KEY).rpartition(".")[0] == f"{HEADER}.{CLAIMS}"


def test_the_example_of_the_standard_is_read() -> None:
    assert passport.read(f"{HEADER}.{CLAIMS}.{SIGNATURE}") == EXAMPLE


@given(PASSPORTS | SHAKEN)
def test_what_was_signed_is_read_again_and_holds_by_a_path_of_its_own(given_passport: Passport) -> None:
    token = passport.signed(given_passport, KEY)

    passport.verify(token, KEY.public_key())
    header, claims = read_by_hand(token, KEY.public_key())
    assert passport.read(token) == given_passport
    assert (header, claims) == (given_passport.header, given_passport.claims)


@given(PASSPORTS)
def test_a_signature_alone_stands_for_the_whole(given_passport: Passport) -> None:
    token = passport.signed(given_passport, KEY)

    assert passport.in_full(token.rpartition(".")[2], given_passport) == token


def test_a_signature_of_somebody_else_does_not_hold() -> None:
    token = passport.signed(EXAMPLE, ec.generate_private_key(ec.SECP256R1()))

    with pytest.raises(IdentityFault, match="does not hold"):
        passport.verify(token, KEY.public_key())
    with pytest.raises(InvalidSignature):
        read_by_hand(token, KEY.public_key())


@given(
    st.text(max_size=60) | st.builds("{}.{}.{}".format, st.text(max_size=20), st.text(max_size=20), st.just(SIGNATURE))
)
def test_what_is_no_token_is_refused_in_words(text: str) -> None:
    with pytest.raises(IdentityFault, match=r"can't be read|is no PASSporT"):
        passport.read(text)


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({"alg": "none"}, {}),
        ({"typ": "JWT"}, {}),
        ({"ppt": "div"}, {}),
        ({"ppt": "shaken"}, {"attest": "D", "origid": "x"}),
        ({"ppt": "shaken"}, {"attest": "A"}),
        ({}, {"iat": "yesterday"}),
        ({}, {"dest": ["3225550199"]}),
        ({}, {"orig": "3225550100"}),
        ({"x5u": 5}, {}),
    ],
)
def test_a_token_of_another_kind_is_no_passport(header: dict[str, object], claims: dict[str, object]) -> None:
    token = passport.signed(_Otherwise(header, claims), KEY)  # type: ignore[arg-type]

    with pytest.raises(IdentityFault):
        passport.read(token)


class _Otherwise:
    """The example, but for what is given."""

    def __init__(self, header: dict[str, object], claims: dict[str, object]) -> None:
        self.header = EXAMPLE.header | {key: each for key, each in header.items() if key != "alg"}
        self.claims = EXAMPLE.claims | claims
        if "alg" in header:
            self.header["typ"] = "none"
