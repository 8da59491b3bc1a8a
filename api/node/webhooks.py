"""The webhooks of a node: the client for webhooks, the ledger of what was asked, and the callbacks' courier."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from api.node.context import NodeContext
from api.node.privacy import discretion_of
from engine.security.egress import Egress
from engine.security.guarded_resolver import GuardedResolver
from engine.store.stores import Stores
from engine.webhooks.client import WebhookClient
from engine.webhooks.delivery import CallbackCourier
from engine.webhooks.ledger import ExchangeLedger
from engine.webhooks.program_servers import ProgramServers
from engine.webhooks.signing import OneSecret

LOOKS_APART_S: Final = 0.1
"""Between two looks at an outbox of PostgreSQL, where each is a transaction."""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The ledger and the courier work while their loops run. `operator` tells of no account: nothing is ledgered."""

    client: WebhookClient
    operator: WebhookClient
    ledger: ExchangeLedger
    courier: CallbackCourier
    programs: ProgramServers


@asynccontextmanager
async def open_webhooks(context: NodeContext, stores: Stores) -> AsyncIterator[Webhooks]:
    """Customers' servers can be asked while inside."""
    settings = context.settings
    ledger = ExchangeLedger(stores.exchanges, context.clock, discretion_of(settings))
    made = partial(
        WebhookClient,
        timeout_s=settings.webhook_timeout_s,
        connect_timeout_s=settings.webhook_connect_timeout,
        allow=settings.egress_allow,
        residency=context.residency,
        meters=context.meters,
    )
    client = made(keyring=stores.account_secrets, note=ledger.note_exchange)
    operator = made(keyring=OneSecret(settings.sip_ban_webhook_secret.get_secret_value()))
    async with AsyncExitStack() as stack:
        for each in (client, operator):
            await each.start()
            stack.push_async_callback(each.close)
        apart_s = LOOKS_APART_S if stores.database.is_shared else 0.0
        courier = CallbackCourier(stores.outbox, client, context.clock, apart_s=apart_s)
        egress = Egress(settings.egress_allow, context.residency)
        resolver = GuardedResolver(egress, timeout_s=settings.webhook_connect_timeout)
        stack.push_async_callback(resolver.close)
        programs = ProgramServers(egress, resolver, stores.account_secrets, context.clock.now)
        yield Webhooks(client, operator, ledger, courier, programs)
