"""Three nodes of one database on simulated time, which crash and lose the database at any moment.

Whatever happens: no call is dialled twice, closed twice, or never closed, and no callback is lost.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine.aio.tasks import started, stopped
from engine.errors import StoreError, TelefoonError
from engine.flow.written import WrittenFlow
from engine.live.nodes.fencing import OthersReach
from engine.live.nodes.membership import Lease, Membership, NodeIdentity, NodeSurroundings
from engine.live.orders import NewCall
from engine.live.recovery import recover, take_over
from engine.live.services import CallServices
from engine.live.switchboard import Switchboard
from engine.model.call import FINAL
from engine.model.call_options import CallOptions
from engine.model.callback import Delivery
from engine.model.node import Node, NodeAddresses, NodeLoad
from engine.store.fence import Fence
from engine.store.tables.calls import CallbackState, calls, outbox
from engine.testing.assembly import AS_SET, Surroundings, services_of, stores_of
from engine.testing.clock import SkippingLoop
from engine.testing.database import MemoryDatabase, memory_database
from engine.webhooks.delivery import CallbackCourier

NAMES: Final = ("a", "b", "c")
CALLEE: Final = "+3225550199"
OURS: Final = "+3225550100"
TALKS: Final = "<Response><Pause length='8'/></Response>"
TOLD_AT: Final = "https://customer.example/told"
FOUND_S: Final = 0.2
"""So long it takes to find out where an INVITE is sent, and so long then until it is there."""
HEALED_S: Final = 120.0

pauses = st.sampled_from([0.0, 0.2, 1.0, 2.5, 5.0, 9.0])
moments = st.sampled_from([0.0, FOUND_S / 2, FOUND_S, FOUND_S * 1.5, 1.0])
"""So many seconds after a call was stored something happens to its node: its INVITE has not left, or it has, or rings.
"""
steps = st.tuples(
    st.sampled_from(["nothing", "crash", "crash", "restart", "cut off", "cut off", "connect", "drain"]),
    st.integers(0, len(NAMES) - 1),
    moments,
    pauses,
)


@dataclass(slots=True)
class Sent:
    """What customers were told: the calls and their statuses, as often as they were."""

    forms: list[tuple[str, str]] = field(default_factory=list)

    async def deliver(self, callback: Delivery) -> int:
        await asyncio.sleep(0.05)
        self.forms.append((callback.call_id or "", callback.form["CallStatus"]))
        return 200


class Machine:
    """One node that may be started again: its process is new each time, its name is not."""

    def __init__(self, name: str, around: Surroundings, database: MemoryDatabase, folder: Path, sent: Sent) -> None:
        self.name = name
        self._around = around
        self._rows = database
        self._folder = folder
        self._sent = sent
        self._process: asyncio.Task[None] | None = None
        self._switchboard: Switchboard | None = None
        self._database: MemoryDatabase | None = None
        self._membership: Membership | None = None
        self._processes = count()
        self.others: Sequence[Machine] = ()

    @property
    def runs(self) -> bool:
        return self._process is not None and not self._process.done()

    @property
    def reaches(self) -> bool:
        """Whether it runs and has the database."""
        return self.runs and self._database is not None and self._database.failure is None

    def start(self) -> None:
        if not self.runs:
            self._process = started(self._serve())

    async def is_kept_running(self) -> None:
        """Start it whenever it has ended, as the supervisor of a machine does."""
        while True:
            self.start()
            await asyncio.sleep(1)

    async def crash(self) -> None:
        """It can say nothing to anybody any more."""
        if self._process is not None and self._database is not None:
            self._database.failure = StoreError("There is no process.")
            await stopped(self._process)

    def cut_off(self) -> None:
        """It loses the database, and nothing else."""
        if self._database is not None and self.runs:
            self._database.failure = StoreError("There is no way to the database.")

    def connect(self) -> None:
        if self._database is not None and self.runs:
            self._database.failure = None

    async def place(self, account: str) -> str | None:
        """A call; None where it was refused."""
        if not self.runs or self._switchboard is None:
            return None
        order = NewCall(
            account, CALLEE, OURS, flow=WrittenFlow.read(TALKS), options=CallOptions(status_callback=TOLD_AT)
        )
        try:
            return (await self._switchboard.place(order)).id
        except TelefoonError:
            return None

    async def drain(self) -> None:
        if self._switchboard is not None and self.runs:
            await self._switchboard.draining.begin()

    async def take_calls_again(self) -> None:
        """As an operator has it, who is done with what a node was drained for."""
        if self._switchboard is not None and self.runs:
            await self._switchboard.draining.end()

    async def _serve(self) -> None:
        database = self._database = self._rows.opened_again(is_shared=True)
        stores = stores_of(database, self.name)
        me = NodeIdentity(self.name, NodeAddresses("http://x", "x"), "1", f"{self.name}/{next(self._processes)}")
        membership = self._membership = Membership(stores.nodes, me, self._around.clock, Lease(6.0, 1.0))
        try:
            left = await membership.enter(lambda process: process != me.process)
            database.fence_by(Fence(self.name, membership.instance, membership.fenced))
            services = services_of(stores, self._around, self._folder, AS_SET, self.name)
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(membership.kept())
                await recover(services, left.last_seen if left else None)
                courier = CallbackCourier(stores.outbox, self._sent, self._around.clock, jitter=lambda: 0.5)
                sending = started(courier.run())
                stack.push_async_callback(stopped, sending)
                switchboard = Switchboard(services)
                await stack.enter_async_context(switchboard.open())
                self._switchboard = switchboard
                await membership.serve(self._surroundings(services))
                await membership.fenced.happened
        except StoreError:
            pass  # it does not start; somebody starts it again
        finally:
            self._switchboard = None

    def _surroundings(self, services: CallServices) -> NodeSurroundings:
        async def nothing(_: bool) -> None: ...

        async def close_left(left: Node) -> None:
            await take_over(left, services)

        async def others_reach(nodes: Sequence[Node]) -> OthersReach:
            said = [each.reaches for each in self.others if each.runs and each.name in {node.name for node in nodes}]
            if any(said):
                return OthersReach.YES
            return OthersReach.NO if said else OthersReach.NOBODY_ANSWERS

        return NodeSurroundings(NodeLoad, lambda: services.admission.stopping, nothing, close_left, others_reach)


@asynccontextmanager
async def machines(folder: Path) -> AsyncIterator[tuple[Sequence[Machine], Surroundings, MemoryDatabase, str, Sent]]:
    async with memory_database() as rows:
        around, sent = Surroundings.make(), Sent()
        rows.tell_time_by(around.clock.now)
        account = await stores_of(rows).accounts.ensure("demo")
        around.carrier.found_after_s = around.bridge.crossing_s = FOUND_S
        around.carrier.listeners.append(lambda called: called.answers())
        made = [Machine(name, around, rows, folder, sent) for name in NAMES]
        for each in made:
            each.others = [other for other in made if other is not each]
            each.start()
        await asyncio.sleep(10)
        yield made, around, rows, account.id, sent
        for each in made:
            await each.crash()


@pytest.mark.costly("a hundred histories of three nodes")
@given(plan=st.lists(steps, min_size=1, max_size=8))
@example(plan=[("crash", 1, 1.0, 0.0), ("cut off", 0, 1.0, 0.0), ("crash", 2, 1.0, 0.0), ("nothing", 0, 1.0, 0.0)])
@example(plan=[("crash", 0, 0.0, 0.0), ("cut off", 1, 0.0, 0.0), ("crash", 2, 0.0, 0.0)])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
def test_no_call_is_dialled_twice_closed_twice_or_never_closed_and_no_callback_is_lost(
    plan: Sequence[tuple[str, int, float, float]], recordings_of_all: Path
) -> None:
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(_follow(plan, recordings_of_all))


async def _follow(plan: Sequence[tuple[str, int, float, float]], folder: Path) -> None:
    accepted: list[str] = []
    async with machines(folder) as (nodes, around, rows, account, sent):
        for what, which, begun_s, then_s in plan:
            node = nodes[which]
            if (call_id := await node.place(account)) is not None:
                accepted.append(call_id)
            await asyncio.sleep(begun_s)
            match what:
                case "crash":
                    await node.crash()
                case "restart":
                    node.start()
                case "cut off":
                    node.cut_off()
                case "connect":
                    node.connect()
                case "drain":
                    await node.drain()
            await asyncio.sleep(then_s)
        for node in nodes:
            node.connect()
            await node.take_calls_again()
        async with asyncio.TaskGroup() as watching:
            supervisor = watching.create_task(nodes[0].is_kept_running())
            await asyncio.sleep(HEALED_S)
            supervisor.cancel()
        await _account_for(accepted, around, rows, sent)


async def _account_for(accepted: Sequence[str], around: Surroundings, rows: MemoryDatabase, sent: Sent) -> None:
    stores = stores_of(rows)
    dialled = Counter(request.call_id for request in around.carrier.invites)
    assert not [call_id for call_id, times in dialled.items() if times > 1], "dialled twice"
    for call_id in [row["id"] for row in await rows.rows(select(calls.c.id))]:
        call = await stores.calls.get(call_id)
        assert call is not None
        assert call.ended, f"never closed: {call}"
        told = [each.facts["status"] for each in await stores.calls.events(call_id, ["status"])]
        assert len([each for each in told if each in FINAL]) == 1, f"closed more than once: {told}"
    assert set(accepted) <= set(dialled) | {row["id"] for row in await rows.rows(select(calls.c.id))}
    pending = await rows.rows(select(outbox.c.id).where(outbox.c.state == CallbackState.PENDING))
    assert not pending, "a callback is not sent"
    ends = Counter(call_id for call_id, status in sent.forms if status in FINAL)
    assert set(accepted) <= set(ends), "the end of a call is not told"
