"""SRTP with keys from session descriptions (RFC 3711, RFC 4568), in the one suite that everybody has."""

import base64
import hashlib
import hmac
import os
import re
from dataclasses import dataclass, field
from typing import Final, Self

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SUITE: Final = "AES_CM_128_HMAC_SHA1_80"
_KEY_BYTES: Final = 16
_SALT_BYTES: Final = 14
_TAG_BYTES: Final = 10
_HEADER_BYTES: Final = 12


class NotAuthentic(ValueError):
    """A packet that was not sealed with this key."""


@dataclass(slots=True)
class SrtpKey:
    """What one side seals its packets with. It follows one source, whose sequence numbers may begin anew."""

    master: bytes
    _rollovers: int = 0
    _last: int = -1
    _session: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    def made(cls) -> Self:
        """Make a key that nobody else has."""
        return cls(os.urandom(_KEY_BYTES + _SALT_BYTES))

    @classmethod
    def offered(cls, description: str) -> Self:
        """Take the key that a session description offers for the suite."""
        found = re.search(rf"a=crypto:\d+ {SUITE} inline:([A-Za-z0-9+/=]+)", description)
        assert found is not None, f"no key of {SUITE} in:\n{description}"
        return cls(base64.b64decode(found[1]))

    @property
    def inline(self) -> str:
        """The key as a session description has it."""
        return f"inline:{base64.b64encode(self.master).decode()}"

    def seal(self, packet: bytes) -> bytes:
        """Encrypt and sign an RTP packet without extension and contributing sources."""
        sealed = packet[:_HEADER_BYTES] + self._crypted(packet)
        return sealed + self._tag(sealed)

    def open(self, datagram: bytes) -> bytes:
        """The packet in a datagram. Raises NotAuthentic."""
        sealed, tag = datagram[:-_TAG_BYTES], datagram[-_TAG_BYTES:]
        opened = sealed[:_HEADER_BYTES] + self._crypted(sealed)
        if len(sealed) < _HEADER_BYTES or not hmac.compare_digest(tag, self._tag(sealed)):
            raise NotAuthentic
        return opened

    def _crypted(self, packet: bytes) -> bytes:
        sequence = int.from_bytes(packet[2:4])
        if self._last - sequence > 1 << 15:
            self._rollovers += 1
        self._last = sequence
        index, ssrc = self._rollovers << 16 | sequence, int.from_bytes(packet[8:12])
        vector = int.from_bytes(self._key(2, _SALT_BYTES)) << 16 ^ ssrc << 64 ^ index << 16
        return _keystream(self._key(0, _KEY_BYTES), vector, packet[_HEADER_BYTES:])

    def _tag(self, sealed: bytes) -> bytes:
        signed = sealed + self._rollovers.to_bytes(4)
        return hmac.new(self._key(1, 20), signed, hashlib.sha1).digest()[:_TAG_BYTES]

    def _key(self, label: int, size: int) -> bytes:
        """A key of the session (RFC 3711 §4.3)."""
        if label not in self._session:
            key, salt = self.master[:_KEY_BYTES], self.master[_KEY_BYTES:]
            vector = (int.from_bytes(salt) ^ label << 48) << 16
            self._session[label] = _keystream(key, vector, bytes(size))
        return self._session[label]


def _keystream(key: bytes, vector: int, text: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.CTR(vector.to_bytes(16))).encryptor().update(text)
