"""Errors as /2010-04-01 tells them: a number that programs look at, and a sentence."""

from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web

from api.http.problems import Problem, telling
from api.http.v2010.codes import CODES, Code, code_of_status
from api.http.v2010.contract import BASE_PATH

_CHALLENGE: Final = 'Basic realm="Telefoon", charset="UTF-8"'
_EXPLAINED_AT: Final = f"{BASE_PATH}/errors#"


class CodedProblem(Problem):
    """A problem that has an error number of its own."""

    def __init__(self, number: int, detail: str, *, again_after_s: int | None = None) -> None:
        super().__init__(CODES[number].status, detail, again_after_s=again_after_s)
        self.code = CODES[number]


def error_response(problem: Problem) -> web.Response:
    """The problem's body, in the shape that programs of this interface read."""
    code = _code_of(problem)
    body = {
        "code": code.number,
        "message": problem.detail,
        "more_info": f"{_EXPLAINED_AT}{code.number}",
        "status": int(code.status),
    }
    response = web.json_response(body, status=code.status)
    if problem.again_after_s is not None:
        response.headers[hdrs.RETRY_AFTER] = str(problem.again_after_s)
    if code.status == HTTPStatus.UNAUTHORIZED:
        response.headers[hdrs.WWW_AUTHENTICATE] = _CHALLENGE
    if problem.closes:
        response.force_close()
    return response


errors: Final = telling(error_response)
"""The outermost middleware of this interface."""


def _code_of(problem: Problem) -> Code:
    return problem.code if isinstance(problem, CodedProblem) else code_of_status(problem.status)
