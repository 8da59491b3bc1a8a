"""Which number a dialled party may be shown: the account's own, and that of who called in, whose call goes on."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

from engine.flow.plans import DialPlan
from engine.model.call import Call, Direction
from engine.model.numbers import from_carrier
from engine.store.numbers import Numbers

_TELLING: Final = frozenset({"p-asserted-identity", "p-preferred-identity", "remote-party-id", "diversion"})
"""Headers that say whose number a call is from, beside From (RFC 3325, RFC 5806)."""
_USER: Final = re.compile(r"(?:sips?|tel):([^@;>,\s]+)", re.IGNORECASE)
_SEPARATORS: Final = re.compile(r"[\s\-.()]")


async def not_to_be_shown(numbers: Numbers, plan: DialPlan, call: Call) -> tuple[str, str] | None:
    """A number that a Dial of this call would show and may not, and why; None where all may be. Raises StoreError.

    Both in callerId and in the headers of SIP addresses: these may lead to a trunk, which believes them.
    """
    shown = [plan.caller] if plan.caller else []
    for number in (*shown, *_told(header for target in plan.targets for header in target.headers)):
        if not await _may_be_shown(numbers, number, call):
            return number, (
                f"{number} is neither a number of this account nor that of who called in. "
                f"Add it with: telefoon numbers add {number} --account NAME"
            )
    return None


async def _may_be_shown(numbers: Numbers, shown: str, call: Call) -> bool:
    if shown == call.from_ or (shown == call.to and call.direction is Direction.INBOUND):
        return True
    number = await numbers.taking(shown)
    return number is not None and number.account_id == call.account_id


def _told(headers: Iterable[tuple[str, str]]) -> list[str]:
    """The telephone numbers that headers tell; names of users and hosts are none."""
    values = (value for name, value in headers if name.lower() in _TELLING)
    users = (user for value in values for user in _USER.findall(value) or [value.partition(";")[0].strip()])
    plain = (_SEPARATORS.sub("", unquote(user)) for user in users)
    return [from_carrier(user) for user in plain if user.removeprefix("+").isdigit()]
