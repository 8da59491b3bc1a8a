"""Twenty calls that are recorded, while something goes wrong in their midst."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.peers.audio import tone
from tests.peers.auditor import audit
from tests.peers.customer import Customer
from tests.peers.phone import PhonePeer, phone
from tests.peers.platform import Json, Platform, platform
from tests.peers.ports import Ports

CALLS: Final = 20
CALLEE: Final = "+3225550199"
TALKS: Final = "<Response><Say>Good afternoon.</Say><Pause length='{}'/></Response>"


@dataclass(frozen=True, slots=True)
class Crowd:
    """Twenty calls that are recorded and talk, and the platform that carries them."""

    telefoon: Platform
    far_end: PhonePeer
    shop: Customer
    ordered: list[str]

    async def is_accounted_for(self) -> None:
        assert await audit(self.telefoon, self.ordered, self.shop) == []

    def goes_on(self) -> None:
        """None of them has ended."""
        over = [each for each in self.far_end.told if each["event"] == "hung_up"]
        assert over == [], f"calls were lost: {over}\n{self.telefoon.log()[-2000:]}"

    async def hang_up(self, call_ids: Sequence[str]) -> None:
        """End these, by REST."""
        for call_id in call_ids:
            await self.telefoon.delete(f"calls/{call_id}")
        for call_id in call_ids:
            await self.telefoon.ended_call(call_id)

    async def rows(self) -> list[Json]:
        """Each call as REST tells it."""
        return [await self.telefoon.get(f"calls/{call_id}") for call_id in self.ordered]


@asynccontextmanager
async def crowd(
    folder: Path,
    ports: Ports,
    shop: Customer,
    *,
    seconds: int,
    phone_machine: Mapping[str, str] | None = None,
    machine: Mapping[str, str] | None = None,
    **settings: str,
) -> AsyncIterator[Crowd]:
    """Each call talks for so many seconds more; what the machines of phone and platform are like is in the others."""
    voice = tone(600, 90).save(folder / "voice.wav")
    async with (
        phone("--play", str(voice), machine=phone_machine) as far_end,
        platform(folder, ports, {"TRUNK": f"sip:127.0.0.1:{far_end.port}", **settings}, machine=machine) as telefoon,
    ):
        flow, told = TALKS.format(seconds), shop.url("/status")
        ordered = [
            (await telefoon.place(CALLEE, record=True, flow=flow, status_callback=told))["id"] for _ in range(CALLS)
        ]
        for call_id in ordered:
            await telefoon.noted(call_id, "recording_started", within_s=60)
        yield Crowd(telefoon, far_end, shop, ordered)
