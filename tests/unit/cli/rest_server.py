"""The product's REST interface with real stores in a thread of its own; its calls live by a script."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from engine.errors import NotFound, WrongState
from engine.flow.interpreter import Start
from engine.flow.program_plans import StreamOrder
from engine.live.orders import CallChange, ConferenceChange, NewCall, NewConference, ParticipantOrder
from engine.model.call import Attempt, Call, Direction, Event, after
from engine.model.conference import Conference, Participant
from engine.model.queue import Queue
from engine.model.stream import MediaStream
from engine.ports import RtpStats
from engine.store.calls import Calls
from engine.store.database import Database
from tests.peers.databases import migrated_sqlite
from tests.unit.rest_services import answering, rest_services

OWN = "+3225550100"
ANSWERED = (Event.ALERTED, Event.ANSWERED, Event.HUNG_UP)
CONGESTED = (Event.BROKE,)
"""No trunk carried it: the first did not answer, the last had no line, by its cause."""
ENGAGED = (Event.ALERTED, Event.ENGAGED)
_PATIENCE_S = 20.0


class ScriptedCallService:
    """Stores each order and lives it through `script` at once."""

    def __init__(self, calls: Calls) -> None:
        self.orders: list[NewCall] = []
        self.script: Sequence[Event] = ANSWERED
        self._calls = calls

    def carries(self, call_id: str) -> bool:
        return False

    async def place(self, order: NewCall) -> Call:
        self.orders.append(order)
        asked = Call.begun(
            Direction.OUTBOUND,
            order.from_,
            order.to,
            order.options,
            account_id=order.account_id,
            at=_now(),
            node="test",
        )
        await self._calls.add(asked)
        call = asked
        for event in self.script:
            call = after(call, event, _now())
        if self.script is ENGAGED:
            busy = Attempt("trunk 127.0.0.1:5080", order.to, "The far end is busy.", 486, "Busy Here", 17)
            call = replace(call, sip_code=486, sip_reason="Busy Here", q850_cause=17, attempts=(busy,))
        elif self.script is CONGESTED:
            silent = Attempt("trunk a", order.to, "Nothing was answered.", 408, "Request Timeout", 102)
            full = Attempt("trunk b", order.to, "The trunk is full.", 503, "Service Unavailable", 34)
            call = replace(call, sip_code=503, sip_reason="Service Unavailable", q850_cause=34, attempts=(silent, full))
        else:
            call = replace(call, price=Decimal("0.0120"))
            await self._calls.add_event(call.id, "said", {"language": "en-GB", "text": "Good morning"}, _now())
        await self._calls.save(call)
        return asked

    async def end(self, account_id: str, call_id: str) -> None:
        call = await self._calls.get(call_id)
        if call is None or call.account_id != account_id:
            raise NotFound("call", call_id)

    async def change(self, account_id: str, call_id: str, change: CallChange) -> Call:
        raise NotImplementedError

    async def settle(self, call_id: str) -> None:
        """All that happened is stored."""

    async def take_from_queue(self, account_id: str, queue_id: str, call_id: str | None, start: Start) -> Call:
        raise WrongState(f"Nobody waits in {queue_id}.")

    async def rename_queue(self, account_id: str, queue_id: str, name: str) -> Queue:
        raise NotFound("queue", queue_id)

    async def remove_queue(self, account_id: str, queue_id: str) -> None:
        raise NotFound("queue", queue_id)

    async def start_stream(self, account_id: str, call_id: str, order: StreamOrder) -> MediaStream:
        raise WrongState(f"{call_id} is not streamed to {order.url}.")

    async def stop_stream(self, account_id: str, call_id: str, id_or_name: str) -> MediaStream:
        raise WrongState(f"{call_id} has no stream {id_or_name}.")

    async def place_in_line(self, call: Call) -> int | None:
        return None

    def place_in_queue(self, call_id: str) -> tuple[int, float | None] | None:
        return None

    async def delete_recording(self, account_id: str, recording_id: str) -> None:
        raise NotImplementedError

    async def readiness(self) -> Mapping[str, object]:
        return {"ready": True, "checks": {"trunk": {"ok": True, "detail": "200 OK"}}}


class NoConferences:
    """The commands that are tested order none."""

    async def create(self, order: NewConference) -> Conference:
        raise NotImplementedError

    async def end(self, account_id: str, conference_id: str) -> None:
        raise NotImplementedError

    async def change(self, account_id: str, conference_id: str, change: ConferenceChange) -> Conference:
        raise NotImplementedError

    async def change_participant(
        self, account_id: str, conference_id: str, who: str, order: ParticipantOrder
    ) -> Participant:
        raise NotImplementedError

    async def lines(self, account_id: str, conference_id: str) -> Mapping[str, RtpStats]:
        return {}

    async def send_out(self, account_id: str, conference_id: str, who: str) -> None:
        raise NotImplementedError


@dataclass(slots=True)
class RestServer:
    """Where it answers, a key of its one account (whose number is OWN), and what places its calls."""

    address: str = ""
    key: str = ""
    call_service: ScriptedCallService = field(init=False)


@contextmanager
def rest_server(folder: Path) -> Iterator[RestServer]:
    """Answers on a free loopback port until left."""
    server = RestServer()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    serving = _serving(server, folder)
    try:
        asyncio.run_coroutine_threadsafe(serving.__aenter__(), loop).result(_PATIENCE_S)
        try:
            yield server
        finally:
            asyncio.run_coroutine_threadsafe(serving.__aexit__(None, None, None), loop).result(_PATIENCE_S)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_PATIENCE_S)
        loop.close()


@asynccontextmanager
async def _serving(server: RestServer, folder: Path) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        database = await Database.open(migrated_sqlite(folder / "rest.db"))
        stack.push_async_callback(database.close)
        server.call_service = ScriptedCallService(Calls(database))
        services = await rest_services(
            database,
            folder,
            call_service=server.call_service,
            conference_service=NoConferences(),
            health=server.call_service,
        )
        owner = await services.stores.accounts.ensure("demo")
        _, server.key = await services.stores.accounts.create_key(owner.id)
        await services.stores.numbers.add(owner.id, OWN)
        server.address = await stack.enter_async_context(answering(services))
        yield


def _now() -> datetime:
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
