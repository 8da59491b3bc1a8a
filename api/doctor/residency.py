"""Whether what calls are sent to is in the countries that are allowed."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from api.doctor.database import opened
from api.doctor.finding import Finding
from api.doctor.server import RunningServer
from api.node.object_store import endpoint_of, host_of_endpoint
from api.node.privacy import residency_of
from api.node.trunks import given_trunks
from config.settings import Settings
from engine.errors import TelefoonError
from engine.security.egress import host_of
from engine.security.residency import Outside
from engine.store.numbers import Numbers

_SUBJECT: Final = "Countries"
_ADVICE: Final = "Say where it is in TELEFOON_TARGET_COUNTRIES, or use one in TELEFOON_ALLOWED_COUNTRIES."


async def check(settings: Settings, _running: RunningServer | None) -> Sequence[Finding]:
    """The trunk, the registrar, the object store, speech servers, numbers' webhooks; those of calls when asked."""
    residency = residency_of(settings)
    if not residency.allowed:
        return [Finding(_SUBJECT, True, "any is allowed", "TELEFOON_ALLOWED_COUNTRIES limits where data may go.")]
    findings = []
    for host in [*_of_settings(settings), *await _of_numbers(settings)]:
        place = residency.place_of(host)
        ok = place.inside or residency.outside is Outside.WARN
        findings.append(Finding(_SUBJECT, ok, str(place), "" if place.inside else _ADVICE))
    allowed = ", ".join(sorted(residency.allowed)).upper()
    return findings or [Finding(_SUBJECT, True, f"{allowed} are allowed; no target is set")]


def _of_settings(settings: Settings) -> list[str]:
    hosts = [host.host for trunk in given_trunks(settings) for host in trunk.hosts]
    hosts += [host_of(settings.registrar)] if settings.registrar is not None else []
    hosts += dict.fromkeys(server.host for server in settings.tts_servers.values())
    store = endpoint_of(settings)
    return hosts if store is None else [*hosts, host_of_endpoint(store)]


async def _of_numbers(settings: Settings) -> list[str]:
    async with opened(settings) as database:
        try:
            numbers = [] if database is None else await Numbers(database).all()
        except TelefoonError:
            return []  # the check of the database says what is wrong with it
    urls = [url for number in numbers for url in (number.url, number.fallback_url) if url]
    return sorted({host for url in urls if (host := urlsplit(url).hostname)})
