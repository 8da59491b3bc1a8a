"""What the far end of one leg has been told of programs that speak, and which of them it hears."""

import asyncio
from typing import Final, Protocol

from engine.model.disclosure import Disclosure, DisclosureChoice
from engine.ports import Ear


class ProgramSound(Protocol):
    """A program's sound, such as a StreamWire, that a far end may hear."""

    async def speak(self, disclosure: Disclosure, ear: Ear, /) -> None:
        """Let a far end hear it. Raises MediaError."""
        ...

    async def hush(self, ear: Ear, /) -> None:
        """Let a far end hear it no more; what waits goes on waiting."""
        ...


class LegDisclosure:
    """Whoever is at the far end of a leg is told once by each policy; another person there has been told nothing."""

    def __init__(self) -> None:
        self.telling: Final = asyncio.Lock()
        """Held by who tells it."""
        self._made: dict[DisclosureChoice, Disclosure] = {}
        self._heard: dict[ProgramSound, DisclosureChoice] = {}
        self._persons = 1
        self._is_somebody_there = asyncio.Event()
        self._is_somebody_there.set()

    @property
    def heard(self) -> dict[ProgramSound, DisclosureChoice]:
        """The programs that the far end hears, and by which policy."""
        return dict(self._heard)

    async def person(self) -> int:
        """Who is on the line, another number for each other person; waits while one takes the place of another."""
        await self._is_somebody_there.wait()
        return self._persons

    def is_still(self, person: int) -> bool:
        """Whether that one is on the line, and nobody takes their place."""
        return self._is_somebody_there.is_set() and self._persons == person

    def made_by(self, choice: DisclosureChoice) -> Disclosure | None:
        """What came of telling the person who is there now by a policy; None where that was not done."""
        return self._made.get(choice)

    def made(self, choice: DisclosureChoice, disclosure: Disclosure) -> None:
        """The person who is there now knows by this policy."""
        self._made[choice] = disclosure

    def begin_anew(self) -> None:
        """Another person is about to be on the line, who was told nothing."""
        self._persons += 1
        self._is_somebody_there.clear()
        self._made.clear()

    def somebody_is_there(self) -> None:
        """The other person is on the line, or could not come."""
        self._is_somebody_there.set()

    def hears(self, sound: ProgramSound, choice: DisclosureChoice) -> None:
        """Note that the far end hears a program, by this policy."""
        self._heard[sound] = choice

    def hears_no_more(self, sound: ProgramSound) -> None:
        """Note that the program is gone, or silent."""
        self._heard.pop(sound, None)
