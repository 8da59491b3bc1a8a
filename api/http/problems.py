"""Errors as application/problem+json (RFC 9457), for everything that can go wrong with a request."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from api.http.titles import TITLES
from engine.errors import (
    BalanceTooLow,
    InvalidField,
    NoSpace,
    NotFound,
    ObjectStoreError,
    Overloaded,
    PolicyRefused,
    QueueFull,
    Refused,
    StoreError,
    TelefoonError,
    WrongState,
)

CONTENT_TYPE: Final = "application/problem+json"
_TYPE: Final = "about:blank"
_QUOTA_TYPE: Final = "https://iana.org/assignments/http-problem-types#quota-exceeded"
_BALANCE: Final = "urn:telefoon:rule:balance"
_QUEUE: Final = "urn:telefoon:rule:calls-queued"
_AGAIN_AFTER_S: Final = 5
_ASKS_IN_VAIN: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY})
ASKED_BY: Final = web.RequestKey("asked_by", str)
"""The id of the key by which a request came, once that is known."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field of a request: its published name, and a sentence."""

    field: str
    detail: str


class Problem(Exception):
    """A request that is answered with an error; `detail` is written for the user."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        errors: Sequence[FieldError] = (),
        *,
        again_after_s: int | None = None,
        type_uri: str = _TYPE,
        closes: bool = False,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.again_after_s = again_after_s
        self.type_uri = type_uri
        self.closes = closes
        """Whether the connection ends with the answer, since what follows on it can't be read."""


class Invalid(Problem):
    """422: understood, but some fields are wrong."""

    def __init__(self, *errors: FieldError) -> None:
        detail = "; ".join(f"{each.field}: {each.detail}" for each in errors)
        super().__init__(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors)


class QuotaExceeded(Problem):
    """429 by draft-ietf-httpapi-ratelimit-headers-10 §5.1: `policy` is the limit that is reached."""

    def __init__(self, detail: str, again_after_s: int, policy: str) -> None:
        super().__init__(HTTPStatus.TOO_MANY_REQUESTS, detail, again_after_s=again_after_s)
        self.policy = policy


class NothingThere(Problem):
    """404 for a path that nothing is at.

    Programs of another cloud that ask for what Telefoon has not, as its messages at /v1/Services, look for a number and
    a sentence under the names that they know; they stand in the problem beside its own (RFC 9457 §3.2).
    """

    NUMBER: Final = 20404

    def __init__(self, path: str) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, f"There is nothing at {path}; /docs lists what there is.")


FAILED: Final = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Telefoon failed on this request; its log says how.")


def problem_response(problem: Problem) -> web.Response:
    """The problem's body, with no more in it than it says."""
    title = TITLES[problem.status]
    body: dict[str, Any] = {
        "type": problem.type_uri,
        "title": title,
        "status": int(problem.status),
        "detail": problem.detail,
    }
    if isinstance(problem, QuotaExceeded):
        body |= {"type": _QUOTA_TYPE, "violated-policies": [problem.policy]}
    if isinstance(problem, NothingThere):
        body |= {"code": problem.NUMBER, "message": problem.detail}
    if problem.errors:
        body["errors"] = [{"field": each.field, "detail": each.detail} for each in problem.errors]
    headers = {} if problem.again_after_s is None else {"Retry-After": str(problem.again_after_s)}
    response = web.json_response(body, status=problem.status, reason=title, headers=headers, content_type=CONTENT_TYPE)
    if problem.closes:
        response.force_close()
    return response


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outermost middleware: whatever a handler raises becomes a problem."""
    response = await _answered(request, handler, problem_response)
    # Whoever tries what a leaked key may do is seen here also where no call came of it that could have an event.
    if response.status in _ASKS_IN_VAIN and (key := request.get(ASKED_BY)):
        log.info("request_refused", method=request.method, path=_template(request), status=response.status, key=key)
    return response


def telling(told: Callable[[Problem], web.Response]) -> Middleware:
    """A middleware for a part of the interface in which problems are told otherwise."""

    @web.middleware
    async def tell(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await _answered(request, handler, told)

    return tell


async def _answered(
    request: web.Request, handler: Handler, told: Callable[[Problem], web.Response]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except Problem as problem:
        return told(problem)
    except TelefoonError as error:
        return told(_of_engine(error))
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        response = told(_of_http(request, error))
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except Exception as error:
        if isinstance(error, ConnectionError) and _has_gone(request):
            raise  # nobody is there to be answered, and nothing of ours has failed
        log.exception("request_failed", method=request.method, path=request.path)
        return told(FAILED)


def _template(request: web.Request) -> str:
    """The path as it is published, without who or what it names."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else ""


def _has_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _of_engine(error: TelefoonError) -> Problem:
    match error:
        case NotFound():
            return Problem(HTTPStatus.NOT_FOUND, str(error))
        case InvalidField():
            return Invalid(FieldError(error.field, error.detail))
        case WrongState():
            return Problem(HTTPStatus.CONFLICT, str(error))
        case Refused():
            return _of_refusal(error)
        case Overloaded():
            return Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), again_after_s=error.again_after_s)
        case QueueFull():
            return Problem(HTTPStatus.TOO_MANY_REQUESTS, str(error), again_after_s=error.again_after_s, type_uri=_QUEUE)
        case NoSpace():
            return Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), again_after_s=_AGAIN_AFTER_S)
        case StoreError():
            log.error("store_failed", error=str(error))
            return Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "The database does not answer now; try again.",
                again_after_s=_AGAIN_AFTER_S,
            )
        case ObjectStoreError():
            log.error("object_store_failed", error=str(error))
            return Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        case _:
            log.error("request_failed", error=str(error))
            return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))


def _of_refusal(error: Refused) -> Problem:
    match error:
        case BalanceTooLow():
            # 402 is reserved (RFC 9110 §15.5.3), and clients do not know it; the type says what is wanted.
            return Problem(HTTPStatus.FORBIDDEN, str(error), type_uri=_BALANCE)
        case PolicyRefused():
            status = HTTPStatus.FORBIDDEN if error.again_after_s is None else HTTPStatus.TOO_MANY_REQUESTS
            return Problem(status, str(error), again_after_s=error.again_after_s, type_uri=error.uri)
        case _:
            return Problem(HTTPStatus.FORBIDDEN, str(error))


def _of_http(request: web.Request, error: web.HTTPException) -> Problem:
    status = HTTPStatus(error.status)
    if status is HTTPStatus.NOT_FOUND:
        return NothingThere(request.path)
    details = {
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.method} is not for {request.path}.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than 1 MiB.",
    }
    return Problem(status, details.get(status, TITLES[status]))
