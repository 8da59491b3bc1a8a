"""The spellings of /2010-04-01: moments, prices, flags and addresses of resources."""

from datetime import UTC, datetime
from decimal import Decimal
from email.utils import format_datetime

from api.http.v2010.contract import BASE_PATH


def rfc2822(at: datetime | None) -> str | None:
    """A moment to the second, in UTC, as in mail (RFC 2822 §3.3)."""
    return None if at is None else format_datetime(at.astimezone(UTC).replace(microsecond=0))


def cost(price: Decimal | None) -> str | None:
    """A price as what is taken from an account: below zero, with five places."""
    return None if price is None else f"{-price:.5f}"


def account_uri(account_id: str, *rest: str) -> str:
    """The path of a resource of an account, without .json."""
    return "/".join((f"{BASE_PATH}/Accounts/{account_id}", *rest))


def resource_uri(account_id: str, *rest: str) -> str:
    """The path at which a resource of an account is looked up."""
    return f"{account_uri(account_id, *rest)}.json"


def subresources(account_id: str, *path: str, **named: str) -> dict[str, str]:
    """The paths of what belongs to a resource, by the names that programs know."""
    return {name: resource_uri(account_id, *path, noun) for name, noun in named.items()}
