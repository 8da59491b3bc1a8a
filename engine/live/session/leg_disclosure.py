"""What the far end of one leg has been told of programs that speak, and which of them it hears."""

import asyncio
from dataclasses import dataclass
from typing import Final, Protocol

from engine.model.disclosure import Disclosure, DisclosureChoice, DisclosurePolicy
from engine.ports import Ear


class ProgramSound(Protocol):
    """A program's sound, such as a StreamWire, that a far end may hear."""

    async def speak(self, disclosure: Disclosure, ear: Ear, /) -> None:
        """Let a far end hear it. Raises MediaError."""
        ...

    async def hush(self, ear: Ear, /) -> None:
        """Let a far end hear it no more; what waits goes on waiting."""
        ...


@dataclass(frozen=True, slots=True)
class HeardProgram:
    """A program that a far end hears: by which policy, and in which language that is said; None is the call's."""

    choice: DisclosureChoice
    language: str | None = None


class LegDisclosure:
    """Whoever is at the far end of a leg is told once by each policy; another person there has been told nothing."""

    def __init__(self) -> None:
        self.telling: Final = asyncio.Lock()
        """Held by who tells it."""
        self._made: dict[DisclosureChoice, Disclosure] = {}
        self._heard: dict[ProgramSound, HeardProgram] = {}
        self._listeners = 1
        self._is_somebody_there = True
        self._has_ear_on_line = True
        self._is_listening = asyncio.Event()
        self._is_listening.set()

    @property
    def heard(self) -> dict[ProgramSound, HeardProgram]:
        """The programs that the far end hears, and how it came to know."""
        return dict(self._heard)

    async def listener(self) -> int:
        """Who listens, another number for each other person and after each hold.

        Waits while one takes the place of another, and while the far end holds the line.
        """
        await self._is_listening.wait()
        return self._listeners

    def is_still(self, listener: int) -> bool:
        """Whether that one has listened ever since."""
        return self._is_listening.is_set() and self._listeners == listener

    async def told(self) -> None:
        """Wait until nobody is told any more: nothing else is said meanwhile."""
        async with self.telling:
            """The notice is over."""

    def made_by(self, choice: DisclosureChoice) -> Disclosure | None:
        """What came of telling the person who is there now by a policy; None where that was not done."""
        return self._made.get(choice)

    @property
    def announced(self) -> Disclosure | None:
        """What the person who is there now has heard from us of a program; None where nothing."""
        heard = (each for each in self._made.values() if each.record.policy is DisclosurePolicy.ANNOUNCE)
        return next(heard, None)

    def made(self, choice: DisclosureChoice, disclosure: Disclosure) -> None:
        """The person who is there now knows by this policy."""
        self._made[choice] = disclosure

    def begin_anew(self) -> None:
        """Another person is about to be on the line, who was told nothing."""
        self._is_somebody_there = False
        self._made.clear()
        self._listens_or_not()

    def somebody_is_there(self) -> None:
        """The other person is on the line, or could not come."""
        self._is_somebody_there = True
        self._listens_or_not()

    def line_changed(self, *, hears: bool) -> None:
        """The far end takes our sound from now on or, as it holds the line, does not."""
        self._has_ear_on_line = hears
        self._listens_or_not()

    def hears(self, sound: ProgramSound, how: HeardProgram) -> None:
        """Note that the far end hears a program, and how it came to know."""
        self._heard[sound] = how

    def hears_no_more(self, sound: ProgramSound) -> None:
        """Note that the program is gone, or silent."""
        self._heard.pop(sound, None)

    def _listens_or_not(self) -> None:
        if self._is_somebody_there and self._has_ear_on_line:
            self._is_listening.set()
        else:
            self._listeners += 1
            self._is_listening.clear()
