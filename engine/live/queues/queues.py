"""All live queues of a node: who waits, who serves, and the talk between them."""

from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any, Final

import structlog

from engine.aio.signal import Signal
from engine.aio.tasks import BackgroundTasks, started, stopped
from engine.aio.waits import first_of, to_its_end
from engine.errors import (
    DocumentError,
    FlowFailed,
    LegGone,
    NodeUnreachable,
    StoreError,
    WebhookError,
)
from engine.flow.call_actions import Waiting
from engine.flow.execution_context import Ending
from engine.flow.next_step import GoTo, HttpMethod
from engine.flow.plans import DialOutcome
from engine.flow.queue_plans import QueueOutcome, QueuePlan, ServePlan
from engine.ids import IdKind, new_id
from engine.live.bridging.bridge import BridgeOptions, CallBridge
from engine.live.queues.live_queue import LiveQueue, Waiter
from engine.live.queues.named_queues import NamedQueues
from engine.live.queues.talks import QueueTalks
from engine.live.services import CallServices
from engine.live.session.session import Session
from engine.live.session.stored import stored
from engine.live.wait_music import WaitMusic, WaitParams, nothing_told
from engine.model.call import Status
from engine.model.queue import (
    RESULTS,
    QueueResult,
    Wait,
    WaitEvent,
    WaitState,
    order,
)
from engine.ports.nodes import NodeOrder
from engine.webhooks.payloads.queue import served_params, waiting_params

Perform = Callable[[Session, GoTo], Coroutine[Any, Any, Ending]]

_LOOK_S: Final = 0.5
"""How often who serves looks for somebody who waits on another node."""

log = structlog.get_logger(__name__)


class LiveQueues:
    """The call queues of a node: who waits in them, and who is served next."""

    def __init__(
        self, services: CallServices, named: NamedQueues, talk: CallBridge, perform: Perform, elsewhere: QueueTalks
    ) -> None:
        """`elsewhere` are talks with who waits or serves on other nodes."""
        self._services = services
        self._named = named
        self._elsewhere = elsewhere
        self._beside = BackgroundTasks("queues")
        self._talk = talk
        self._perform = perform

    async def enqueue(self, session: Session, plan: QueuePlan, waiting: Waiting | None) -> QueueOutcome:
        """Wait until served, and until that talk is over; or until the caller leaves or hangs up."""
        queue = await self._named.of(session.call.account_id, plan.name)
        if await self._length(queue) >= plan.longest:
            session.journal.note_event("queue_full", queue=queue.queue.id)
            return QueueOutcome(QueueResult.FULL, None, 0)
        waiter = self._waiter(session, queue, plan)
        entertained = WaitMusic(session, self._services.speaker)
        event, waited_s = WaitEvent.REDIRECTED, None
        queue.add(waiter)
        try:
            await stored(self._services.stores.queues.entered(waiter.wait))
            position, _ = await self._place(queue, waiter)
            session.journal.note_event("queue_entered", queue=queue.queue.id, position=position)
            params = self._params(queue, waiter, plan)
            async with entertained.with_(waiting, params, until=waiter.served, music=True):
                await first_of(waiter.served, session.over, entertained.left)
            event, waited_s = _ended_by(waiter), self._waited_s(waiter)
            if event is WaitEvent.SERVED:
                await first_of(waiter.parted, session.over)
        finally:
            seconds = self._waited_s(waiter) if waited_s is None else waited_s  # without the talk, also after no wait
            if waiter.state is WaitState.WAITING:
                waiter.happened(event)
                queue.remove(waiter)
                await to_its_end(self._left(waiter, event))
        result = RESULTS[event]
        session.journal.note_event("queue_left", queue=queue.queue.id, result=result.value, seconds=seconds)
        return QueueOutcome(result, queue.queue.id, seconds)

    def _waited_s(self, waiter: Waiter) -> int:
        return round(self._services.clock.monotonic() - waiter.since_s)

    async def serve(self, server: Session, plan: ServePlan) -> DialOutcome:
        """Talk to the first who waits; None in time is "no-answer"."""
        queue = await self._named.of(server.call.account_id, plan.name)
        if self._services.nodes is not None:
            return await self._serve_any(server, plan, queue)
        entertained = WaitMusic(server, self._services.speaker)
        async with entertained.with_(None, nothing_told, until=queue.filled, music=not queue.filled.is_set()):
            await first_of(queue.filled, server.over, timeout_s=plan.answer_timeout_s)
        if server.over.is_set() or not queue.waiters:
            return DialOutcome(Status.NO_ANSWER, None, 0)
        waiter = queue.waiters[0]
        self._is_served(waiter, queue)
        return await self._talk_with(server, waiter, queue, plan)

    def _is_served(self, waiter: Waiter, queue: LiveQueue) -> None:
        queue.remove(waiter)
        queue.recent_waits_s.append(self._services.clock.monotonic() - waiter.since_s)
        waiter.happened(WaitEvent.SERVED)

    async def _talk_with(self, server: Session, waiter: Waiter, queue: LiveQueue, plan: ServePlan) -> DialOutcome:
        try:
            await self._left(waiter, WaitEvent.SERVED)
            return await self._serve(server, waiter, queue, plan)
        except LegGone:
            return DialOutcome(Status.NO_ANSWER, waiter.session.call.id, 0)
        finally:
            waiter.happened(WaitEvent.PARTED)

    async def _serve_any(self, server: Session, plan: ServePlan, queue: LiveQueue) -> DialOutcome:
        """Talk to who waits first on any node; None in time is "no-answer"."""
        clock, found = self._services.clock, Signal()
        end_s = clock.monotonic() + plan.answer_timeout_s
        while not server.over.is_set() and (left_s := end_s - clock.monotonic()) > 0:
            entertained = WaitMusic(server, self._services.speaker)
            looking = started(self._look_for(queue, found))
            try:
                async with entertained.with_(None, nothing_told, until=found, music=True):
                    await first_of(found, server.over, timeout_s=left_s)
            finally:
                await stopped(looking)
            if not server.over.is_set() and (talked := await self._serve_first(server, plan, queue)) is not None:
                return talked
            found.clear()
            await clock.sleep(_LOOK_S)
        return DialOutcome(Status.NO_ANSWER, None, 0)

    async def _look_for(self, queue: LiveQueue, found: Signal) -> None:
        while not await self._length(queue):
            await self._services.clock.sleep(_LOOK_S)
        found.set()

    async def _serve_first(self, server: Session, plan: ServePlan, queue: LiveQueue) -> DialOutcome | None:
        """Talk to the first whom nobody else serves; None where nobody waits any more."""
        for wait in await self._claimable(queue):
            if not await self._claimed(wait):
                continue
            if (waiter := queue.find(wait.id)) is not None:
                self._is_served(waiter, queue)
                return await self._talk_with(server, waiter, queue, plan)
            try:
                talked = await self._elsewhere.serve(server, wait, plan)
            except NodeUnreachable as error:
                log.warning("not_served", wait=wait.id, reason=str(error))
                await stored(self._services.stores.queues.put_back(wait))
            else:
                if talked is not None:
                    return talked
        return None

    async def _claimable(self, queue: LiveQueue) -> Sequence[Wait]:
        """Who waits in it, on whichever node, in the order in which they are served."""
        try:
            return order(await self._services.stores.queues.open_waits([queue.queue.id]))
        except StoreError as error:
            log.error("store_failed", error=str(error))
            return ()

    async def _claimed(self, wait: Wait) -> bool:
        try:
            return await self._services.stores.queues.claim(wait, self._services.clock.now())
        except StoreError as error:
            log.error("store_failed", error=str(error))
            return False

    async def give(self, order: NodeOrder) -> NodeOrder:
        """Let somebody who waits here be served on another node; whether that one still waits."""
        if (found := self._named.find(order["wait"])) is not None:
            queue, waiter = found
            self._is_served(waiter, queue)
            told = {**order, "waited_s": self._services.clock.monotonic() - waiter.since_s}
            self._beside.begin(self._served_elsewhere(waiter, told))
            return {"served": True}
        return {"served": False}

    async def _served_elsewhere(self, waiter: Waiter, order: NodeOrder) -> None:
        try:
            await self._elsewhere.be_served(waiter.session, order)
        finally:
            waiter.happened(WaitEvent.PARTED)

    async def _length(self, queue: LiveQueue) -> int:
        """How many wait in it, on whichever node."""
        if self._services.nodes is None:
            return len(queue.waiters)
        try:
            return len(await self._services.stores.queues.open_waits([queue.queue.id]))
        except StoreError as error:
            log.error("store_failed", error=str(error))
            return len(queue.waiters)

    async def _serve(self, server: Session, waiter: Waiter, queue: LiveQueue, plan: ServePlan) -> DialOutcome:
        member = waiter.session
        server.journal.note_event("queue_served", queue=queue.queue.id, call=member.call.id)
        if plan.whisper is not None:
            await self._whisper(server, waiter, queue, plan)
        if member.over.is_set():
            return DialOutcome(Status.NO_ANSWER, member.call.id, 0)
        terms = BridgeOptions(plan.limit_s, plan.hang_up_on_star, plan.recording)
        talked = await self._talk.between(server, member, terms, waiter.taken)
        url = self._services.recording_url(talked.recording_id) if talked.recording_id else None
        return DialOutcome(Status.COMPLETED, member.call.id, talked.seconds, recording_url=url, bridged=True)

    async def _whisper(self, server: Session, waiter: Waiter, queue: LiveQueue, plan: ServePlan) -> None:
        assert plan.whisper is not None
        waited_s = self._services.clock.monotonic() - waiter.since_s
        params = served_params(queue.queue.id, waited_s=waited_s, server_call_id=server.call.id)
        to = GoTo(plan.whisper.url, HttpMethod(plan.whisper.method), params)
        try:
            await server.until_over(self._perform(waiter.session, to))
        except (WebhookError, DocumentError, FlowFailed) as error:
            waiter.session.journal.note_event("whisper_failed", reason=str(error))

    def _waiter(self, session: Session, queue: LiveQueue, plan: QueuePlan) -> Waiter:
        wait = Wait(
            new_id(IdKind.QUEUE_WAIT), queue.queue.id, session.call.id, plan.priority, self._services.clock.now()
        )
        return Waiter(session, wait, self._services.clock.monotonic())

    def _params(self, queue: LiveQueue, waiter: Waiter, plan: QueuePlan) -> WaitParams:
        async def params() -> dict[str, str]:
            position, size = await self._place(queue, waiter)
            return waiting_params(
                queue.queue.id,
                position=position,
                waited_s=self._services.clock.monotonic() - waiter.since_s,
                average_s=queue.average_wait_s,
                size=size,
                longest=plan.longest,
            )

        return params

    async def _place(self, queue: LiveQueue, waiter: Waiter) -> tuple[int, int]:
        """A call's place among those who wait, on whichever node, from 1, and how many they are."""
        here = [each.wait for each in queue.waiters]
        ids = [each.id for each in (here if self._services.nodes is None else await self._claimable(queue))]
        if waiter.wait.id not in ids:  # the database does not know of it, or can't be asked
            return queue.position(waiter), len(here)
        return ids.index(waiter.wait.id) + 1, len(ids)

    async def _left(self, waiter: Waiter, event: WaitEvent) -> None:
        waited = timedelta(seconds=self._services.clock.monotonic() - waiter.since_s)
        left_at = waiter.wait.entered_at + waited  # whatever the clock was set to meanwhile
        await stored(self._services.stores.queues.left(waiter.wait, left_at, RESULTS[event]))


def _ended_by(waiter: Waiter) -> WaitEvent:
    if waiter.state is WaitState.SERVED:
        return WaitEvent.SERVED
    return WaitEvent.HUNG_UP if waiter.session.over.is_set() else WaitEvent.LEFT
