"""Answers to requests that never reach the application, since their heads can't be read or did not come in time."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong
from multidict import CIMultiDict

from api.http.problems import Problem, problem_response
from api.http.response_headers import make_careful

MAX_TARGET_BYTES: Final = 8000
"""Of a request's target, its path and query: what RFC 9112 §3 asks of every server."""
MAX_FIELD_BYTES: Final = 8190
"""Of a header field's name, and of its value; not the target's figure, as errors are told apart by it."""
MAX_FIELDS: Final = 100
_TOO_LONG: Final[Mapping[int, tuple[HTTPStatus, str]]] = {
    MAX_TARGET_BYTES: (
        HTTPStatus.REQUEST_URI_TOO_LONG,
        f"The request's path and query are longer than {MAX_TARGET_BYTES} bytes.",
    ),
    MAX_FIELD_BYTES: (
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        f"The name or the value of a header field is longer than {MAX_FIELD_BYTES} bytes.",
    ),
}
_TOO_MANY: Final = "Too many headers"


class UnroutedAnswer(web.Response):
    """An answer of the connection itself, with the headers that the application gives to all others."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self.headers[hdrs.CONNECTION] = "close"
        make_careful(self.headers, over_tls=self._req is not None and self._req.secure)


def problem_of(error: HttpProcessingError) -> Problem:
    """What is wrong with a request's head; nothing of it is said again."""
    if isinstance(error, LineTooLong) and error.args[1] in _TOO_LONG:
        return Problem(*_TOO_LONG[error.args[1]], closes=True)
    if error.message.startswith(_TOO_MANY):
        detail = f"The request has more than {MAX_FIELDS} header fields."
        return Problem(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, detail, closes=True)
    return Problem(HTTPStatus.BAD_REQUEST, "This is no request of HTTP/1.1.", closes=True)


def unrouted(problem: Problem) -> web.Response:
    """The problem as an answer that no route gives."""
    told = problem_response(problem)
    answer = UnroutedAnswer(body=told.body, status=told.status, reason=told.reason, headers=told.headers)
    answer.force_close()
    return answer


def as_bytes(problem: Problem, *, over_tls: bool) -> bytes:
    """The whole answer as it goes over the wire, where there is no request that it could be the answer to."""
    told = problem_response(problem)
    body = (told.text or "").encode()
    headers = CIMultiDict({**told.headers, hdrs.CONTENT_LENGTH: str(len(body)), hdrs.CONNECTION: "close"})
    make_careful(headers, over_tls=over_tls)
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {told.status} {told.reason}\r\n{fields}\r\n".encode() + body
