"""Keeps secrets that must be had back, as those that sign: encrypted with a key made from the data folder's pepper."""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.errors import SetupError

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_PURPOSE: Final = b"telefoon secrets 1"
"""The pepper itself hashes API keys; this purpose gets a key of its own (RFC 5869)."""


class Vault:
    """AES-256-GCM; `context` (whose it is) is not stored, but must be the same to open."""

    def __init__(self, pepper: bytes) -> None:
        self._cipher = AESGCM(HKDF(SHA256(), _KEY_BYTES, salt=None, info=_PURPOSE).derive(pepper))

    def seal(self, secret: str, context: str) -> bytes:
        """What may be stored."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), context.encode())

    def open(self, sealed: bytes, context: str) -> str:
        """The secret. Raises SetupError where it was sealed with another pepper, or for another context."""
        nonce, encrypted = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, encrypted, context.encode()).decode()
        except (InvalidTag, ValueError):
            raise SetupError(
                f"The secret of {context} can't be decrypted: the file 'pepper' in the data folder is not the one it "
                "was stored with. Restore it from a backup, or set the secret anew: an account's with telefoon "
                "accounts secret NAME --rotate, a trunk's password by removing the trunk and adding it again."
            ) from None
