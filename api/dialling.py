"""What every request for a call has to say: whom to call, from which number, in which language."""

from collections.abc import Mapping
from typing import Any

from api.asked import Asked
from api.problems import FieldError, Invalid
from api.services import Services
from api.sounds import language_faults
from engine.errors import CallerNotOwned
from engine.languages import nearest_language
from engine.numbers import Number, parse_e164


def dialling_faults(body: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with `to` and `tts_language`."""
    return [*_number_faults(body), *language_faults(body, "tts_language")]


def language_of(body: Mapping[str, Any], number: Number) -> str:
    """The language that was asked for, else the number's."""
    return nearest_language(body["tts_language"]) if "tts_language" in body else number.language


async def own_number(services: Services, asked: Asked) -> Number:
    """The account's number of `from`. Raises CallerNotOwned, Invalid."""
    given = asked.body["from"]
    try:
        number = await services.numbers.get(parse_e164(given))
    except ValueError as error:
        raise Invalid(FieldError("from", str(error))) from None
    if number is None or number.account_id != asked.account.id:
        raise CallerNotOwned(given)
    return number


def _number_faults(body: Mapping[str, Any]) -> list[FieldError]:
    try:
        parse_e164(body["to"])
    except ValueError as error:
        return [FieldError("to", str(error))]
    return []
