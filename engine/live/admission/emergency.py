"""Calls to emergency numbers as they begin: refused, or let pass every limit to a trunk that is marked for them."""

from typing import Final

import structlog

from engine.errors import EmergencyRefused, InvalidField
from engine.model.numbers import parse_e164
from engine.routing.emergency import load_emergency_numbers, refusal_of
from engine.security.egress import host_of
from engine.store.trunks import Trunks

_SIP: Final = ("sip:", "sips:")

log = structlog.get_logger(__name__)


class EmergencyCalls:
    """Asked of each call before it begins. `home` is the node's country (ISO 3166, lower case)."""

    def __init__(self, trunks: Trunks, home: str) -> None:
        self._trunks = trunks
        self._home = home
        self._numbers = load_emergency_numbers()

    async def number(self, called: str, caller: str) -> str | None:
        """The emergency number that is called, as it is dialled, which a trunk is marked for; None for any other call.

        A number counts where it is one in the node's country or in that of the calling number. Raises EmergencyRefused,
        StoreError, and InvalidField for what is neither an emergency number here nor a telephone number.
        """
        if called.startswith(_SIP):
            await self._refuse_past_trunks(called, caller)
            return None
        if not self._numbers.is_somewhere(called):
            return None
        number = self._numbers.of_call(called, caller, self._home)
        if number is None:
            _require_number(called)
            return None
        if not any(each.trunk.enabled and each.trunk.emergency for each in await self._trunks.all()):
            raise _refused(number, refusal_of(number))
        return number

    async def _refuse_past_trunks(self, uri: str, caller: str) -> None:
        """A SIP address at a trunk's host is a call by that trunk. Raises EmergencyRefused."""
        user = uri.partition(":")[2].rpartition("@")[0].partition(";")[0]
        number = self._numbers.of_call(user, caller, self._home) if user else None
        if number is None:
            return
        hosts = {host.host.lower() for each in await self._trunks.all() for host in each.trunk.hosts}
        if host_of(uri).lower() in hosts:
            raise _refused(number, f"{number} is an emergency number: call it as a number, not as a SIP address.")


def _refused(number: str, why: str) -> EmergencyRefused:
    log.warning("emergency_call_refused", number=number, reason=why)
    return EmergencyRefused(number, why)


def _require_number(called: str) -> None:
    try:
        parse_e164(called)
    except ValueError as error:
        raise InvalidField("to", str(error)) from None
