"""The certificate of the REST interface, where the node itself speaks TLS: whether it can be shown, and how long."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from api.doctor.finding import Finding
from api.doctor.server import RunningServer
from api.http.served_certificate import SOON, ServedCertificate
from config.settings import Settings
from engine.errors import SetupError

_SUBJECT: Final = "HTTP certificate"
_RENEW: Final = "Renew it: a server reads what TELEFOON_HTTP_TLS_CERT and TELEFOON_HTTP_TLS_KEY name when it changes."


async def check(settings: Settings, _running: RunningServer | None) -> Sequence[Finding]:
    """Nothing where a proxy speaks TLS. A running server shows the former pair while the files' new one is broken."""
    if settings.http_tls_cert is None or settings.http_tls_key is None:
        return []
    try:
        until = ServedCertificate(settings.http_tls_cert, settings.http_tls_key).until
    except SetupError as error:
        advice = "A server that runs shows the former one, and does not start again with these."
        return [Finding(_SUBJECT, False, str(error), advice)]
    return [_of(until, until - datetime.now(UTC))]


def _of(until: datetime, left: timedelta) -> Finding:
    day = f"{until:%Y-%m-%d %H:%M} UTC"
    if left <= timedelta(0):
        return Finding(_SUBJECT, False, f"it has expired, on {day}", _RENEW)
    detail = f"it is valid for {left.days} days more, until {day}"
    return Finding(_SUBJECT, left >= SOON, detail, "" if left >= SOON else _RENEW)
