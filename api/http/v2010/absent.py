"""What of the published description of /2010-04-01 is not here, and why: what is asked for there is told so."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_NO_MESSAGES: Final = "Telefoon carries calls, no messages."
_BOUGHT: Final = "Numbers are bought from your carrier; the operator adds them with: telefoon numbers add"
_KINDS: Final = "Of which kind a number is, is not known; all are listed at IncomingPhoneNumbers."
_SHOWN: Final = "Calls show the account's own numbers, which the operator adds with: telefoon numbers add"
_KEYS: Final = "Keys are made by the operator: telefoon keys create, or POST /v1/voice/keys with the scope admin."
_TRUNKS: Final = "Who may call by SIP is set with a trunk: telefoon trunks, or /v1/voice/trunks with the scope admin."
_TRANSCRIPTIONS: Final = "Recordings are not transcribed."
_ADD_ONS: Final = "There are no add-ons."
_POLICIES: Final = "Limits of use are call policies: /v1/voice/policies, with the scope admin."
_APPS: Final = "There is no market of apps; a program has an API key of the account."

ABSENT: Final[Mapping[str, str]] = MappingProxyType({
    "Addresses": "Addresses belong to what your carrier is told about a number.",
    "AuthorizedConnectApps": _APPS,
    "AvailablePhoneNumbers": _BOUGHT,
    "Calls/{CallSid}/Payments": "Card numbers are not taken on calls.",
    "Calls/{CallSid}/Siprec": "Calls are not forked by SIPREC yet.",
    "Calls/{CallSid}/Transcriptions": _TRANSCRIPTIONS,
    "Calls/{CallSid}/UserDefinedMessageSubscriptions": "Calls carry no messages of programs.",
    "Calls/{CallSid}/UserDefinedMessages": "Calls carry no messages of programs.",
    "ConnectApps": _APPS,
    "IncomingPhoneNumbers/Local": _KINDS,
    "IncomingPhoneNumbers/Mobile": _KINDS,
    "IncomingPhoneNumbers/TollFree": _KINDS,
    "IncomingPhoneNumbers/{Sid}/AssignedAddOns": _ADD_ONS,
    "Keys": _KEYS,
    "Messages": _NO_MESSAGES,
    "Recordings/{Sid}/AddOnResults": _ADD_ONS,
    "Recordings/{Sid}/Transcriptions": _TRANSCRIPTIONS,
    "SIP": _TRUNKS,
    "SMS": _NO_MESSAGES,
    "SigningKeys": _KEYS,
    "Tokens": "There is no relay for browsers.",
    "Transcriptions": _TRANSCRIPTIONS,
    "Usage/Triggers": _POLICIES,
})  # fmt: skip
"""By the path below an account; it is so for all that is below it, too."""

REFUSED: Final[Mapping[tuple[str, str], str]] = MappingProxyType({
    ("POST", "/Accounts.json"): "Accounts are made by the operator: telefoon keys create --account NAME",
    ("POST", "/Accounts/{AccountSid}.json"): "An account keeps the name that its operator has given it.",
    ("POST", "/Accounts/{AccountSid}/IncomingPhoneNumbers.json"): _BOUGHT,
    ("DELETE", "/Accounts/{AccountSid}/IncomingPhoneNumbers/{Sid}.json"): "Numbers are the operator's, who takes them "
    "with: telefoon numbers remove",
    ("POST", "/Accounts/{AccountSid}/OutgoingCallerIds.json"): _SHOWN,
    ("POST", "/Accounts/{AccountSid}/OutgoingCallerIds/{Sid}.json"): _SHOWN,
    ("DELETE", "/Accounts/{AccountSid}/OutgoingCallerIds/{Sid}.json"): _SHOWN,
})  # fmt: skip
"""Published operations on what is here; each is refused by this sentence."""


def why_absent(path: str) -> str | None:
    """Why a published path below an account is not here; None for one of which nothing is said."""
    steps = path.removesuffix(".json").split("/")
    return next((why for absent, why in ABSENT.items() if _matches(absent.split("/"), steps)), None)


def _matches(absent: list[str], steps: list[str]) -> bool:
    beginning = steps[: len(absent)]
    return len(beginning) == len(absent) and all(
        wanted == given or wanted.startswith("{") for wanted, given in zip(absent, beginning, strict=True)
    )
