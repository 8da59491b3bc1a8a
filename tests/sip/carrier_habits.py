"""What a carrier of each style sends and expects, written down from its document and not from the profile.

Addresses are without ports; the carrier, its registrar and the product are all at 127.0.0.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

USER: Final = "u1"


@dataclass(frozen=True, slots=True)
class Numbers:
    """In E.164: `called` is one at the carrier, `ours` the customer's, `theirs` that of who calls him."""

    called: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierHabits:
    """What is on the wire between the carrier and its customer."""

    numbers: Numbers
    request_uri: str
    """Where the INVITE of a call to `called` goes, and its To."""
    caller: str
    """The URI in From."""
    identity: tuple[str, str] | None = None
    """The header that tells the caller, and its URI."""
    codecs: str
    """Those of an offer, in its order."""
    incoming: tuple[str, str] = ("", "")
    """`ours` and `theirs` as they are written in a call that comes in; empty: in E.164."""
    registers: bool = False
    asks_in_invite: bool = False
    """Whether each INVITE must answer a digest."""
    tls: bool = False
    srtp: bool = False


_BE: Final = Numbers("+3225550199", "+3225550100", "+32470123456")
_AT: Final = Numbers("+4315550199", "+4315550100", "+436601234567")
_DE: Final = Numbers("+493023125001", "+493023125100", "+4915112345678")

HABITS: Final[Mapping[str, CarrierHabits]] = {
    "asterisk-peer": CarrierHabits(
        numbers=_BE,
        request_uri="sip:+3225550199@127.0.0.1",
        caller="sip:+3225550100@127.0.0.1",
        identity=("P-Asserted-Identity", "sip:+3225550100@127.0.0.1"),
        codecs="G722 PCMA PCMU",
    ),
    "at-bare": CarrierHabits(
        numbers=_AT,
        request_uri="sip:4315550199@127.0.0.1",
        caller="sip:4315550100@127.0.0.1",
        identity=("P-Preferred-Identity", "sip:4315550100@127.0.0.1"),
        codecs="PCMA",
        incoming=("4315550100", "436601234567"),
        registers=True,
    ),
    "at-national": CarrierHabits(
        numbers=_AT,
        request_uri="sip:015550199@127.0.0.1",
        caller="sip:015550100@127.0.0.1",
        identity=("P-Preferred-Identity", "sip:015550100@127.0.0.1"),
        codecs="PCMA",
        incoming=("015550100", "06601234567"),
        registers=True,
    ),
    "be-ims-registered": CarrierHabits(
        numbers=_BE,
        request_uri="sip:+3225550199@127.0.0.1;user=phone",
        caller="sip:+3225550100@127.0.0.1;user=phone",
        identity=("P-Preferred-Identity", "sip:+3225550100@127.0.0.1;user=phone"),
        codecs="PCMA",
        registers=True,
    ),
    "ch-interconnect": CarrierHabits(
        numbers=Numbers("+41445550199", "+41445550100", "+41791234567"),
        request_uri="sip:+41445550199@127.0.0.1;user=phone",
        caller="sip:+41445550100@127.0.0.1;user=phone",
        identity=("P-Asserted-Identity", "sip:+41445550100@127.0.0.1;user=phone"),
        codecs="PCMA",
    ),
    "de-international-asserted": CarrierHabits(
        numbers=_DE,
        request_uri="sip:00493023125001@127.0.0.1",
        caller="sip:00493023125100@127.0.0.1",
        identity=("P-Asserted-Identity", "sip:00493023125100@127.0.0.1"),
        codecs="PCMA",
        incoming=("00493023125100", "004915112345678"),
        registers=True,
    ),
    "de-national": CarrierHabits(
        numbers=_DE,
        request_uri="sip:03023125001@127.0.0.1",
        caller="sip:03023125100@127.0.0.1",
        codecs="PCMA",
        incoming=("03023125100", "015112345678"),
        registers=True,
    ),
    "de-registered-preferred": CarrierHabits(
        numbers=_DE,
        request_uri="sip:+493023125001@127.0.0.1",
        caller="sip:+493023125100@127.0.0.1",
        identity=("P-Preferred-Identity", "sip:+493023125100@127.0.0.1"),
        codecs="G722 PCMA",
        registers=True,
        tls=True,
        srtp=True,
    ),
    "es-static": CarrierHabits(
        numbers=Numbers("+34911234567", "+34911234500", "+34612345678"),
        request_uri="sip:+34911234567@127.0.0.1",
        caller="sip:+34911234500@127.0.0.1",
        identity=("P-Asserted-Identity", "sip:+34911234500@127.0.0.1"),
        codecs="PCMA",
    ),
    "fr-ip-two-hosts": CarrierHabits(
        numbers=Numbers("+33123456789", "+33123456700", "+33612345678"),
        request_uri="sip:+33123456789@127.0.0.1",
        caller="sip:+33123456700@127.0.0.1",
        identity=("P-Asserted-Identity", "sip:+33123456700@127.0.0.1"),
        codecs="PCMA",
    ),
    "fritzbox-extension": CarrierHabits(
        numbers=_DE,
        request_uri="sip:03023125001@127.0.0.1",
        caller=f"sip:{USER}@127.0.0.1",
        codecs="G722 PCMA",
        incoming=("03023125100", "015112345678"),
        registers=True,
    ),
    "gb-ip-national-called": CarrierHabits(
        numbers=Numbers("+441632960001", "+441632960100", "+447700900123"),
        request_uri="sip:01632960001@127.0.0.1;user=phone",
        caller="sip:+441632960100@127.0.0.1",
        codecs="PCMA",
    ),
    "it-national": CarrierHabits(
        numbers=Numbers("+390612345678", "+390612345600", "+393331234567"),
        request_uri="sip:0612345678@127.0.0.1",
        caller="sip:0612345600@127.0.0.1",
        codecs="PCMA",
        incoming=("0612345600", "3331234567"),
        registers=True,
    ),
    "nl-registered-e164": CarrierHabits(
        numbers=Numbers("+31205550142", "+31205550100", "+31612345678"),
        request_uri="sip:+31205550142@127.0.0.1",
        caller="sip:+31205550100@127.0.0.1",
        identity=("P-Asserted-Identity", "sip:+31205550100@127.0.0.1"),
        codecs="PCMA PCMU",
        registers=True,
        asks_in_invite=True,
    ),
    "sbc-tls-options": CarrierHabits(
        numbers=_BE,
        request_uri="sip:+3225550199@127.0.0.1",
        caller="sip:+3225550100@127.0.0.1",
        codecs="PCMA PCMU G722",
        tls=True,
        srtp=True,
    ),
    "sipconnect-registered": CarrierHabits(
        numbers=_BE,
        request_uri="sip:+3225550199@127.0.0.1;user=phone",
        caller="sip:+3225550100@127.0.0.1;user=phone",
        identity=("P-Asserted-Identity", "sip:+3225550100@127.0.0.1;user=phone"),
        codecs="PCMA PCMU",
        registers=True,
        tls=True,
        srtp=True,
    ),
}
