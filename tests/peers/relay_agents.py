"""Programs that talk by text (ConversationRelay): one as it should be, and others with faults."""

import asyncio
import json
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.peers.served_programs import ServedPrograms, served_programs


@dataclass(frozen=True, slots=True)
class RelayManner:
    """How such a program behaves: what it says first, and to each prompt in pieces."""

    greeting: str = ""
    tokens: tuple[str, ...] = ("You said ", "so. ", "Go on.")
    ends_turns: bool = True
    token_every_s: float = 0.0
    heeds_interrupts: bool = True
    says_first: tuple[str, ...] = ()
    """Messages that it sends at the beginning, as they are."""
    hands_off_at: str = ""
    """The key at which it ends the conversation."""


@dataclass(slots=True)
class RelayAgent:
    """One conversation of such a program, and what it was told."""

    manner: RelayManner
    socket: web.WebSocketResponse
    told: list[dict[str, Any]] = field(default_factory=list)
    speaking: asyncio.Task[None] | None = None

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """The messages of one type, in order."""
        return [each for each in self.told if each["type"] == kind]

    async def serve(self) -> None:
        async for message in self.socket:
            if message.type is WSMsgType.TEXT:
                self.told.append(json.loads(message.data))
                await self._take(self.told[-1])
        self._stop()

    async def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "setup":
                for text in self.manner.says_first:
                    await self.socket.send_str(text)
                if self.manner.greeting:
                    await self._send(type="text", token=self.manner.greeting, last=True)
            case "prompt" if message["last"]:
                self._stop()
                self.speaking = asyncio.create_task(self._say())
            case "interrupt" if self.manner.heeds_interrupts:
                self._stop()
            case "dtmf" if message["digit"] == self.manner.hands_off_at:
                await self._send(type="end", handoffData='{"to": "a person"}')

    def _stop(self) -> None:
        if self.speaking is not None:
            self.speaking.cancel()

    async def _say(self) -> None:
        for token in self.manner.tokens:
            await self._send(type="text", token=token, last=False)
            await asyncio.sleep(self.manner.token_every_s)
        if self.manner.ends_turns:
            await self._send(type="text", token="", last=True)

    async def _send(self, **message: Any) -> None:
        if not self.socket.closed:
            await self.socket.send_str(json.dumps(message))


ServedRelayAgents = ServedPrograms[RelayAgent]


def relay_agents(**manners: RelayManner) -> AbstractAsyncContextManager[ServedRelayAgents]:
    """They listen on a port of their own, each at the path of its name."""
    return served_programs(lambda name, socket: RelayAgent(manners[name], socket))
