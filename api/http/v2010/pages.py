"""Pages of lists as /2010-04-01 has them: by number, and from page to page by a token."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import urlencode

from api.http.cursor import TimeOf, next_cursor, place_of
from api.http.json_fields import Json
from api.http.problems import Invalid
from api.http.requests import ApiRequest
from api.http.v2010.contract import BASE_PATH
from api.http.v2010.errors import CodedProblem
from api.http.v2010.translation import WRONG_PARAMETER
from engine.store.page_cursor import PageCursor

_PAGE, _SIZE, _TOKEN = "Page", "PageSize", "PageToken"
_TOKEN_PREFIX: Final = "PA"
_DEFAULT_SIZE: Final = 50
MOST: Final = 1000


class Identified(Protocol):
    """Something with an identifier."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Identified)


@dataclass(frozen=True, slots=True)
class WantedPage:
    """The page that a request asks for: its number from 0, how many are on it, and the place that its token names."""

    number: int
    size: int
    place: PageCursor | None


def wanted_page(asked: ApiRequest) -> WantedPage:
    """Raises CodedProblem for a token that is none of ours."""
    token = asked.query.get(_TOKEN)
    try:
        place = place_of({"cursor": token.removeprefix(_TOKEN_PREFIX)}) if token else None
    except Invalid:
        raise CodedProblem(WRONG_PARAMETER, f"{_TOKEN} is none of ours; take next_page_uri of an answer.") from None
    return WantedPage(asked.query.get(_PAGE, 0), min(asked.query.get(_SIZE, _DEFAULT_SIZE), MOST), place)


def part_of(found: Sequence[T], page: WantedPage, time_of: TimeOf) -> Sequence[T]:
    """The wanted page of a list that is all there, the oldest first."""
    if page.place is None:
        return found[page.number * page.size :][: page.size]
    place = (page.place.at, page.place.id)
    return [each for each in found if (time_of(each), each.id) > place][: page.size]


def page_json(
    asked: ApiRequest, page: WantedPage, name: str, found: Sequence[Any], resources: Sequence[Json], time_of: TimeOf
) -> Json:
    """The page's body: `found` as it was read, and the resources made of it, under the list's name."""
    more = next_cursor(found, page.size, time_of)
    following = _uri(asked, page.number + 1, page.size, more["next_cursor"]) if more else None
    start = page.number * page.size
    return {
        "first_page_uri": _uri(asked, 0, page.size),
        "end": start + max(len(found) - 1, 0),
        "previous_page_uri": _uri(asked, page.number - 1, page.size) if page.number else None,
        name: list(resources),
        "uri": _uri(asked, page.number, page.size),
        "page_size": page.size,
        "start": start,
        "next_page_uri": following,
        "page": page.number,
    }


def _uri(asked: ApiRequest, number: int, size: int, cursor: str | None = None) -> str:
    """The request's own path with its filters, and another page."""
    path = f"{BASE_PATH}{asked.http.path.partition(BASE_PATH)[2]}"
    filters = [(name, value) for name, value in asked.http.query.items() if name not in (_PAGE, _SIZE, _TOKEN)]
    token = [(_TOKEN, f"{_TOKEN_PREFIX}{cursor}")] if cursor else []
    return f"{path}?{urlencode([*filters, (_SIZE, size), (_PAGE, number), *token])}"
