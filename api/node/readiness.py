"""Whether this node can do its work now: what /readyz tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.errors import StoreError, TelefoonError
from engine.recordings.disk_space import DiskSpace
from engine.store.database import Database
from sip.user_agent import UserAgent
from tts.selftest import VoiceCheck


@dataclass(frozen=True, slots=True)
class Readiness:
    """Asks the database, the trunk, speech and the disk whether they work; `voices` were tried out at the start."""

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
            registration = await self.agent.registration()
            silent_since = await self.agent.trunk_silent_since()
        except TelefoonError as error:
            return _check(error)
        if silent_since is not None and not (registration.wanted and registration.code):
            return {"ok": False, "detail": f"the trunk has answered nothing since {silent_since:%H:%M:%S} UTC"}
        if not registration.wanted:
            return {"ok": True, "detail": "no registration wanted"}
        detail = f"{registration.code} {registration.reason}".strip()
        return {"ok": registration.active, "detail": detail}

    def _disk(self) -> dict[str, object]:
        try:
            self.space.require()
        except StoreError as error:
            return _check(error)
        return {"ok": True, "detail": "has room"}

    def _speech(self) -> dict[str, object]:
        broken = [f"{voice.language}: {voice.detail}" for voice in self.voices if not voice.ok]
        return {"ok": not broken, "detail": "; ".join(broken) or f"{len(self.voices)} languages"}


def _check(error: TelefoonError) -> dict[str, object]:
    return {"ok": False, "detail": str(error)}
