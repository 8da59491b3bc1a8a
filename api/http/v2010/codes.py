"""The error numbers of /2010-04-01: which there are here, with which HTTP status, and what each means."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final


@dataclass(frozen=True, slots=True)
class Code:
    """An error number that programs know from the cloud that they were written for."""

    number: int
    status: HTTPStatus
    meaning: str


_BAD: Final = HTTPStatus.BAD_REQUEST

CODES: Final[Mapping[int, Code]] = {
    each.number: each
    for each in (
        Code(13224, _BAD, "To is a number that this node can't call, such as that of an emergency service."),
        Code(20001, _BAD, "A parameter is missing or wrong, or is refused here; the message names it."),
        Code(20003, HTTPStatus.UNAUTHORIZED, "The account id, key or secret is unknown, expired or revoked."),
        Code(20004, HTTPStatus.METHOD_NOT_ALLOWED, "This method is not for this path."),
        Code(20009, HTTPStatus.CONFLICT, "The call goes on; what has not ended is not deleted."),
        Code(20403, HTTPStatus.FORBIDDEN, "The key lacks the scope, or a rule of this node does not allow it."),
        Code(20404, HTTPStatus.NOT_FOUND, "There is nothing at this path, or no such thing in this account."),
        Code(20409, HTTPStatus.CONFLICT, "The thing is not in a state that allows the request."),
        Code(20429, HTTPStatus.TOO_MANY_REQUESTS, "Too many requests, or too many calls wait for their turn."),
        Code(20500, HTTPStatus.INTERNAL_SERVER_ERROR, "Telefoon failed; its log says how."),
        Code(20503, HTTPStatus.SERVICE_UNAVAILABLE, "The node has too much to do, or its database does not answer."),
        Code(21201, _BAD, "To is missing."),
        Code(21205, _BAD, "Url is missing, or is no URL; or it is FallbackUrl that is none."),
        Code(21206, _BAD, "SendDigits has what is no key and no pause."),
        Code(21208, _BAD, "Timeout is no number of seconds that a call may ring."),
        Code(21209, _BAD, "A method is neither GET nor POST."),
        Code(21210, _BAD, "From is a number that is not the account's."),
        Code(21211, _BAD, "To is no number."),
        Code(21212, _BAD, "From is no number."),
        Code(21213, _BAD, "From is missing."),
        Code(21215, _BAD, "A call policy does not allow calls there: the country, such numbers, or this hour."),
        Code(21216, _BAD, "A call policy blocks numbers that begin so."),
        Code(21217, _BAD, "To looks like a number, and is none of any country."),
        Code(21218, _BAD, "There is no such application in this account."),
        Code(21220, _BAD, "The call is not in a state that allows the change."),
        Code(21233, _BAD, "Who answers, person or machine, is not detected here."),
        Code(21502, _BAD, "A URL of a number or an application is none."),
        Code(21609, _BAD, "StatusCallback is no URL."),
        Code(21626, _BAD, "StatusCallbackEvent has what is no event of a call."),
    )
}


def code_of_status(status: HTTPStatus) -> Code:
    """The number for what has none of its own: 20000 and the HTTP status, but for three."""
    number = _OF_STATUS.get(status, 20000 + status)
    return CODES.get(number, Code(number, status, status.phrase))


_OF_STATUS: Final[Mapping[int, int]] = {
    HTTPStatus.BAD_REQUEST: 20001,
    HTTPStatus.UNPROCESSABLE_ENTITY: 20001,
    HTTPStatus.UNAUTHORIZED: 20003,
    HTTPStatus.METHOD_NOT_ALLOWED: 20004,
}
