"""Texts of a certain form that several attributes take."""

from typing import Final

from engine.flow import spelled_otherwise
from engine.flow.attribute_types import ANYTHING, Pattern
from engine.model.conference_options import PIN_PATTERN
from engine.routing.emergency import load_emergency_numbers

_EMERGENCY: Final = "|".join(sorted(load_emergency_numbers().all_numbers))
_BETWEEN_DIGITS: Final = r"[ ().\-/]*"

TEXT: Final = Pattern("text", ANYTHING, most=64 * 1024)
NAME: Final = Pattern("a name of 1 to 128 characters", r"[^\x00-\x1f\x7f\s][^\x00-\x1f\x7f]{0,127}")
PARAMETER_NAME: Final = Pattern("a name of 1 to 499 characters", r"[^\x00-\x1f\x7f\s][^\x00-\x1f\x7f]{0,498}")
PIN: Final = Pattern("a PIN of 4 to 12 digits", PIN_PATTERN)
KEYS: Final = Pattern("keys out of 0-9 * # A-D, or nothing", r"[0-9A-D*#]{0,16}", mended=spelled_otherwise.keys)
TONES: Final = Pattern(
    "keys 0-9 * # A-D, with w for half a second and W for a second",
    r"[0-9A-D*#wW]{0,512}",
    mended=spelled_otherwise.tones,
)
# A scheme other than http is a mistake; anything without one is relative to the document.
WEB_ADDRESS: Final = Pattern(
    "an http or https URL, or one relative to the document",
    r"[Hh][Tt][Tt][Pp][Ss]?://[^\x00-\x20/?#]+[^\x00-\x1f\x7f]*|(?![A-Za-z][A-Za-z0-9+.\-]*:)[^\x00-\x1f\x7f]*",
    mended=spelled_otherwise.web_address,
)
# RFC 6455 §3: no fragment. What a query tells would stand in logs of others, and clouds drop it.
PROGRAM_ADDRESS: Final = Pattern(
    "a wss URL without a query string, or one relative to the document; tell the program more by Parameter",
    r"[Ww][Ss][Ss]?://[^\x00-\x20\s/?#]+[^\x00-\x20\x7f\s?#]*|(?![A-Za-z][A-Za-z0-9+.\-]*:)[^\x00-\x20\x7f\s?#]+",
    mended=spelled_otherwise.program_address,
)
# ITU-T E.164 §6.2: at most 15 digits, no leading zero.
PHONE_NUMBER: Final = Pattern(
    "a number in E.164: a plus sign, the country code and the number, as in +3225550199",
    rf"{_EMERGENCY}|\+{_BETWEEN_DIGITS}[1-9](?:{_BETWEEN_DIGITS}[0-9]){{1,14}}{_BETWEEN_DIGITS}",
    mended=spelled_otherwise.number,
)
# Whose number is shown; which of these may be is known when it is dialled.
CALLER: Final = Pattern("text", ANYTHING, most=1024, respelled=spelled_otherwise.caller)
SIP_URI: Final = Pattern("a SIP URI, as in sip:desk@pbx.example.com", r"[Ss][Ii][Pp][Ss]?:[^\x00-\x20\s<>\"]{1,1024}")
# RFC 3261 §25.1: what may stand unescaped in the user part of an address, without the rarer signs.
CLIENT_NAME: Final = Pattern(
    "a client's name: letters, digits and . _ - of 1 to 121", r"(?:client:)?[A-Za-z0-9_.+\-]{1,121}"
)
COUNTRY: Final = Pattern(
    "automatic, or a country such as nl, be, fr, de, at, ch, uk, us", r"[A-Za-z]{2}(?:-old)?|automatic"
)
SHOWN_NAME: Final = Pattern("a name of at most 64 characters", r"[^\x00-\x1f\x7f\"\\]{0,64}")
# RFC 3261 §25.1: a token.
HEADER_NAME: Final = Pattern("a header's name", r"[A-Za-z0-9\-.!%*_+`'~]{1,64}")
