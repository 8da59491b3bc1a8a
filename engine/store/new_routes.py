"""A new route of the fields of a request, whoever asks: the REST interface or a command."""

from collections.abc import Mapping

from engine.errors import InvalidField
from engine.model.route import TrunkRoute
from engine.model.route.reading import read_route
from engine.store.stores import Stores


async def add_route(stores: Stores, given: Mapping[str, object]) -> TrunkRoute:
    """`account` is an account's name. Raises InvalidField."""
    fields = {name: value for name, value in given.items() if value is not None}
    trunk, name = str(fields.pop("trunk")), fields.pop("account", None)
    chosen = read_route(fields)
    account = None if name is None else await stores.accounts.by_name(str(name))
    if name is not None and account is None:
        raise InvalidField("account", f"There is no account {name}.")
    return await stores.routes.add(trunk, account.id if account else None, chosen)
