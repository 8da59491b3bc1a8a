"""Signs who calls in INVITEs to trunks that want it, or passes a signature on (RFC 8224 §6.1)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from engine.model.stir import Attestation
from engine.model.trunk import Trunk
from engine.ports import DialRequest
from engine.stir import identity_header, passport
from engine.stir.passport import Passport
from engine.stir.verification import canonical
from sip.trunks.caller_identity import tells_number

_ORIGINS: Final = UUID("6c6f1f0e-3b0c-4e9e-9c3b-7f1f3f4a7d52")
"""The name space of accounts, of which a signature tells no more than that two calls are of one."""

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ProofOfCaller:
    """The headers that prove who calls, and the attestation that we have signed; None where nothing is signed here."""

    headers: Headers = ()
    attestation: Attestation | None = None


NO_PROOF: Final = ProofOfCaller()


class CallSigning:
    """The keys of trunks that sign; in asyncio's thread."""

    def __init__(self) -> None:
        self._keys: dict[str, EllipticCurvePrivateKey] = {}

    async def use(self, trunks: Sequence[Trunk]) -> dict[str, str]:
        """Sign for these trunks from now on; what stands in the way of one, by its name."""
        keys, faults = {}, {}
        for trunk in trunks:
            if trunk.enabled and trunk.stir.signs:
                try:
                    keys[trunk.name] = await asyncio.to_thread(_key, Path(trunk.stir_key))
                except (OSError, ValueError, TypeError) as error:
                    faults[trunk.name] = f"stir_key {trunk.stir_key}: {error}"
        self._keys = keys
        return faults

    def proof(self, request: DialRequest, trunk: Trunk | None, now: datetime) -> ProofOfCaller:
        """What proves who calls: signed by us, or as it came."""
        if not tells_number(request, trunk):
            return NO_PROOF  # a signature has the number, which nobody is told here
        key = self._keys.get(trunk.name) if trunk is not None else None
        if trunk is None or key is None:
            return ProofOfCaller(tuple(("Identity", each) for each in request.identity))
        caller, called = canonical(request.caller), canonical(request.target)
        if not caller.isdigit():
            return NO_PROOF
        origin = str(uuid5(_ORIGINS, request.account_id))
        proved = Passport(
            caller, (called,), int(now.timestamp()), trunk.stir_certificate_url, request.attestation, origin
        )
        identity = identity_header.written(passport.signed(proved, key), trunk.stir_certificate_url)
        headers = (("Date", format_datetime(now, usegmt=True)), ("Identity", identity))
        return ProofOfCaller(headers, request.attestation)


def _key(file: Path) -> EllipticCurvePrivateKey:
    """Raises OSError, ValueError, TypeError."""
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError("it is no key of P-256")  # noqa: TRY004 - the file's fault, as one that can't be read
    return key
