"""Verifies who calls by trunks that want it, and says which calls are refused for it (RFC 8224 §6.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from engine.model.numbers import country_of
from engine.model.stir import SignedCall
from engine.model.trunk import Trunk, UnprovedCaller, UnsignedCaller
from engine.ports import DialRefused, InboundCall
from engine.stir.identity_fault import IdentityFaultKind
from engine.stir.verification import CallerVerifier
from sip.status import q850

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class JudgedCall:
    """A call with what came of its signature; `refusal` is the answer to one that is not taken."""

    arrival: InboundCall
    refusal: DialRefused | None = None


class CallVerification:
    """Judges calls by the fields of their trunks; in asyncio's thread. Without a verifier, no trunk may verify.

    `country` is the node's (ISO 3166, lower case), whose callers a trunk may want signed alone.
    """

    def __init__(self, verifier: CallerVerifier | None, country: str = "") -> None:
        self._verifier = verifier
        self._country = country
        self._trunks: Mapping[str, Trunk] = {}

    def use(self, trunks: Sequence[Trunk]) -> Mapping[str, str]:
        """Judge calls of these trunks from now on; what stands in the way of one, by its name."""
        self._trunks = {trunk.name: trunk for trunk in trunks if trunk.enabled and trunk.stir.verifies}
        if self._verifier is not None:
            return {}
        return dict.fromkeys(self._trunks, "To verify who calls, set TELEFOON_STIR_TRUST_ANCHORS.")

    async def judge(self, arrival: InboundCall, signed: SignedCall) -> JudgedCall:
        """Takes a second at most."""
        trunk = self._trunks.get(arrival.trunk)
        if trunk is None or self._verifier is None:
            return JudgedCall(arrival)  # the trunk has changed in this moment
        verification = await self._verifier.verify(signed)
        fault = verification.fault
        if fault is None:
            return JudgedCall(replace(arrival, verstat=verification.verstat))
        log.info("caller_not_proved", trunk=trunk.name, source=arrival.source, reason=fault.words)
        judged = replace(arrival, verstat=verification.verstat)
        if not self._refuses(trunk, fault.kind, signed.caller):
            return JudgedCall(judged)
        code = fault.kind.sip_code
        return JudgedCall(judged, DialRefused(judged, code, f"{fault.kind.sip_reason}: {fault.words}", q850(code)))

    def _refuses(self, trunk: Trunk, kind: IdentityFaultKind, caller: str) -> bool:
        if kind is not IdentityFaultKind.MISSING:
            return trunk.stir_invalid is UnprovedCaller.REFUSE
        if trunk.stir_missing is UnsignedCaller.REFUSE_NATIONAL:
            return _may_be_of(caller, self._country)
        return trunk.stir_missing is UnsignedCaller.REFUSE


def _may_be_of(caller: str, country: str) -> bool:
    """Whether a number is of a country; what can't be read as a number may be."""
    try:
        return country_of(caller) == country
    except ValueError:
        return True
