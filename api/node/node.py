"""One node put together: the only place where the engine, SIP, speech and the REST interface meet."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass

import structlog

from api.http.listening import HttpFront, address_of, listening
from api.node.audio import open_audio
from api.node.background import BackgroundLoops
from api.node.cautions import cautions
from api.node.context import NodeContext
from api.node.live_calls import open_call_services
from api.node.loop_failures import loop_failures_logged
from api.node.loops import loops_of
from api.node.metrics import counting_failures
from api.node.nodes import NodeAmongOthers, entered
from api.node.parts import NodeParts
from api.node.rest_interface import rest_interface
from api.node.storage import open_storage
from api.node.telephony import open_telephony
from api.node.webhooks import open_webhooks
from config.settings import Settings
from engine.aio.waits import Occurrence
from engine.live.recovery import recover
from engine.live.switchboard import Switchboard
from engine.ports import Speech
from engine.store.accounts import Accounts
from engine.store.numbers import Numbers
from sip.library_limits import require_limits
from tts.synthesizer import SpeechService

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RunningNode:
    """A running node; `address` is where its REST interface answers."""

    settings: Settings
    address: str
    accounts: Accounts
    numbers: Numbers
    switchboard: Switchboard
    speech: SpeechService
    rate_hz: int
    fenced: Occurrence
    """Happens when others may close its calls: it must stop."""

    async def prepare(self, prompts: Iterable[Speech]) -> None:
        """Render prompts before a call needs them. Raises SpeechError."""
        for prompt in prompts:
            async with aclosing(self.speech.stream(prompt, rate_hz=self.rate_hz)) as stream:
                async for _ in stream:
                    continue

    async def drain(self) -> None:
        """Take no more calls, and let those in progress end, for as long as the settings have it."""
        if self.settings.drain_s:
            await self.switchboard.draining.run(self.settings.drain_s, goodbye=self.settings.drain_goodbye)


@asynccontextmanager
async def open_node(settings: Settings) -> AsyncIterator[RunningNode]:
    """A node that serves while inside. Raises SetupError, StoreError with what to do about it.

    Its parts are closed in the reverse order: nobody is answered any more, calls end and are stored, then the rest.
    """
    require_limits()
    context = NodeContext.of(settings)
    async with AsyncExitStack() as stack:
        stack.enter_context(loop_failures_logged())
        stack.enter_context(counting_failures(context.meters))
        parts = await _open_parts(context, stack)
        services = stack.enter_context(open_call_services(parts))
        trunks = [each.trunk for each in await services.stores.trunks.all()]
        for caution in cautions(settings, await services.stores.numbers.webhooks(), trunks):
            log.warning("caution", detail=caution)
        await recover(services, last_run.last_seen if (last_run := parts.place.last_run) else None)
        switchboard = Switchboard(services)
        front = HttpFront.of(settings, context.meters)
        app = rest_interface(parts, services, switchboard, front)
        loops = BackgroundLoops(context.clock)
        await stack.enter_async_context(loops.running(loops_of(parts, services, switchboard)))
        await stack.enter_async_context(switchboard.open())
        stack.enter_context(parts.telephony.open_to(switchboard))
        await stack.enter_async_context(listening(app, settings, front))
        await parts.place.membership.serve(NodeAmongOthers(services, switchboard, parts.place.talk).surroundings())
        node = _node(parts, switchboard)
        log.info("serving", http=node.address, sip=f"{settings.sip_host}:{settings.sip_port}")
        yield node
        log.info("stopping", live_calls=switchboard.live_calls)
        services.stores.database.begin_to_end()


async def _open_parts(context: NodeContext, stack: AsyncExitStack) -> NodeParts:
    storage = await stack.enter_async_context(open_storage(context.settings, context.clock))
    place = await stack.enter_async_context(entered(context, storage.stores))
    audio = await stack.enter_async_context(open_audio(context))
    webhooks = await stack.enter_async_context(open_webhooks(context, storage.stores))
    telephony = await stack.enter_async_context(open_telephony(context, storage.stores, webhooks.operator))
    return NodeParts(context, storage, audio, webhooks, telephony, place)


def _node(parts: NodeParts, switchboard: Switchboard) -> RunningNode:
    settings, stores = parts.context.settings, parts.storage.stores
    return RunningNode(
        settings=settings,
        address=address_of(settings),
        accounts=stores.accounts,
        numbers=stores.numbers,
        switchboard=switchboard,
        speech=parts.audio.speech,
        rate_hz=parts.telephony.agent.bridge.rate_hz,
        fenced=parts.place.membership.fenced,
    )
