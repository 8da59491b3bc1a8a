"""The fields of every request for a call: whom to call, and from which number."""

from collections.abc import Mapping
from typing import Any

from api.http.faults import Faults
from api.http.requests import ApiRequest
from api.http.services import RestServices
from engine.errors import CallerNotOwned
from engine.model.numbers import Number, parse_e164
from engine.routing.emergency import parse_called


def called_of(body: Mapping[str, Any], faults: Faults) -> str:
    """The number of `to`."""
    return faults.read("to", parse_called, body["to"], "")


async def own_number(services: RestServices, asked: ApiRequest) -> Number:
    """The account's number of `from`. Raises CallerNotOwned, Invalid."""
    faults = Faults()
    given = faults.read("from", parse_e164, asked.body["from"], "")
    faults.require_none()
    number = await services.stores.numbers.taking(given)
    if number is None or number.account_id != asked.account.id:
        raise CallerNotOwned(given)
    return number
