"""The trunks of a node: the settings' become rows at the start, and each change of a row reaches the user agent."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from api.node.rows_watched import keep_looking
from api.node.trunk_tables import trunks_of_file
from config.setting_sources import settings_file
from config.settings import Settings
from engine.aio.change_notifier import ChangeNotifier
from engine.errors import EgressDenied, InvalidField, SetupError, StoreError
from engine.model.trunk import Authentication, Origin, Srtp, TlsVerify, Trunk, trunk_at
from engine.model.trunk.reachability import TrunkChange, TrunkEvent, TrunkEventKind
from engine.model.trunk.registration import TrunkRegistration
from engine.ports import Clock
from engine.security.residency import Residency
from engine.store.default_numbers import default_number_fault
from engine.store.numbers import Numbers
from engine.store.trunk_costs import TrunkCosts
from engine.store.trunk_events import TrunkEvents
from engine.store.trunk_shares import TrunkShares
from engine.store.trunks import Trunks

if TYPE_CHECKING:
    from sip.trunks.account import Registration
    from sip.user_agent import UserAgent

MOST_UNWRITTEN: Final = 5000
"""Changes of trunks that wait for a database that fails; the oldest make room."""
SETTING: Final = "TELEFOON_TRUNK"
DEFAULT: Final = "default"
"""The name of the trunk that the settings make."""

log = structlog.get_logger(__name__)


def trunk_of_settings(settings: Settings) -> Trunk | None:
    """The trunk named default, of TELEFOON_TRUNK and its like; None where it is not set. Raises SetupError."""
    if settings.trunk is None:
        return None
    password = settings.trunk_password.get_secret_value() if settings.trunk_password else ""
    try:
        return trunk_at(
            settings.trunk,
            DEFAULT,
            auth=Authentication.REGISTER if settings.trunk_register else Authentication.IP,
            user=settings.trunk_user or "",
            password=password if settings.trunk_user else "",
            srtp=Srtp(settings.trunk_srtp),
            tls_verify=TlsVerify(settings.trunk_tls_verify),
            redirects=settings.trunk_redirects,
            timeout_s=settings.trunk_timeout,
        )
    except InvalidField as error:
        raise SetupError(f"{SETTING}: {error}") from None


def given_trunks(settings: Settings) -> Sequence[Trunk]:
    """The trunks of the settings and of the settings file, without what is only a row. Raises SetupError."""
    trunk = trunk_of_settings(settings)
    return [*([trunk] if trunk else []), *trunks_of_file(settings.trunks or (), settings_file())]


async def settle_trunks(settings: Settings, rows: Trunks, numbers: Numbers) -> None:
    """Have the settings' trunks and the settings file's as rows. Raises SetupError."""
    for given in given_trunks(settings):
        if (fault := await default_number_fault(numbers, given)) is not None:
            log.warning("trunk_default_number_unknown", trunk=given.name, reason=fault)
    trunk = trunk_of_settings(settings)
    await rows.set_elsewhere(Origin.SETTINGS, SETTING, [trunk] if trunk else [])
    await rows.set_elsewhere(Origin.FILE, str(settings_file()), trunks_of_file(settings.trunks or (), settings_file()))


def refusal(trunk: Trunk, residency: Residency) -> str | None:
    """Why calls may not go by this trunk: one of its hosts is in a country that is not allowed."""
    try:
        for host in (*(each.host for each in trunk.hosts), trunk.registrar, trunk.outbound_proxy):
            if host:
                residency.check(host)
    except EgressDenied as denied:
        return f"{denied} Say where it is in TELEFOON_TARGET_COUNTRIES, or set TELEFOON_OUTSIDE=warn."
    return None


def require_inside(trunk: Trunk, residency: Residency) -> None:
    """Raises InvalidField where calls may not go by this trunk."""
    if (why := refusal(trunk, residency)) is not None:
        raise InvalidField("hosts", why)


class TrunkWatch:
    """Looks again and again whether a row has changed; notes registrations, full trunks and what has changed of each.

    What is noted is for other programs to read, and outlives this one.
    """

    def __init__(
        self,
        rows: Trunks,
        costs: TrunkCosts,
        events: TrunkEvents,
        residency: Residency,
        node: str,
        clock: Clock,
        shares: TrunkShares | None = None,
    ) -> None:
        """`shares` of limits are for a node that may have others beside it."""
        self._rows = rows
        self._shares = shares
        self._costs = costs
        self._events = events
        self._residency = residency
        self._node = node
        self._clock = clock
        self._versions: Mapping[str, str] = {}
        self._noted: Sequence[TrunkRegistration] = ()
        self._noted_full: frozenset[str] = frozenset()
        self._unwritten: tuple[TrunkChange, ...] = ()

    async def first(self) -> Sequence[Trunk]:
        """The trunks that the user agent starts with. Raises SetupError, StoreError."""
        await self._rows.note_registrations(self._node, ())
        await self._rows.note_full(self._node, frozenset())
        trunks = await self._read()
        for trunk in trunks:
            if trunk.enabled and (why := refusal(trunk, self._residency)) is not None:
                raise SetupError(f"Trunk {trunk.name}: {why}")
        return trunks

    async def run(self, agent: "UserAgent", bell: ChangeNotifier) -> None:
        """Look when the bell rings, and once a second, for as long as the node runs."""
        await keep_looking(partial(self.look, agent), bell, "trunks_not_read")

    async def look(self, agent: "UserAgent") -> None:
        """Once. Raises StoreError, SipError, and SetupError for a password that does not open."""
        if await self._rows.versions() != self._versions:
            await self._use(agent, await self._read())
            await self.use_costs(agent)
        await self._share(agent)
        await self._note(await agent.registrations())
        await self._note_full(agent.full_trunks())
        await self._write(await agent.take_trunk_changes())

    async def begin_to_share(self, agent: "UserAgent") -> None:
        """Use nothing of any limit before others have left it to this node. Raises StoreError."""
        if self._shares is not None:
            await agent.share_trunks({})
            await self._share(agent)

    async def end_sharing(self) -> None:
        """Let others have all of it, when no call goes on here any more."""
        if self._shares is not None:
            try:
                await self._shares.give_back(self._node)
            except StoreError as error:
                log.warning("shares_not_given_back", reason=str(error))

    async def use_costs(self, agent: "UserAgent") -> None:
        """Have the cheapest trunk chosen by what is stored. Raises StoreError."""
        agent.use_costs(await self._costs.all())

    async def _share(self, agent: "UserAgent") -> None:
        """Settle with the other nodes who may use how much of the limits."""
        if self._shares is not None:
            await agent.share_trunks(await self._shares.settle(self._node, await agent.trunk_limits_in_use()))

    async def _read(self) -> Sequence[Trunk]:
        stored = await self._rows.all()
        self._versions = {each.trunk.name: each.version for each in stored}
        return [each.trunk for each in stored]

    async def _use(self, agent: "UserAgent", trunks: Sequence[Trunk]) -> None:
        allowed = []
        for trunk in trunks:
            if (why := refusal(trunk, self._residency)) is None:
                allowed.append(trunk)
            else:
                log.error("trunk_refused", trunk=trunk.name, reason=why)
        for name, fault in (await agent.use_trunks(allowed)).items():
            log.error("trunk_unusable", trunk=name, reason=fault)

    async def _note(self, stand: Mapping[str, "Registration"]) -> None:
        now = [
            TrunkRegistration(name, self._node, each.code, each.reason, each.at, each.until, each.words, each.again_at)
            for name, each in stand.items()
            if each.at is not None
        ]
        if now != self._noted:
            await self._rows.note_registrations(self._node, now)
            self._noted = now

    async def _note_full(self, names: frozenset[str]) -> None:
        if names != self._noted_full:
            await self._rows.note_full(self._node, names)
            self._unwritten += self._of_room(names)
            self._noted_full = names

    def _of_room(self, full: frozenset[str]) -> tuple[TrunkChange, ...]:
        now, before = self._clock.now(), self._noted_full
        kinds = {name: TrunkEventKind.FULL if name in full else TrunkEventKind.HAS_ROOM for name in full ^ before}
        return tuple(TrunkChange(name, TrunkEvent(now, kind)) for name, kind in sorted(kinds.items()))

    async def _write(self, changes: Sequence[TrunkChange]) -> None:
        """What can't be written now is kept for the next time."""
        self._unwritten = (*self._unwritten, *changes)[-MOST_UNWRITTEN:]
        await self._events.add(self._node, self._unwritten)
        self._unwritten = ()
