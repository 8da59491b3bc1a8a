"""Talks of who waits on one node with who serves on another: a room of these two, over a link between the nodes."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from engine.errors import DocumentError, FlowFailed, LegGone, NodeUnreachable, StoreError, WebhookError
from engine.flow.call_actions import Waiting
from engine.flow.execution_context import Ending
from engine.flow.next_step import GoTo, HttpMethod
from engine.flow.plans import Beep, DialOutcome, QueueEntry, RoomOutcome, RoomPlan
from engine.flow.queue_plans import ServePlan
from engine.live.services import CallServices
from engine.live.session.session import Session
from engine.model.call import Status
from engine.model.queue import Wait
from engine.ports.nodes import NodeOrder
from engine.webhooks.call_web import CallWeb
from engine.webhooks.payloads.queue import served_params

JoinRoom = Callable[[Session, RoomPlan, Waiting | None, CallWeb], Awaitable[RoomOutcome]]
PerformFlow = Callable[[Session, GoTo], Coroutine[Any, Any, Ending]]


class QueueTalks:
    """The talks of queues between this node and others. Each is a conference of two, named by the wait."""

    def __init__(self, services: CallServices, join: JoinRoom, perform: PerformFlow) -> None:
        self._services = services
        self._join = join
        self._perform = perform

    async def serve(self, server: Session, wait: Wait, plan: ServePlan) -> DialOutcome | None:
        """Have somebody on this node talk with who waits on another; None where that one waits no more.

        Raises NodeUnreachable.
        """
        if not await self._is_given(server, wait, plan):
            return None
        server.journal.note_event("queue_served", queue=wait.queue_id, call=wait.call_id)
        room = _room(wait.id, plan.limit_s, record=plan.recording.mode.records, on_star=plan.hang_up_on_star)
        try:
            talked = await self._join(server, room, None, self._web(server))
        except LegGone:
            return DialOutcome(Status.NO_ANSWER, wait.call_id, 0)
        if talked.entry is not QueueEntry.ENTERED:
            return DialOutcome(Status.NO_ANSWER, wait.call_id, 0)
        url = talked.recording_url
        return DialOutcome(Status.COMPLETED, wait.call_id, talked.seconds, recording_url=url, bridged=True)

    async def be_served(self, waiting: Session, order: NodeOrder) -> None:
        """Have somebody who waited on this node hear the whisper, and talk with who serves on another."""
        if order["whisper"] is not None:
            await self._whisper(waiting, order)
        if not waiting.over.is_set():
            room = _room(order["wait"], order["limit_s"], record=order["record"])
            await self._join(waiting, room, None, self._web(waiting))

    async def _is_given(self, server: Session, wait: Wait, plan: ServePlan) -> bool:
        """Whether the other node gives up who waits there. Raises NodeUnreachable."""
        whisper = plan.whisper
        order = {
            "do": "serve",
            "wait": wait.id,
            "queue": wait.queue_id,
            "server": server.call.id,
            "limit_s": plan.limit_s,
            "record": plan.recording.mode.records,
            "whisper": None if whisper is None else {"url": whisper.url, "method": whisper.method},
        }
        try:
            call = await self._services.stores.calls.get(wait.call_id)
        except StoreError as error:
            raise NodeUnreachable(f"It is not known where {wait.call_id} is: {error}") from None
        if call is None or self._services.nodes is None:
            return False
        answer = await self._services.nodes.tell(call.node, order)
        return bool(answer.get("served"))

    async def _whisper(self, waiting: Session, order: NodeOrder) -> None:
        params = served_params(order["queue"], waited_s=order["waited_s"], server_call_id=order["server"])
        to = GoTo(order["whisper"]["url"], HttpMethod(order["whisper"]["method"]), params)
        try:
            await self._perform(waiting, to)
        except (WebhookError, DocumentError, FlowFailed) as error:
            waiting.journal.note_event("whisper_failed", reason=str(error))

    def _web(self, session: Session) -> CallWeb:
        return self._services.web.for_call(session.call.account_id, session.call.id, event=session.note_event)


def _room(wait_id: str, limit_s: int | None, *, record: bool, on_star: bool = False) -> RoomPlan:
    return RoomPlan(
        wait_id,
        end_on_exit=True,
        beep=Beep.NONE,
        max_participants=2,
        record=record,
        limit_s=limit_s,
        leave_on_star=on_star,
    )
