"""People in conferences: they come, talk or keep silent, stay while the server is measured, and go."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from bench.crowds import NOBODY, Crowd, call
from bench.probes import Probes
from bench.process import cpu_share, memory_alone, quiet
from bench.scenario import Place
from bench.scripts import A_LAW, PROBED_PORT, Codec, calls, hangs_up, script, stays, talks
from bench.statistics import of_gaps, of_set_up

PER_SECOND: Final = 25
MEASURED_S: Final = 8.0
_BRIEF_S: Final = 2.0
_SETTLES_S: Final = 3.0
_LEAVES_S: Final = 2.0
_PROBES: Final = 3
_NUMBER: Final = "[field0]"
_PROBES_NUMBER: Final = "[field1]"
_QUIET_BYTES: Final = 16000


@dataclass(frozen=True, slots=True)
class Members:
    """Callers by number, whose last two digits are the room's."""

    numbers: Sequence[str]
    talking: bool
    codec: Codec = A_LAW

    def crowd(self, service: str, length_s: float) -> Crowd:
        codec = self.codec
        steps = calls(codec, number=_NUMBER), talks(codec), stays(), hangs_up(_NUMBER)
        voice = b"" if self.talking else codec.quiet * _QUIET_BYTES or b"\0"
        return Crowd(script(*steps), len(self.numbers), PER_SECOND, length_s, service, self.numbers, voice)

    def listening_to(self, probes: Probes, service: str, length_s: float) -> Crowd:
        """The same as callers whose ears are probes, and who send nothing."""
        steps = calls(self.codec, media=PROBED_PORT, number=_PROBES_NUMBER), stays(), hangs_up(_PROBES_NUMBER)
        fields = [f"{probe.port};{number}" for probe, number in zip(probes.all, self.numbers, strict=True)]
        return Crowd(script(*steps), len(fields), _PROBES, length_s, service, fields)


def members_of(rooms: int, per_room: int, talkers: int, listeners: Codec = A_LAW) -> tuple[Members, Members]:
    """The members of rooms: those who talk, `talkers` a room, and those who keep silent."""
    numbers = [[f"+32255{seat:03}{room:02}" for seat in range(per_room)] for room in range(rooms)]
    return (
        Members([number for room in numbers for number in room[:talkers]], talking=True),
        Members([number for room in numbers for number in room[talkers:]], talking=False, codec=listeners),
    )


@dataclass(frozen=True, slots=True)
class RoomServer:
    """A server with rooms behind `service`; `inside` counts the people in them."""

    pid: int
    sip_port: int
    service: str
    place: Place
    inside: Callable[[], Awaitable[int]]
    members: Callable[[int], tuple[Members, Members]]
    """Who comes, by how many there are."""

    async def measure(self, load: int) -> dict[str, float]:
        """What all cost once they are in. Raises RuntimeError where not all come in."""
        before = memory_alone(self.pid)
        talking, silent = self.members(load)
        measured_s = _BRIEF_S if self.place.brief else MEASURED_S
        ramp_s = load / PER_SECOND + 1
        length_s = ramp_s + _SETTLES_S + measured_s + _LEAVES_S
        probing = min(_PROBES, len(talking.numbers) - 1)
        heard = Members(talking.numbers[:probing], talking=False)
        rest = Members(talking.numbers[probing:], talking=True)
        with Probes(probing) as probes:
            crowds = [each.crowd(self.service, length_s) for each in (rest, silent)]
            crowds.append(heard.listening_to(probes, self.service, length_s))
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(call(crowd, self.sip_port, self.place)) for crowd in crowds]
                await asyncio.sleep(ramp_s + _SETTLES_S)
                since_s = time.time()
                share = await cpu_share(self.pid, measured_s)
                until_s = time.time()
                most = memory_alone(self.pid)
                inside = await self.inside()
            gaps = [gap for probe in probes.all for gap in probe.gaps_ms(since_s, until_s)]
        outcome = sum((each.result() for each in tasks), NOBODY)
        if not outcome.setup_ms:
            raise RuntimeError(f"none of {load} people was answered")
        await quiet(self.pid)
        return {
            "failed": float(max(outcome.failed, load - inside)),
            "cores": share,
            "cpu_ms_per_call_second": 1000 * share / load,
            "pss_kib_per_call": (most.proportional_kib - before.proportional_kib) / load,
            "rss_kib_per_call": (most.resident_kib - before.resident_kib) / load,
            **of_set_up(outcome.setup_ms),
            **of_gaps(gaps),
        }


@asynccontextmanager
async def room_flows(unmuted: int = 1000) -> AsyncIterator[str]:
    """Sends each caller to the room of its number's last two digits, muted but for the first ones of each room."""

    async def flow(request: web.Request) -> web.Response:
        caller = str((await request.post())["From"])
        seat, room = int(caller[-5:-2]), caller[-2:]
        muted = str(seat >= unmuted).lower()
        conference = f'<Conference beep="false" muted="{muted}" maxParticipants="250">{room}</Conference>'
        return web.Response(text=f"<Response><Dial>{conference}</Dial></Response>", content_type="text/xml")

    app = web.Application()
    app.add_routes([web.post("/flow", flow)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/flow"
    finally:
        await runner.cleanup()
