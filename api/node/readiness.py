"""Whether this node can do its work now: what /readyz tells."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from api.http.json_fields import moment_text
from api.http.membership import HeldLease
from engine.errors import StoreError, TelefoonError
from engine.live.admission.decision import Hindrance
from engine.recordings.disk_space import DiskSpace
from engine.store.database import Database
from sip.trunks.account import Registration
from sip.user_agent import UserAgent
from tts.selftest import VoiceCheck

_NOT_WANTED: Final = "no registration wanted"


@dataclass(frozen=True, slots=True)
class Readiness:
    """Asks the database, the trunks, speech, the disk and admission control; `voices` were tried out at the start.

    `cautions` tell what is wrong and hinders no call.
    """

    database: Database
    agent: UserAgent
    voices: Sequence[VoiceCheck]
    space: DiskSpace
    hindrance: Callable[[], Hindrance | None]
    """What stands in the way of another call, as AdmissionControl tells it."""
    cautions: Callable[[], Sequence[str]]
    lease: HeldLease

    async def readiness(self) -> Mapping[str, object]:
        """Each check with ok and detail, the cautions, and each trunk with how it stands."""
        try:
            trunks = await self._trunks()
            trunk = _of_all(trunks)
        except TelefoonError as error:
            trunks, trunk = {}, _check(error)
        checks = {
            "database": await self._database(),
            "trunk": trunk,
            "speech": self._speech(),
            "disk": self._disk(),
            "calls": self._calls(),
            "node": self._node(),
        }
        ready = all(check["ok"] for check in checks.values())
        return {"ready": ready, "checks": checks, "cautions": list(self.cautions()), "trunks": trunks}

    async def _database(self) -> dict[str, object]:
        try:
            await self.database.ping()
        except StoreError as error:
            return _check(error)
        return {"ok": True, "detail": "answers"}

    async def _trunks(self) -> dict[str, dict[str, object]]:
        registrations, reachable = await self.agent.registrations(), await self.agent.reachability()
        return {
            name: {
                **_stand(each, reachable[name].silent_since if name in reachable else None),
                "until": moment_text(each.until),
                "again_at": moment_text(each.again_at),
                "round_trip_ms": reachable[name].round_trip_ms if name in reachable else None,
                **asdict(self.agent.trunk_figures(name)),
            }
            for name, each in registrations.items()
        }

    def _disk(self) -> dict[str, object]:
        try:
            self.space.require()
        except StoreError as error:
            return _check(error)
        return {"ok": True, "detail": "has room"}

    def _calls(self) -> dict[str, object]:
        if (refusal := self.hindrance()) is not None:
            return {"ok": False, "detail": refusal.words}
        return {"ok": True, "detail": self.agent.room_for_calls().words}

    def _node(self) -> dict[str, object]:
        age_s = self.lease.lease_age_s
        if self.lease.fenced.is_set() or age_s >= self.lease.lease_s / 2:
            return {"ok": False, "detail": f"{self.lease.name} has not renewed its lease for {age_s:.1f} s"}
        others = len(self.lease.others())
        return {"ok": True, "detail": f"{self.lease.name} holds its lease; {others} other nodes answer"}

    def _speech(self) -> dict[str, object]:
        broken = [f"{voice.language}: {voice.detail}" for voice in self.voices if not voice.ok]
        return {"ok": not broken, "detail": "; ".join(broken) or f"{len(self.voices)} languages"}


def _of_all(trunks: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    """All is well as long as one of them works: calls go by that one."""
    if not trunks:
        return {"ok": True, "detail": _NOT_WANTED}
    if len(trunks) == 1:
        (only,) = trunks.values()
        return {"ok": only["ok"], "detail": only["detail"]}
    detail = "; ".join(f"{name}: {each['detail']}" for name, each in trunks.items())
    return {"ok": any(each["ok"] for each in trunks.values()), "detail": detail}


def _stand(registration: Registration, silent_since: datetime | None) -> dict[str, object]:
    if silent_since is not None and not (registration.wanted and registration.code):
        return {"ok": False, "detail": f"the trunk has answered nothing since {silent_since:%H:%M:%S} UTC"}
    if not registration.wanted:
        return {"ok": True, "detail": _NOT_WANTED}
    words = f" ({registration.words})" if registration.words else ""
    return {"ok": registration.active, "detail": f"{registration.code} {registration.reason}{words}".strip()}


def _check(error: TelefoonError) -> dict[str, object]:
    return {"ok": False, "detail": str(error)}
