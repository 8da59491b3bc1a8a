"""The fields of every request for a call: whom to call, and from which number."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from api.http.faults import Faults
from api.http.requests import ApiRequest
from api.http.services import RestServices
from engine.errors import CallerNotOwned
from engine.model.numbers import Number, country_around, read_number
from engine.routing.emergency import read_called_number


def called_of(body: Mapping[str, Any], number: Number, faults: Faults) -> str:
    """The number of `to`, read with the country of the number that the call is placed from."""
    return faults.read("to", partial(read_called_number, country=country_around(number.e164)), body["to"], "")


async def own_number(services: RestServices, asked: ApiRequest) -> Number:
    """The account's number of `from`, which has its country's code. Raises CallerNotOwned, Invalid."""
    faults = Faults()
    given = faults.read("from", partial(read_number, country=""), asked.body["from"], "")
    faults.require_none()
    number = await services.stores.numbers.taking(given)
    if number is None or number.account_id != asked.account.id:
        raise CallerNotOwned(given)
    return number
