"""Which number a dialled party may be shown: the account's own, and that of who called in, whose call goes on.

A name that reads as a number is one to whoever sees it, so the same holds for names.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

from engine.flow.plans import DialPlan
from engine.model.call import Call, Direction
from engine.model.numbers import from_carrier
from engine.model.sip_headers import Header
from engine.routing.emergency import load_emergency_numbers
from engine.store.numbers import Numbers

_TELLING: Final = frozenset({"p-asserted-identity", "p-preferred-identity", "remote-party-id", "diversion"})
"""Headers that say whose number a call is from, beside From (RFC 3325, RFC 5806)."""
_USER: Final = re.compile(r"(?:sips?|tel):([^@;>,\s]+)", re.IGNORECASE)
_SEPARATORS: Final = re.compile(r"[\s\-.()]")
_BETWEEN_DIGITS: Final = re.compile(r"[\W_]+")
_FEWEST_DIGITS: Final = 5
"""A name of fewer digits (a shop named 1900, extension 201) is nobody's telephone number, unless in an emergency."""
_MOST_LEADING: Final = 3
"""Digits of a country code, which a number has before what is dialled within its country."""


async def not_to_be_shown(numbers: Numbers, plan: DialPlan, call: Call) -> tuple[str, str] | None:
    """A number that a Dial of this call would show and may not, and why; None where all may be. Raises StoreError.

    In callerId, in callerName, and in the headers of SIP addresses: these may lead to a trunk, which believes them.
    """
    name = plan.caller_name or ""
    if reads_as_number(name) and not await _is_written_as_a_name(numbers, name, plan.caller or call.from_, call):
        return name, f"callerName {name} reads as a telephone number, and is none of this account's: write a name."
    shown = [plan.caller] if plan.caller else []
    told = _told(header for target in plan.targets for header in target.headers)
    for number in (*shown, *told):
        if not await _may_be_shown(numbers, number, call):
            return number, _why_not(number)
    return None


async def not_to_be_told(numbers: Numbers, headers: Iterable[Header], caller: str, account_id: str) -> str | None:
    """Why headers of an account's order for a call may not be sent, as they tell another's number; None if they may.

    Raises StoreError.
    """
    for number in _told(headers):
        if number != caller and not await _is_of(numbers, number, account_id):
            return _why_not(number)
    return None


def reads_as_number(name: str) -> bool:
    """Whether a name shows digits alone, as a telephone number does, however they are written and parted."""
    digits = _digits(name)
    return digits.isdecimal() and (len(digits) >= _FEWEST_DIGITS or load_emergency_numbers().is_somewhere(digits))


def _digits(name: str) -> str:
    return _BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", name))


async def _is_written_as_a_name(numbers: Numbers, name: str, shown: str, call: Call) -> bool:
    """Whether a name is a number that may be shown: in full, or that beside it as it is dialled within its country."""
    digits = _digits(name)
    within_country = digits.lstrip("0")
    code = shown.removesuffix(within_country)
    if len(within_country) >= _FEWEST_DIGITS and 0 < len(code.removeprefix("+")) <= _MOST_LEADING:
        return True
    return await _may_be_shown(numbers, f"+{digits.removeprefix('00')}", call)


async def _may_be_shown(numbers: Numbers, shown: str, call: Call) -> bool:
    if shown == call.from_ or (shown == call.to and call.direction is Direction.INBOUND):
        return True
    return await _is_of(numbers, shown, call.account_id)


async def _is_of(numbers: Numbers, shown: str, account_id: str) -> bool:
    number = await numbers.taking(shown)
    return number is not None and number.account_id == account_id


def _why_not(number: str) -> str:
    return (
        f"{number} is neither a number of this account nor that of who called in. "
        f"Add it with: telefoon numbers add {number} --account NAME"
    )


def _told(headers: Iterable[Header]) -> list[str]:
    """The telephone numbers that headers tell; names of users and hosts are none."""
    values = (value for name, value in headers if name.lower() in _TELLING)
    users = (user for value in values for user in _USER.findall(value) or [value.partition(";")[0].strip()])
    plain = (_SEPARATORS.sub("", unquote(user)) for user in users)
    return [from_carrier(user) for user in plain if user.removeprefix("+").isdigit()]
