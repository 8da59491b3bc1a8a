"""The key of keys in a PKCS #11 token, as a hardware security module is: it never leaves it.

Master keys are AES-256 keys, made in the token and not extractable. Their labels are their names: `object` of the
place, a number that counts up, and what tells keys apart that two processes made at once. The highest one wraps, with
CKM_AES_GCM (PKCS #11 v2.40), whose additional data is the context.
"""

import os
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pkcs11
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, ObjectClass

from engine.errors import MasterKeyMissing, SealBroken, SetupError
from engine.model.wrapped_key import WrappedKey
from engine.recordings.encryption.pkcs11_uri import Pkcs11Place

_NONCE_BYTES: Final = 12
_TAG_BITS: Final = 128
_KEY_BITS: Final = 256
_FIRST: Final = 1
_OUR_KIND: Final = {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.KEY_TYPE: KeyType.AES}
_STAYS_INSIDE: Final = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}

# What tokens answer where the tag is wrong; SoftHSM has a general error for it.
_REFUSED: Final = (
    pkcs11.EncryptedDataInvalid, pkcs11.EncryptedDataLenRange, pkcs11.DataInvalid, pkcs11.GeneralError,
    pkcs11.FunctionFailed,
)  # fmt: skip
_WRONG_PIN: Final = (pkcs11.PinIncorrect, pkcs11.PinLocked, pkcs11.PinLenRange, pkcs11.PinInvalid)


class Pkcs11MasterKey:
    """A master key in a PKCS #11 token. It blocks, and is for one thread only, as PKCS #11 has it by default."""

    def __init__(self, place: str) -> None:
        self._place = Pkcs11Place.read(place)
        self._labels = re.compile(rf"{re.escape(self._place.object)}-(\d+)-[0-9a-f]+")
        self._refused_pin: str | None = None
        self._stale = False

    async def ensure(self) -> None:
        with self._session(writes=True) as session:
            if not self._names(session):
                self._make(session, _FIRST)

    async def wrap(self, key: bytes, context: str) -> WrappedKey:
        nonce = os.urandom(_NONCE_BYTES)
        with self._session() as session:
            name = self._current(session)
            sealed = _key(session, name).encrypt(key, **_sealing(nonce, context))
        return WrappedKey(name, nonce + sealed)

    async def unwrap(self, wrapped: WrappedKey, context: str) -> bytes:
        nonce, sealed = wrapped.wrapped[:_NONCE_BYTES], wrapped.wrapped[_NONCE_BYTES:]
        with self._session() as session:
            if wrapped.master not in self._names(session):
                raise SetupError(
                    f"The key of {context} was wrapped with the master key {wrapped.master}, which is not in "
                    f"{self._place}. Restore it from a backup."
                )
            try:
                key: bytes = _key(session, wrapped.master).decrypt(sealed, **_sealing(nonce, context))
            except _REFUSED as refused:
                raise SealBroken(
                    f"the stored key of {context} was changed, or is another's: {self._place} answered {_told(refused)}"
                ) from None
        return key

    async def current(self) -> str:
        with self._session() as session:
            return self._current(session)

    async def exchange(self) -> None:
        with self._session(writes=True) as session:
            current = self._current(session)
            if len(self._names(session)) == 1:
                self._make(session, self._number(current) + 1)

    async def retire(self, used: Collection[str]) -> None:
        with self._session(writes=True) as session:
            for name in self._names(session)[1:]:
                if name not in used:
                    _key(session, name).destroy()

    def _current(self, session: Any) -> str:
        names = self._names(session)
        if not names:
            raise MasterKeyMissing(
                f"There is no key {self._place.object}-NUMBER in {self._place}. Without it no recording that was "
                "sealed can be opened: restore it from a backup, or let TELEFOON_RECORDING_MASTER_KEY name its place."
            )
        return names[0]

    def _names(self, session: Any) -> list[str]:
        """The current one first."""
        labels = [key[Attribute.LABEL] for key in list(session.get_objects(_OUR_KIND))]
        ours = [label for label in labels if self._labels.fullmatch(label)]
        return sorted(ours, key=lambda label: (self._number(label), label), reverse=True)

    def _number(self, label: str) -> int:
        found = self._labels.fullmatch(label)
        return int(found[1]) if found else 0

    def _make(self, session: Any, number: int) -> None:
        label = f"{self._place.object}-{number}-{os.urandom(4).hex()}"
        session.generate_key(KeyType.AES, _KEY_BITS, label=label, store=True, template=_STAYS_INSIDE)

    @contextmanager
    def _session(self, *, writes: bool = False) -> Iterator[Any]:
        """One for each use, so that a token that was away is found again."""
        pin = self._pin()
        try:
            with self._token().open(rw=writes, user_pin=pin) as session:
                yield session
        except _WRONG_PIN as error:
            self._refused_pin = pin
            raise SetupError(f"{self._place} refuses the PIN that is in {self._place.pin_source}.") from error
        except pkcs11.PKCS11Error as error:
            self._stale = True
            raise SetupError(f"{self._place} answered {_told(error)}.") from error

    def _token(self) -> Any:
        library = pkcs11.lib(self._place.module_path)
        if self._stale:
            library.reinitialize()  # who began before a token was there does not see it
            self._stale = False
        return library.get_token(token_label=self._place.token, token_serial=self._place.serial)

    def _pin(self) -> str:
        pin = self._place.pin()
        if pin == self._refused_pin:
            # Tokens lock themselves after a few wrong ones.
            raise SetupError(
                f"{self._place} has refused the PIN that is in {self._place.pin_source}: it is not tried again."
            )
        return pin


def _key(session: Any, label: str) -> Any:
    return session.get_key(object_class=ObjectClass.SECRET_KEY, key_type=KeyType.AES, label=label)


def _sealing(nonce: bytes, context: str) -> dict[str, Any]:
    return {
        "mechanism": Mechanism.AES_GCM,
        "mechanism_param": GCMParams(nonce, aad=context.encode(), tag_bits=_TAG_BITS),
    }


def _told(error: Exception) -> str:
    return f"{type(error).__name__} ({error})" if str(error) else type(error).__name__
