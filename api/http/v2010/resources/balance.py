"""/Balance"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from api.http.balance_json import amount_text
from api.http.requests import ApiRequest
from api.http.services import Resource, RestServices
from engine.model.rating import CURRENCY


async def fetch_balance(services: RestServices, asked: ApiRequest) -> web.Response:
    balance = await services.stores.balances.of(asked.account.id)
    available = amount_text(balance.available if balance else 0)
    return web.json_response({"account_sid": asked.account.id, "balance": available, "currency": CURRENCY})


RESOURCES: Final[Mapping[str, Resource]] = {"FetchBalance": fetch_balance}
