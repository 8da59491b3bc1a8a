"""The key of keys in a key management service, by what is installed for it.

A package offers one under the entry-point group `telefoon.master_keys`: a name, and what makes a `MasterKey` of the
place that the setting gives (`kms:NAME:PLACE`). All of it runs on one thread and is given up on after a while, so it
may block.
"""

from collections.abc import Callable, Collection, Coroutine
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, TypeVar

from engine.aio.worker_thread import WorkerThread
from engine.errors import SealBroken, SetupError, TelefoonError
from engine.model.wrapped_key import WrappedKey
from engine.recordings.encryption.master_keys import MasterKey
from engine.recordings.encryption.seal import KEY_BYTES

GROUP: Final = "telefoon.master_keys"
PATIENCE_S: Final = 5.0
"""A recording that is to begin waits so long, and its call with it."""

T = TypeVar("T")


class KmsMasterKey:
    """A master key in a key service: asks the plug-in that is installed under `name`."""

    def __init__(self, name: str, place: str, *, patience_s: float = PATIENCE_S) -> None:
        self.name = name
        self._place = place
        self._patience_s = patience_s
        self._thread = WorkerThread(f"master key {name}", patience_s=patience_s)
        self._opened: MasterKey | None = None

    async def ensure(self) -> None:
        await self._ask(lambda master: master.ensure(), type(None))

    async def wrap(self, key: bytes, context: str) -> WrappedKey:
        return await self._ask(lambda master: master.wrap(key, context), WrappedKey)

    async def unwrap(self, wrapped: WrappedKey, context: str) -> bytes:
        key = await self._ask(lambda master: master.unwrap(wrapped, context), bytes)
        if len(key) != KEY_BYTES:
            raise SealBroken(f"the stored key of {context} is none when {self.name} has unwrapped it")
        return key

    async def current(self) -> str:
        return await self._ask(lambda master: master.current(), str)

    async def exchange(self) -> None:
        await self._ask(lambda master: master.exchange(), type(None))

    async def retire(self, used: Collection[str]) -> None:
        await self._ask(lambda master: master.retire(used), type(None))

    async def _ask(self, question: Callable[[MasterKey], Coroutine[Any, Any, T]], answer: type[T]) -> T:
        async def asked() -> T:
            if self._opened is None:
                self._opened = _open(self.name, self._place)
            return await question(self._opened)

        try:
            told = await self._thread.run(asked)
        except TelefoonError:
            raise
        except TimeoutError:
            raise SetupError(
                f"The key service {self.name} did not answer within {self._patience_s:g} s. Check that it runs and can "
                "be reached from here."
            ) from None
        except Exception as error:
            raise SetupError(f"The key service {self.name} failed: {_told(error)}") from error
        if not isinstance(told, answer):
            raise SetupError(
                f"The key service {self.name} gave {type(told).__name__} where {answer.__name__} was asked for. It "
                "does not implement engine.recordings.encryption.master_keys.MasterKey as this version has it."
            )
        return told


def _open(name: str, place: str) -> MasterKey:
    installed = entry_points(group=GROUP)
    if name not in installed.names:
        raise SetupError(
            f"There is no key service {name}. Installed are: {', '.join(sorted(installed.names)) or 'none'}. "
            f"A package adds one under the entry-point group {GROUP}."
        )
    entry = installed[name]
    try:
        opener: Callable[[str], MasterKey] = entry.load()
    except Exception as error:
        raise SetupError(f"The key service {name} can't be loaded: {_told(error)}.{_extra(entry)}") from error
    return opener(place)


def _extra(entry: EntryPoint) -> str:
    """What to install, where the package has an extra of that name."""
    package = entry.dist
    if package is None or entry.name not in package.metadata.get_all("Provides-Extra", []):
        return ""
    return f" Install what it needs: pip install '{package.name}[{entry.name}]'"


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
