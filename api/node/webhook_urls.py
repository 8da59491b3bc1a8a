"""Which webhooks' URLs would not be asked, as far as is known without a look at their names."""

from typing import Final

from yarl import URL

from config.settings import Settings
from engine.errors import EgressDenied
from engine.security.egress import Egress

LOCAL_NAMES: Final = frozenset({"localhost", "localhost.localdomain"})


def refused(settings: Settings, url: str) -> str | None:
    """Why a URL would not be; None where that is not known."""
    egress = Egress(settings.egress_allow)
    parsed = URL(url)
    try:
        egress.check(parsed.with_host("127.0.0.1") if (parsed.host or "").lower() in LOCAL_NAMES else parsed)
    except EgressDenied as error:
        return f"{_without_secrets(parsed)} would not be asked: {error}"
    return None


def _without_secrets(url: URL) -> str:
    return str(url.with_user(None).with_query(None)) if url.host else str(url)
