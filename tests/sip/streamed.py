"""Media streams of a line under test, and what happens on them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from engine.model.disclosure import Disclosure, DisclosureChoice, DisclosurePolicy, ToldLeg, disclosed
from engine.ports import LegId, StreamEnded, StreamEvent, StreamPlan, StreamServer
from sip.streams.streams import SipStream
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.stream_program import SID, StreamProgram, stream_program
from tests.peers.waiting import eventually
from tests.sip.conftest import Line, Watch
from tests.sip.heard_calls import called

GREETING = (
    json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}),
    json.dumps({"event": "start", "sequenceNumber": "1", "streamSid": SID, "start": {"streamSid": SID}}),
)


@dataclass(slots=True)
class StreamWatch:
    """A stream, and all that has happened on it."""

    wire: SipStream
    seen: list[StreamEvent] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    async def collect(self) -> None:
        async for event in self.wire.events():
            self.seen.append(event)

    async def sees(self, kind: type[StreamEvent], *, times: int = 1, within_s: float = 10) -> Any:
        """The event of this kind that came as number `times`."""
        await eventually(
            lambda: len([each for each in self.seen if isinstance(each, kind)]) >= times,
            within_s=within_s,
            otherwise=lambda: f"{kind.__name__} number {times}: {self.seen[-20:]}",
        )
        return [each for each in self.seen if isinstance(each, kind)][times - 1]


def told(leg: LegId) -> Disclosure:
    """A disclosure of a leg as if a client had asserted that a person speaks."""
    choice = DisclosureChoice(DisclosurePolicy.NOT_AI, asserted_by="a test", reason="a tone is no machine")
    disclosure = disclosed(choice, None, ToldLeg("AC1", "CA1", "+3225550177", leg), datetime.now(UTC))
    assert disclosure is not None
    return disclosure


def plan_of(port: int, **fields: Any) -> StreamPlan:
    """A stream to a program on this machine; what is the server's begins with `server_`."""
    of_server = {name.removeprefix("server_"): fields.pop(name) for name in [*fields] if name.startswith("server_")}
    given = {"address": "127.0.0.1", "host": "127.0.0.1", "path": "/media", "port": port, "secure": False, **of_server}
    return StreamPlan(StreamServer(**given), **{"sid": SID, "greeting": GREETING, **fields})


@asynccontextmanager
async def streaming(line: Line, plan: StreamPlan) -> AsyncIterator[StreamWatch]:
    """A stream that is closed in the end."""
    watch = StreamWatch(line.agent.streams.open(plan))
    watch.task = asyncio.create_task(watch.collect())
    try:
        yield watch
    finally:
        await watch.wire.close()
        await watch.sees(StreamEnded)
        await watch.task


@asynccontextmanager
async def talking(
    line: Line, ports: Ports, ear: RtpEar, **fields: Any
) -> AsyncIterator[tuple[Watch, StreamProgram, StreamWatch]]:
    """An answered call, a program, and a stream to it; `fields` are the stream's (`plan_of`)."""
    async with called(line, ports, ear) as call, stream_program() as program:
        async with streaming(line, plan_of(program.port, **fields)) as stream:
            yield call, program, stream
        await eventually(
            lambda: not program.headers or program.close_code is not None,
            within_s=5,
            otherwise=lambda: "the connection's end reaches the program",
        )
