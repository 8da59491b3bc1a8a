"""Pseudonyms, which stand for telephone numbers where the numbers themselves may not stay.

Keyed with the data folder's pepper: who has no pepper learns no more than the country. Who has it can try all numbers
of a country, so this is pseudonymous, not anonymous (GDPR Art. 4(5)); guard the pepper as you guard the numbers.
"""

import hashlib
import hmac
import re
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.model.numbers import country_of, from_carrier

PREFIX: Final = "pseudonym-"
_PURPOSE: Final = b"telefoon pseudonyms 1"
_SHOWN: Final = 24
_SIP_USER: Final = re.compile(r"sips?:([^@;]+)@.*", re.IGNORECASE)


class Pseudonyms:
    """The same number has the same pseudonym, however it is spelled."""

    def __init__(self, pepper: bytes) -> None:
        self._key = HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(pepper)

    def pseudonym_of(self, party: str) -> str:
        """Make the pseudonym of a number or a SIP address (pseudonym-be-5a1f…); a pseudonym stays as it is."""
        if is_pseudonym(party):
            return party
        number = number_of(party)
        digest = hmac.digest(self._key, number.encode(errors="surrogatepass"), hashlib.sha256).hex()
        return f"{PREFIX}{_country(number)}-{digest[:_SHOWN]}"


def is_pseudonym(party: str) -> bool:
    """Whether a number was taken out here."""
    return party.startswith(PREFIX)


def number_of(party: str) -> str:
    """The number in E.164 of a number or a SIP address; what holds none as it is, in lower case."""
    found = _SIP_USER.fullmatch(party.strip())
    user = found[1] if found else party.strip()
    number = from_carrier(user)
    return number if number.startswith("+") else party.strip().lower()


def _country(number: str) -> str:
    """A bill needs it; xx where there is none."""
    try:
        return country_of(number) or "xx"
    except ValueError:
        return "xx"
