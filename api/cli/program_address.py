"""What commands need that reach for a customer's program: the rules for what leaves, and the headers that sign."""

from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class SigningAccount:
    """The account of the call that a program is told of, and the secrets that sign its handshake, the newest first."""

    id: str
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def headers(self, url: URL) -> dict[str, str]:
        """Headers by which the program knows that the platform connects; none without secrets."""
        from engine.ids import IdKind, new_id
        from engine.store.values import utc_now
        from engine.webhooks import signing
        from engine.webhooks.request import WebRequest

        return signing.headers(self.secrets, WebRequest.to(url, "GET", {}), new_id(IdKind.EXCHANGE), utc_now())


def signing_account(name: str | None) -> SigningAccount:
    """The account of this name; without one, one that nobody has and that signs nothing. Raises NotFound."""
    if name is None:
        from engine.ids import IdKind, new_id

        return SigningAccount(new_id(IdKind.ACCOUNT))

    async def found(books: LocalStores) -> SigningAccount:
        owner = await books.account(name)
        return SigningAccount(owner.id, tuple(await books.stores.account_secrets.secrets(owner.id)))

    return with_books(found)
