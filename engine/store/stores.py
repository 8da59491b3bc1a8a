"""All stores of one database in one value, so that whoever puts parts together hands on one thing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from engine.store.database import PATIENCE_S, Database

if TYPE_CHECKING:
    from engine.privacy.pseudonym import Pseudonyms
    from engine.store.account_keys import AccountKeys
    from engine.store.account_secrets import AccountSecrets
    from engine.store.accounts import Accounts
    from engine.store.applications import Applications
    from engine.store.audit import Audit
    from engine.store.balances import Balances
    from engine.store.bans import BanStore
    from engine.store.calls import Calls
    from engine.store.calls_going_on import CallsGoingOn
    from engine.store.calls_used import CallsUsed
    from engine.store.conferences import Conferences
    from engine.store.consents import Consents
    from engine.store.disclosures import Disclosures
    from engine.store.event_reader import EventReader
    from engine.store.exchanges import Exchanges
    from engine.store.holds import Holds
    from engine.store.idempotency import IdempotencyKeys
    from engine.store.leases import Leases
    from engine.store.months.months import Months
    from engine.store.moves import Moves
    from engine.store.node_duties import NodeDuties
    from engine.store.nodes import Nodes
    from engine.store.numbers import Numbers
    from engine.store.outbox import Outbox
    from engine.store.paced_lines import PacedLines
    from engine.store.paces import Paces
    from engine.store.policies import Policies
    from engine.store.queued_calls import QueuedCalls
    from engine.store.queues import Queues
    from engine.store.recipients import Recipients
    from engine.store.recordings import Recordings
    from engine.store.refusals import RefusalStore
    from engine.store.retention import Retention
    from engine.store.routes import Routes
    from engine.store.streams import MediaStreams
    from engine.store.subjects import Subjects
    from engine.store.traces import CallTraces
    from engine.store.trunk_costs import TrunkCosts
    from engine.store.trunk_events import TrunkEvents
    from engine.store.trunk_shares import TrunkShares
    from engine.store.trunks import Trunks
    from engine.store.usage import UsageStore


@dataclass(frozen=True)
class Stores:
    """A store for each noun. Each is made, and its module loaded, when it is first asked for: commands need few.

    `node` is whose callbacks the outbox has, and who refuses the calls that are added as refused. `pepper` is what keys
    are hashed with. Without `keep_bodies` a callback's form is emptied once it is settled.
    """

    database: Database
    pepper: bytes = field(repr=False)
    node: str = ""
    keep_bodies: bool = True

    @cached_property
    def accounts(self) -> "Accounts":
        from engine.store.accounts import Accounts

        return Accounts(self.database, self.pepper)

    @cached_property
    def account_secrets(self) -> "AccountSecrets":
        from engine.store.account_secrets import AccountSecrets

        return AccountSecrets(self.database, self.pepper)

    @cached_property
    def account_keys(self) -> "AccountKeys":
        from engine.store.account_keys import AccountKeys

        return AccountKeys(self.database)

    @cached_property
    def applications(self) -> "Applications":
        from engine.store.applications import Applications

        return Applications(self.database)

    @cached_property
    def audit(self) -> "Audit":
        from engine.store.audit import Audit

        return Audit(self.database)

    @cached_property
    def balances(self) -> "Balances":
        from engine.store.balances import Balances

        return Balances(self.database)

    @cached_property
    def calls(self) -> "Calls":
        from engine.store.calls import Calls

        return Calls(self.database)

    @cached_property
    def calls_going_on(self) -> "CallsGoingOn":
        from engine.store.calls_going_on import CallsGoingOn

        return CallsGoingOn(self.database)

    @cached_property
    def calls_used(self) -> "CallsUsed":
        from engine.store.calls_used import CallsUsed

        return CallsUsed(self.database)

    @cached_property
    def conferences(self) -> "Conferences":
        from engine.store.conferences import Conferences

        return Conferences(self.database)

    @cached_property
    def consents(self) -> "Consents":
        from engine.store.consents import Consents

        return Consents(self.database)

    @cached_property
    def disclosures(self) -> "Disclosures":
        from engine.store.disclosures import Disclosures

        return Disclosures(self.database)

    @cached_property
    def event_reader(self) -> "EventReader":
        from engine.store.event_reader import EventReader

        return EventReader(self.database)

    @cached_property
    def exchanges(self) -> "Exchanges":
        from engine.store.exchanges import Exchanges

        return Exchanges(self.database)

    @cached_property
    def holds(self) -> "Holds":
        from engine.store.holds import Holds

        return Holds(self.database)

    @cached_property
    def idempotency(self) -> "IdempotencyKeys":
        from engine.store.idempotency import IdempotencyKeys

        return IdempotencyKeys(self.database)

    @cached_property
    def leases(self) -> "Leases":
        from engine.store.leases import Leases

        return Leases(self.database)

    @cached_property
    def months(self) -> "Months":
        from engine.store.months.months import Months

        return Months(self.database)

    @cached_property
    def moves(self) -> "Moves":
        from engine.store.moves import Moves

        return Moves(self.database)

    @cached_property
    def node_duties(self) -> "NodeDuties":
        from engine.store.node_duties import NodeDuties

        return NodeDuties(self.database)

    @cached_property
    def nodes(self) -> "Nodes":
        from engine.store.nodes import Nodes

        return Nodes(self.database)

    @cached_property
    def numbers(self) -> "Numbers":
        from engine.store.numbers import Numbers

        return Numbers(self.database)

    @cached_property
    def outbox(self) -> "Outbox":
        from engine.store.outbox import Outbox

        return Outbox(self.database, self.node, keep_bodies=self.keep_bodies)

    @cached_property
    def policies(self) -> "Policies":
        from engine.store.policies import Policies

        return Policies(self.database)

    @cached_property
    def paced_lines(self) -> "PacedLines":
        from engine.store.paced_lines import PacedLines

        return PacedLines(self.database)

    @cached_property
    def paces(self) -> "Paces":
        from engine.store.paces import Paces

        return Paces(self.database)

    @cached_property
    def queued_calls(self) -> "QueuedCalls":
        from engine.store.queued_calls import QueuedCalls

        return QueuedCalls(self.database, self.pepper)

    @cached_property
    def pseudonyms(self) -> "Pseudonyms":
        from engine.privacy.pseudonym import Pseudonyms

        return Pseudonyms(self.pepper)

    @cached_property
    def bans(self) -> "BanStore":
        from engine.store.bans import BanStore

        return BanStore(self.database)

    @cached_property
    def queues(self) -> "Queues":
        from engine.store.queues import Queues

        return Queues(self.database)

    @cached_property
    def recordings(self) -> "Recordings":
        from engine.store.recordings import Recordings

        return Recordings(self.database)

    @cached_property
    def recipients(self) -> "Recipients":
        from engine.store.recipients import Recipients

        return Recipients(self.database)

    @cached_property
    def refusals(self) -> "RefusalStore":
        from engine.store.refusals import RefusalStore

        return RefusalStore(self.database, self.node)

    @cached_property
    def retention(self) -> "Retention":
        from engine.store.retention import Retention

        return Retention(self.database, self.pseudonyms)

    @cached_property
    def routes(self) -> "Routes":
        from engine.store.routes import Routes

        return Routes(self.database)

    @cached_property
    def streams(self) -> "MediaStreams":
        from engine.store.streams import MediaStreams

        return MediaStreams(self.database)

    @cached_property
    def subjects(self) -> "Subjects":
        from engine.store.subjects import Subjects

        return Subjects(self.database, self.pseudonyms)

    @cached_property
    def traces(self) -> "CallTraces":
        from engine.store.traces import CallTraces

        return CallTraces(self.database)

    @cached_property
    def trunk_costs(self) -> "TrunkCosts":
        from engine.store.trunk_costs import TrunkCosts

        return TrunkCosts(self.database)

    @cached_property
    def trunk_events(self) -> "TrunkEvents":
        from engine.store.trunk_events import TrunkEvents

        return TrunkEvents(self.database)

    @cached_property
    def trunk_shares(self) -> "TrunkShares":
        from engine.store.trunk_shares import TrunkShares

        return TrunkShares(self.database)

    @cached_property
    def trunks(self) -> "Trunks":
        from engine.store.trunks import Trunks

        return Trunks(self.database, self.pepper)

    @cached_property
    def usage(self) -> "UsageStore":
        from engine.store.usage import UsageStore

        return UsageStore(self.database)


@asynccontextmanager
async def open_stores(
    url: str,
    data_dir: Path,
    *,
    node: str = "",
    patience_s: float = PATIENCE_S,
    keep_bodies: bool = True,
    listen_url: str = "",
) -> AsyncIterator[Stores]:
    """Open the stores of a database, with the pepper of the data folder. Raises SetupError, StoreError."""
    from engine.store.pepper import pepper_of

    database = await Database.open(url, patience_s=patience_s, listen_url=listen_url)
    try:
        yield Stores(database, await pepper_of(database, data_dir), node, keep_bodies)
    finally:
        await database.close()
