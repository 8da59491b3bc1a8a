"""A node whose engine is real and whose surroundings are fakes: what tests of live calls and simulations run on."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from engine.errors import StoreError
from engine.flow.written import WrittenFlow
from engine.live.calls.programs import MakePrograms, own_programs
from engine.live.orders import CallChange, NewCall
from engine.live.services import CallServices
from engine.live.switchboard import Switchboard
from engine.model.accounts import Account
from engine.model.call import Call
from engine.model.call_options import CallOptions, NumberOptions
from engine.model.consent import ConsentChoice, ConsentPolicy, ConsentRecord
from engine.model.recording import Recording
from engine.store.accounts import Accounts
from engine.store.calls import CallEvent, call_of
from engine.store.recordings import RecordingFilter
from engine.store.tables.accounts import accounts
from engine.store.tables.calls import calls, outbox
from engine.store.values import utc_now
from engine.testing.assembly import AS_SET, RecordingOptions, Surroundings, master_key, services_of, stores_of
from engine.testing.database import MemoryDatabase
from engine.testing.far_end import PATIENCE_S, FarEnd
from engine.testing.recorded import Recorded

OUR_NUMBER: Final = "+3225550100"
"""Calls are placed from it."""
_SETTLED_EVERY_S: Final = 0.05
_MANY: Final = 1000
_ACCOUNT: Final = "demo"


@dataclass(frozen=True, slots=True)
class FakeNode:
    """A node without a telephone. `around` are its fakes, which tests make fail and ask what came of it."""

    around: Surroundings
    database: MemoryDatabase
    accounts: Accounts
    account: Account
    services: CallServices
    switchboard: Switchboard
    _numbers: Iterator[int]

    async def is_called(
        self,
        flow: str,
        *,
        consent: str | ConsentChoice | None = None,
        record: bool = False,
        language: str = "en-GB",
        beep_s: int | None = None,
        fallback: str | None = None,
        caller: str | None = None,
        **arrival: Any,
    ) -> FarEnd:
        """Somebody calls a number whose URL gives this flow, and `fallback` where that fails.

        `arrival` are further fields of the call that comes in.
        """
        at = next(self._numbers)
        number, url = f"+3225552{at:03}", f"https://customer.example/voice/{at}"
        self.around.customer.documents[url] = flow
        if fallback is not None:
            self.around.customer.documents[f"{url}/fallback"] = fallback
        await self.services.stores.numbers.add(
            self.account.id,
            number,
            NumberOptions(language=language, record=record, consent=_choice(consent), recording_beep_s=beep_s),
            url=url,
            fallback_url=f"{url}/fallback" if fallback is not None else None,
        )
        return self.around.carrier.brings(number, caller or f"+3225551{at:03}", self.switchboard, **arrival)

    async def calls(self, to: str, flow: str | None = None, **more: Any) -> FarEnd:
        """Place a call with this flow, and see whom it reaches; `more` are fields of the order, and its options."""
        chosen = {name: more.pop(name) for name in CallOptions.table() if name in more}
        if "consent" in chosen:
            chosen["consent"] = _choice(chosen["consent"])
        written = WrittenFlow.read(flow) if flow is not None else None
        order = NewCall(self.account.id, to, OUR_NUMBER, flow=written, options=CallOptions(**chosen), **more)
        await self.switchboard.place(order)
        return await self.around.carrier.invited(to)

    async def invited(self, target: str) -> FarEnd:
        """Wait until a flow dials somebody."""
        return await self.around.carrier.invited(target)

    async def passes(self, seconds: float) -> None:
        """So much time goes by."""
        await self.services.clock.sleep(seconds)

    async def settles(self) -> None:
        """Wait until no call lives and nothing is being recorded, and all of it is stored."""
        clock = self.services.clock
        end, wait_s = clock.monotonic() + PATIENCE_S, _SETTLED_EVERY_S
        while self.switchboard.live_calls or await self.services.stores.recordings.unfinished(self.services.node):
            assert clock.monotonic() < end, f"{self.switchboard.live_calls} calls live on, or a recording does."
            await clock.sleep(wait_s)
            wait_s *= 1.1
        await clock.sleep(_SETTLED_EVERY_S)

    async def call(self, far_end: FarEnd) -> Call:
        """The call of somebody's leg, as it is stored now."""
        end = self.services.clock.monotonic() + PATIENCE_S
        while True:
            row = await self.database.row(select(calls).where(calls.c.sip_call_id == far_end.leg.sip_call_id))
            if row is not None:
                return call_of(row)
            assert self.services.clock.monotonic() < end, f"{far_end.number} has no call."
            await self.services.clock.sleep(_SETTLED_EVERY_S)

    async def change(self, far_end: FarEnd, **what: Any) -> Call:
        """Change somebody's live call, as REST does; `what` are fields of CallChange. Raises as Switchboard.change."""
        call = await self.call(far_end)
        return await self.switchboard.change(self.account.id, call.id, CallChange(**what))

    async def events(self, far_end: FarEnd, kind: str | None = None) -> list[CallEvent]:
        """What was noted on somebody's call, in order; of one kind or of all."""
        call = await self.call(far_end)
        events = await self.services.ledger.calls.events(call.id)
        return [event for event in events if kind in (None, event.kind)]

    async def consents(self, far_end: FarEnd) -> list[ConsentRecord]:
        """What was stored of somebody's consent, in order."""
        call = await self.call(far_end)
        return await self.services.stores.consents.of_call(call.id)

    async def recordings(self) -> list[Recorded]:
        """All that were made, also those that failed or were deleted; the earliest first."""
        rows, _ = await self.services.stores.recordings.find(RecordingFilter(self.account.id), page_size=_MANY)
        return [Recorded(row, await self._pcm(row)) for row in sorted(rows, key=lambda row: row.id)]

    async def told(self, url: str) -> list[dict[str, str]]:
        """The forms of the callbacks to a URL that are to be sent, in order."""
        query = select(outbox.c.form).where(outbox.c.url == url).order_by(outbox.c.call_id, outbox.c.sequence)
        return [dict(row["form"]) for row in await self.database.rows(query)]

    @contextmanager
    def database_failing(self) -> Iterator[None]:
        """Inside, nothing can be stored or read."""
        self.database.failure = StoreError("The disk is full.")
        try:
            yield
        finally:
            self.database.failure = None

    async def _pcm(self, row: Recording) -> bytes:
        if not row.seconds:
            return b""
        with await self.services.recording_storage.audio(row) as audio:
            return audio.read(0, audio.frames)


@asynccontextmanager
async def fake_node(
    database: MemoryDatabase,
    folder: Path,
    recording: RecordingOptions = AS_SET,
    programs: MakePrograms = own_programs,
    account_id: str | None = None,
    **settings: Any,
) -> AsyncIterator[FakeNode]:
    """A node that takes calls while inside; recordings are in `folder`. `settings` replace its services."""
    around = Surroundings.make()
    stores = stores_of(database)
    if account_id is not None:
        await database.insert_new(accounts, {"id": account_id, "name": _ACCOUNT, "created_at": utc_now()})
    account = await stores.accounts.ensure(_ACCOUNT)
    services = replace(services_of(stores, around, folder, recording), **settings)
    if recording.sealed:
        await master_key(folder).ensure()
    switchboard = Switchboard(services, programs)
    async with switchboard.open():
        yield FakeNode(around, database, stores.accounts, account, services, switchboard, count(1))


def _choice(consent: str | ConsentChoice | None) -> ConsentChoice | None:
    if consent is None or isinstance(consent, ConsentChoice):
        return consent
    policy = ConsentPolicy(consent)
    return ConsentChoice(policy, basis="contract" if policy is ConsentPolicy.NONE_NEEDED else None)
