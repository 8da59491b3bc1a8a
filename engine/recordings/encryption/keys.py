"""Keys in keys: a recording's data key in its account's key, that in a master key."""

import os
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.errors import SealBroken
from engine.recordings.encryption.seal import KEY_BYTES

_NONCE_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class DataKey:
    """A recording's key, in clear and as it may be stored."""

    key: bytes = field(repr=False)
    wrapped: bytes = field(repr=False)


def new_key() -> bytes:
    """256 bits that nobody can guess."""
    return os.urandom(KEY_BYTES)


def wrap(key: bytes, wrapping: bytes, context: str) -> bytes:
    """What may be stored: AES-256-GCM; `context`, whose key it is, is not in it, but must be the same to unwrap."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(wrapping).encrypt(nonce, key, context.encode())


def unwrap(wrapped: bytes, wrapping: bytes, context: str) -> bytes:
    """The key. Raises SealBroken where it was changed, or is another's."""
    try:
        return AESGCM(wrapping).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError):
        raise SealBroken(f"the stored key of {context} was changed, or is another's") from None
