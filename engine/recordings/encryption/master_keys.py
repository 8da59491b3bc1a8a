"""The key of keys: in a file or an environment variable, or wherever else something can wrap and unwrap.

A file or a variable holds one key, or while they are being exchanged several: the first one wraps, all unwrap. Each is
64 hexadecimal digits.
"""

import asyncio
import hashlib
import os
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from engine.errors import MasterKeyMissing, SetupError
from engine.model.wrapped_key import WrappedKey
from engine.recordings.encryption.keys import new_key, unwrap, wrap
from engine.security.private_file import create, replace, require_private

_SPELLING: Final = re.compile(r"[0-9a-fA-F]{64}")
_NAME_DIGITS: Final = 16


class MasterKey(Protocol):
    """Wraps and unwraps, as a key management service does, and never gives itself away."""

    async def ensure(self) -> None:
        """Make the first one, unless there is one by now. Raises SetupError."""
        ...

    async def wrap(self, key: bytes, context: str) -> WrappedKey:
        """Wrap a key with the current master key. `context` says whose key it is. Raises SetupError."""
        ...

    async def unwrap(self, wrapped: WrappedKey, context: str) -> bytes:
        """Raises SealBroken for what was changed or is another's, SetupError where its master key is not at hand."""
        ...

    async def current(self) -> str:
        """The name of the one that wraps. Raises MasterKeyMissing where there is none, SetupError."""
        ...

    async def exchange(self) -> None:
        """Let another be the current one, unless such an exchange is under way. Raises SetupError."""
        ...

    async def retire(self, used: Collection[str]) -> None:
        """Forget those which are not current and not in use any more. Raises SetupError."""
        ...


class MasterKeyFile:
    """A master key in a file that its owner alone may read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def ensure(self) -> None:
        await asyncio.to_thread(self._ensure)

    async def wrap(self, key: bytes, context: str) -> WrappedKey:
        return _wrapped(await self._keys(), key, context)

    async def unwrap(self, wrapped: WrappedKey, context: str) -> bytes:
        return _unwrapped(await self._keys(), wrapped, context, f"{self.path}")

    async def current(self) -> str:
        return next(iter(await self._keys()))

    async def exchange(self) -> None:
        keys = await self._keys()
        if len(keys) == 1:
            await asyncio.to_thread(self._write, [new_key(), *keys.values()])

    async def retire(self, used: Collection[str]) -> None:
        keys = await self._keys()
        current = next(iter(keys))
        kept = [key for name, key in keys.items() if name == current or name in used]
        if len(kept) < len(keys):
            await asyncio.to_thread(self._write, kept)

    async def _keys(self) -> Mapping[str, bytes]:
        return _parsed(await asyncio.to_thread(self._read), f"The master key file {self.path}")

    def _read(self) -> str:
        try:
            require_private(self.path)
            return self.path.read_text("ascii", "replace")
        except FileNotFoundError:
            raise MasterKeyMissing(
                f"The master key file {self.path} is not there. Without it no recording that was sealed can be opened: "
                "restore it from a backup, or set TELEFOON_RECORDING_MASTER_KEY to where it is now."
            ) from None
        except OSError as error:
            raise SetupError(
                f"The master key file {self.path} can't be read: {error.strerror}. Without it no recording that was "
                "sealed can be opened: restore it from a backup."
            ) from error

    def _write(self, keys: Sequence[bytes]) -> None:
        try:
            replace(self.path, _spelled(keys))
        except OSError as error:
            raise SetupError(f"The master key file {self.path} can't be written: {error.strerror}.") from error

    def _ensure(self) -> None:
        if self.path.exists():
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            create(self.path, _spelled([new_key()]))
        except OSError as error:
            raise SetupError(f"The master key file {self.path} can't be written: {error.strerror}.") from error


class MasterKeyVariable:
    """A master key in an environment variable, read at each use; others put in there what is to be."""

    def __init__(self, name: str, environment: Mapping[str, str] = os.environ) -> None:
        self.name = name
        self._environment = environment

    async def ensure(self) -> None:
        """Only who sets the variable can make one."""
        self._keys()

    async def wrap(self, key: bytes, context: str) -> WrappedKey:
        return _wrapped(self._keys(), key, context)

    async def unwrap(self, wrapped: WrappedKey, context: str) -> bytes:
        return _unwrapped(self._keys(), wrapped, context, f"the variable {self.name}")

    async def current(self) -> str:
        return next(iter(self._keys()))

    async def exchange(self) -> None:
        if len(self._keys()) == 1:
            raise SetupError(
                f"{self.name} holds one key. Put a new one (openssl rand -hex 32) and a blank before it, run this "
                "again, start the nodes anew with both, and take the old one away then."
            )

    async def retire(self, used: Collection[str]) -> None:
        """Only who sets the variable can."""

    def _keys(self) -> Mapping[str, bytes]:
        text = self._environment.get(self.name)
        if text is None:
            raise SetupError(
                f"The variable {self.name} is not set; recordings are sealed with the master key in it. "
                "A new one is: openssl rand -hex 32"
            )
        return _parsed(text, f"The variable {self.name}")


def _parsed(text: str, where: str) -> Mapping[str, bytes]:
    """Read master keys by name, the current one first. Messages never show what is there. Raises SetupError."""
    words = text.split()
    if not words or not all(_SPELLING.fullmatch(word) for word in words):
        raise SetupError(f"{where} does not hold a key of 64 hexadecimal digits, as made by: openssl rand -hex 32")
    keys = [bytes.fromhex(word) for word in words]
    return {_name(key): key for key in keys}


def _name(key: bytes) -> str:
    """Tells keys apart, the same wherever the key is kept, and tells nothing of it."""
    return "local:" + hashlib.sha256(b"telefoon master key 1" + key).hexdigest()[:_NAME_DIGITS]


def _spelled(keys: Sequence[bytes]) -> bytes:
    return b"".join(key.hex().encode() + b"\n" for key in keys)


def _wrapped(keys: Mapping[str, bytes], key: bytes, context: str) -> WrappedKey:
    name, master = next(iter(keys.items()))
    return WrappedKey(name, wrap(key, master, context))


def _unwrapped(keys: Mapping[str, bytes], wrapped: WrappedKey, context: str, where: str) -> bytes:
    if wrapped.master not in keys:
        raise SetupError(
            f"The key of {context} was wrapped with the master key {wrapped.master}, which is not in {where}. "
            "Restore it from a backup."
        )
    return unwrap(wrapped.wrapped, keys[wrapped.master], context)
