"""The speech servers of all languages, as the synthesizer uses them.

A server's words are fetched into files first; the worker process then reads the files as it has other engines speak,
so that decoding, trimming, pauses and levels are the same for all.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tts.pool import PoolError
from tts.script import Script, ScriptUtterance
from tts.server_engine.server import SpeechServer
from tts.voices import EngineName, Voice

Voices = Sequence[Voice | None]
"""Who says each part of a script; None for a silence."""


class Asking(Protocol):
    """The way to ask a server, as Asker has it."""

    async def speech(self, server: SpeechServer, utterance: ScriptUtterance, rate: int | None) -> bytes:
        """A file of sound. Raises PoolError."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class SpeechServers:
    """`servers` by canonical language; `asker` may be left out where there are none."""

    servers: Mapping[str, SpeechServer] = field(default_factory=dict)
    asker: Asking | None = None

    @property
    def voices(self) -> dict[str, str]:
        """The voice of each language's server."""
        return {language: server.voice for language, server in self.servers.items()}

    def recipe(self, parts: Script, voices: Voices) -> dict[str, Any]:
        """What a prompt's sound depends on beyond its voices' names; empty where no server speaks."""
        spoken = {part.language for _, part in _by_server(parts, voices)}
        return {"servers": {each: self.servers[each].recipe() for each in sorted(spoken)}} if spoken else {}

    async def fetched(self, parts: Script, voices: Voices, rate: int | None, folder: Path) -> list[Voice | None]:
        """The voices for the worker: those of servers become files in `folder` with what they said.

        One part after the other, as a server of one's own mostly speaks for one caller at a time. Raises ServerFailed,
        TextRefused, ServerResting, PoolError.
        """
        found = list(voices)
        for place, part in _by_server(parts, voices):
            assert self.asker is not None, "servers come with what asks them"
            sound = await self.asker.speech(self.servers[part.language], part, rate)
            file = folder / f"said-{place}"
            try:
                await asyncio.to_thread(file.write_bytes, sound)
            except OSError as error:
                raise PoolError(f"What a speech server said can't be kept: {error.strerror}.") from error
            found[place] = Voice(EngineName.SERVER, str(file))
        return found

    async def close(self) -> None:
        """Nothing is asked afterwards."""
        if self.asker is not None:
            await self.asker.close()


def _by_server(parts: Script, voices: Voices) -> Iterator[tuple[int, ScriptUtterance]]:
    for place, (part, voice) in enumerate(zip(parts, voices, strict=True)):
        if isinstance(part, ScriptUtterance) and voice is not None and voice.engine is EngineName.SERVER:
            yield place, part
