"""The node's SIP side: the user agent, the gate where INVITEs come in, and which SIP addresses may be called."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace

from api.node.ban_news import BanNews
from api.node.bans_file import BansFile
from api.node.context import NodeContext
from api.node.front_door import DoorWatch
from api.node.inbound import InboundGate
from api.node.routes import RouteWatch
from api.node.trunks import TrunkWatch, settle_trunks
from engine.errors import SetupError
from engine.live.admission.refusals import Refusals
from engine.live.switchboard import Switchboard
from engine.security.egress import Egress
from engine.security.guarded_resolver import GuardedResolver
from engine.security.sip_egress import SipEgress
from engine.stir.certificate import read_chain
from engine.stir.certificate_store import CertificateStore
from engine.stir.identity_fault import IdentityFault
from engine.stir.verification import CallerVerifier
from engine.store.stores import Stores
from engine.webhooks.delivery import Deliverer
from sip.config import from_settings
from sip.user_agent import UserAgent


@dataclass(frozen=True, slots=True)
class Telephony:
    """The agent listens from the start; the gate asks callers to try again until it is opened."""

    agent: UserAgent
    gate: InboundGate
    egress: SipEgress
    trunks: TrunkWatch
    routes: RouteWatch
    refusals: Refusals
    door: DoorWatch
    ban_news: BanNews

    @contextmanager
    def open_to(self, switchboard: Switchboard) -> Iterator[None]:
        """Inside, calls that come in reach the switchboard."""
        self.gate.open_to(switchboard)
        try:
            yield
        finally:
            self.gate.close()


@asynccontextmanager
async def open_telephony(context: NodeContext, stores: Stores, operator: Deliverer) -> AsyncIterator[Telephony]:
    """Listens for SIP while inside, with the trunks and routes that are stored. Raises SetupError, StoreError.

    `operator` carries news of bans to the operator's server.
    """
    async with AsyncExitStack() as stack:
        permitted = Egress(context.settings.egress_allow, context.residency)
        egress = SipEgress(permitted, GuardedResolver(permitted))
        stack.push_async_callback(egress.close)
        verifier = _verifier(context, permitted, stack)
        gate, refusals = InboundGate(), Refusals(stores.refusals, context.clock)
        await settle_trunks(context.settings, stores.trunks, stores.numbers)
        trunks = TrunkWatch(
            stores.trunks,
            stores.trunk_costs,
            stores.trunk_events,
            context.residency,
            context.settings.node,
            context.clock,
            stores.trunk_shares if stores.database.is_shared else None,
        )
        agent = await UserAgent.start(
            replace(from_settings(context.settings), link_secret=stores.pepper if stores.database.is_shared else b""),
            gate,
            gate.refused,
            gate.again_after_s,
            await trunks.first(),
            refusals.refused,
            verifier=verifier,
        )
        stack.push_async_callback(refusals.write)  # what has come since it was last written
        stack.push_async_callback(trunks.end_sharing)
        stack.push_async_callback(agent.close)
        await trunks.begin_to_share(agent)
        await trunks.use_costs(agent)
        routes = RouteWatch(stores.routes)
        await routes.look(agent)
        bans_file = BansFile(context.settings.sip_bans_file, context.clock)
        ban_news = BanNews(context.settings.sip_ban_webhook, context.settings.node, operator, context.clock)
        door = DoorWatch(stores.bans, refusals, context.meters, context.clock, bans_file, ban_news.tell)
        await door.look(agent.door)
        stack.push_async_callback(door.hear_last, agent.door)
        yield Telephony(agent, gate, egress, trunks, routes, refusals, door, ban_news)


def _verifier(context: NodeContext, egress: Egress, stack: AsyncExitStack) -> CallerVerifier | None:
    """Who verifies signed callers; None where nobody is trusted to vouch for them. Raises SetupError."""
    if (anchors := context.settings.stir_trust_anchors) is None:
        return None
    try:
        trusted = read_chain(anchors.read_bytes())
    except (OSError, IdentityFault) as error:
        raise SetupError(f"TELEFOON_STIR_TRUST_ANCHORS={anchors}: {error}") from None
    certificates = CertificateStore(egress)
    stack.push_async_callback(certificates.close)
    return CallerVerifier(certificates, trusted, context.clock.now)
