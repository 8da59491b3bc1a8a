"""What commands need that reach for a customer's program: the rules for what leaves, and the headers that sign."""

from typing import TYPE_CHECKING

from yarl import URL

from api.cli.local import LocalStores, with_books

if TYPE_CHECKING:
    from engine.security.egress import Egress


def egress_here() -> "Egress":
    """The rules of the settings for what leaves."""
    from api.node.privacy import residency_of
    from config.settings import load
    from engine.security.egress import Egress

    settings = load()
    return Egress(settings.egress_allow, residency_of(settings))


def signed_headers(url: URL, account: str | None) -> dict[str, str]:
    """Headers by which the program knows that the platform connects; none without an account. Raises NotFound."""
    if account is None:
        return {}
    from engine.ids import IdKind, new_id
    from engine.store.values import utc_now
    from engine.webhooks import signing
    from engine.webhooks.request import WebRequest

    async def secrets(books: LocalStores) -> list[str]:
        owner = await books.account(account)
        return list(await books.stores.account_secrets.secrets(owner.id))

    return signing.headers(with_books(secrets), WebRequest.to(url, "GET", {}), new_id(IdKind.EXCHANGE), utc_now())
