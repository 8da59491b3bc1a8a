"""Whether the trunks beside the settings' one answer and know us: rows, and tables of the settings file."""

from collections.abc import Sequence
from typing import Final

from api.doctor.database import opened
from api.doctor.finding import Finding
from api.doctor.server import RunningServer
from api.doctor.trunk_probe import trunk_findings
from api.node.trunk_tables import trunks_of_file
from config.setting_sources import settings_file
from config.settings import Settings
from engine.diagnosis.findings import Outcome, TrunkFinding
from engine.errors import SetupError, StoreError, TelefoonError
from engine.model.trunk import Origin, Trunk
from engine.model.trunk.registration import TrunkRegistration
from engine.security.secrets import PEPPER_FILE, load_pepper
from engine.store.trunks import Trunks

_SUBJECT: Final = "Trunks"
_ADVICE: Final = "Mend the table that is named in the settings file; docs/trunks.md has all fields."
_TRIED: Final = "See more, with a call, by: telefoon trunks test "


async def check(settings: Settings, running: RunningServer | None) -> Sequence[Finding]:
    """The findings of each, one after the other: there is one SIP library in a process."""
    try:
        rows, stand = await _rows(settings)
        trunks = {trunk.name: trunk for trunk in (*rows, *trunks_of_file(settings.trunks or (), settings_file()))}
    except SetupError as error:
        return [Finding(_SUBJECT, False, str(error), _ADVICE)]
    findings: list[Finding] = []
    for name in sorted(trunks):
        findings += await _findings(trunks[name], settings, running, stand)
    return findings


async def _rows(settings: Settings) -> tuple[Sequence[Trunk], Sequence[TrunkRegistration]]:
    """The trunks that are rows alone, and how registrations stand; none where the database can't be asked."""
    if not (settings.data_dir / PEPPER_FILE).exists():
        return (), ()  # the check of the pepper says whether that is a fault
    async with opened(settings) as database:
        if database is None:
            return (), ()
        rows = Trunks(database, load_pepper(settings.data_dir))
        try:
            stored, stand = await rows.all(), await rows.registrations()
        except StoreError:
            return (), ()  # the check of the database says what is wrong with it
    return [each.trunk for each in stored if each.origin is Origin.DATABASE], stand


async def _findings(
    trunk: Trunk, settings: Settings, running: RunningServer | None, stand: Sequence[TrunkRegistration]
) -> Sequence[Finding]:
    if not trunk.enabled:
        return [Finding(f"Trunk {trunk.name}", True, "is not enabled")]
    try:
        return [
            _finding(trunk.name, each)
            async for each in trunk_findings(trunk, settings, running, stand)
            if each.outcome is not Outcome.NOT_TRIED
        ]
    except TelefoonError as error:
        return [Finding(f"Trunk {trunk.name}", False, str(error), f"{_TRIED}{trunk.name}")]


def _finding(name: str, found: TrunkFinding) -> Finding:
    advice = f"{found.advice} {_TRIED}{name}" if found.outcome is Outcome.FAULT else found.advice
    return Finding(f"Trunk {name}: {found.subject}", found.outcome is not Outcome.FAULT, found.detail, advice)
