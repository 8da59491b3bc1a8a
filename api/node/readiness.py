"""Whether this node can do its work now: what /readyz tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from engine.errors import StoreError, TelefoonError
from engine.recordings.disk_space import DiskSpace
from engine.store.database import Database
from sip.trunks.account import Registration
from sip.user_agent import UserAgent
from tts.selftest import VoiceCheck

_NOT_WANTED: Final = "no registration wanted"


@dataclass(frozen=True, slots=True)
class Readiness:
    """Asks the database, the trunks, speech and the disk whether they work; `voices` were tried out at the start."""

    database: Database
    agent: UserAgent
    voices: Sequence[VoiceCheck]
    space: DiskSpace

    async def readiness(self) -> Mapping[str, object]:
        """{"ready": bool, "checks": {name: {"ok": bool, "detail": str}}}."""
        checks = {
            "database": await self._database(),
            "trunk": await self._trunk(),
            "speech": self._speech(),
            "disk": self._disk(),
        }
        return {"ready": all(check["ok"] for check in checks.values()), "checks": checks}

    async def _database(self) -> dict[str, object]:
        try:
            await self.database.ping()
        except StoreError as error:
            return _check(error)
        return {"ok": True, "detail": "answers"}

    async def _trunk(self) -> dict[str, object]:
        try:
            registrations = await self.agent.registrations()
            silent_since = await self.agent.trunks_silent_since()
        except TelefoonError as error:
            return _check(error)
        stand = {name: _stand(each, silent_since.get(name)) for name, each in registrations.items()}
        if len(stand) <= 1:
            return next(iter(stand.values()), {"ok": True, "detail": _NOT_WANTED})
        detail = "; ".join(f"{name}: {each['detail']}" for name, each in stand.items())
        return {"ok": all(each["ok"] for each in stand.values()), "detail": detail}

    def _disk(self) -> dict[str, object]:
        try:
            self.space.require()
        except StoreError as error:
            return _check(error)
        return {"ok": True, "detail": "has room"}

    def _speech(self) -> dict[str, object]:
        broken = [f"{voice.language}: {voice.detail}" for voice in self.voices if not voice.ok]
        return {"ok": not broken, "detail": "; ".join(broken) or f"{len(self.voices)} languages"}


def _stand(registration: Registration, silent_since: datetime | None) -> dict[str, object]:
    if silent_since is not None and not (registration.wanted and registration.code):
        return {"ok": False, "detail": f"the trunk has answered nothing since {silent_since:%H:%M:%S} UTC"}
    if not registration.wanted:
        return {"ok": True, "detail": _NOT_WANTED}
    return {"ok": registration.active, "detail": f"{registration.code} {registration.reason}".strip()}


def _check(error: TelefoonError) -> dict[str, object]:
    return {"ok": False, "detail": str(error)}
