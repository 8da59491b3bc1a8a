"""/balance, and /accounts/{account}/balance for the operator"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.http.balance_json import balance_entry_json, balance_json
from api.http.cursor import next_cursor, place_of
from api.http.problems import FieldError, Invalid
from api.http.requests import ApiRequest
from api.http.services import Resource, RestServices
from engine.errors import NotFound
from engine.model.accounts import Account
from engine.model.balance import Balance, read_amount
from engine.store.values import utc_now


async def get_own_balance(services: RestServices, asked: ApiRequest) -> web.Response:
    return await _shown(services, asked.account)


async def list_own_entries(services: RestServices, asked: ApiRequest) -> web.Response:
    return await _listed(services, asked.account, asked)


async def get_balance(services: RestServices, asked: ApiRequest) -> web.Response:
    return await _shown(services, await _account(services, asked))


async def list_entries(services: RestServices, asked: ApiRequest) -> web.Response:
    return await _listed(services, await _account(services, asked), asked)


async def set_prepaid(services: RestServices, asked: ApiRequest) -> web.Response:
    account, prepaid = await _account(services, asked), asked.body["prepaid"]
    balance = await services.stores.balances.set_prepaid(account.id, prepaid)
    await services.stores.audit.add(asked.actor, "balance.prepaid", account.id, account=account.id, prepaid=prepaid)
    return web.json_response(balance_json(balance))


async def top_up(services: RestServices, asked: ApiRequest) -> web.Response:
    account, body = await _account(services, asked), asked.body
    try:
        units = read_amount(body["amount"])
    except ValueError as error:
        raise Invalid(FieldError("amount", str(error))) from None
    balance = await services.stores.balances.top_up(account.id, units, body["key"], utc_now(), body.get("note", ""))
    await services.stores.audit.add(
        asked.actor, "balance.top_up", account.id, account=account.id, amount=body["amount"], key=body["key"]
    )
    return web.json_response(balance_json(balance), status=HTTPStatus.CREATED)


async def _account(services: RestServices, asked: ApiRequest) -> Account:
    """The account of this name. Raises NotFound."""
    found = await services.stores.accounts.by_name(asked.path["account"])
    if found is None:
        raise NotFound("account", asked.path["account"])
    return found


async def _shown(services: RestServices, account: Account) -> web.Response:
    found = await services.stores.balances.of(account.id)
    return web.json_response(balance_json(found or Balance(account.id, False, 0, 0, 0)))


async def _listed(services: RestServices, account: Account, asked: ApiRequest) -> web.Response:
    query = asked.query
    found, total = await services.stores.balances.entries(
        account.id, query["page"], query["page_size"], place_of(query)
    )
    more = next_cursor(found, query["page_size"], lambda entry: entry.at)
    return web.json_response({"entries": [balance_entry_json(each) for each in found], "total": total, **more})


RESOURCES: Final[Mapping[str, Resource]] = {
    "getOwnBalance": get_own_balance,
    "listOwnBalanceEntries": list_own_entries,
    "getBalance": get_balance,
    "listBalanceEntries": list_entries,
    "setPrepaid": set_prepaid,
    "topUpBalance": top_up,
}
