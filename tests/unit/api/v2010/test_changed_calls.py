"""Changing a live call: another flow, who is told of it, how long it may talk, and its end."""

import pytest

from engine.errors import WrongState
from engine.flow.next_step import GoTo, HttpMethod
from engine.live.orders import CallChange
from engine.model.call import Call, Status
from tests.unit.api.v2010.conftest import Program
from tests.unit.api.v2010.test_calls import GREETING, ORDER

NEXT = "https://shop.example/next"


async def changed(program: Program, form: dict[str, str]) -> CallChange:
    """What is ordered by a change of a call."""
    _, call = await program.post("Calls", ORDER)

    status, answer = await program.post(f"Calls/{call['sid']}", form)

    assert (status, answer["sid"]) == (200, call["sid"]), answer
    (change,) = program.site.call_service.changes
    return change


async def test_it_goes_on_at_another_url(program: Program) -> None:
    form = {"Url": NEXT, "Method": "GET", "FallbackUrl": "https://shop.example/sorry", "FallbackMethod": "get"}

    change = await changed(program, form)

    assert change.start == GoTo(NEXT, HttpMethod.GET)
    assert change.fallback == GoTo("https://shop.example/sorry", HttpMethod.GET)


async def test_a_url_is_posted_to_where_nothing_else_is_said(program: Program) -> None:
    change = await changed(program, {"Url": NEXT, "Twiml": "<Response>"})

    assert (change.start, change.fallback) == (GoTo(NEXT, HttpMethod.POST), None)


async def test_it_goes_on_with_a_flow(program: Program) -> None:
    assert (await changed(program, {"Twiml": GREETING})).start is not None


async def test_another_is_told_of_it_from_now_on(program: Program) -> None:
    told = {"StatusCallback": "https://shop.example/told", "StatusCallbackMethod": "GET"}

    callback = (await changed(program, told)).status_callback

    assert callback is not None
    assert (callback.url, callback.method, callback.events) == ("https://shop.example/told", "GET", ("completed",))


async def test_it_may_talk_for_so_long(program: Program) -> None:
    assert (await changed(program, {"TimeLimit": "90"})).time_limit_s == 90


@pytest.mark.parametrize("status", ["completed", "canceled"])
async def test_it_is_ended(program: Program, status: str) -> None:
    assert (await changed(program, {"Status": status})).end is Status(status)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"Url": "no url"}, 21205),
        ({"Url": NEXT, "Method": "PUT"}, 21209),
        ({"Url": NEXT, "FallbackUrl": "no url"}, 21205),
        ({"StatusCallback": "no url"}, 21609),
        ({"Status": "busy"}, 20001),
        ({"Twiml": "<Response>"}, 20001),
        ({"TimeLimit": "soon"}, 20001),
        ({}, 20001),
        ({"FallbackUrl": NEXT}, 20001),
    ],
)
async def test_what_is_wrong_changes_nothing(program: Program, form: dict[str, str], code: int) -> None:
    _, call = await program.post("Calls", ORDER)

    status, error = await program.post(f"Calls/{call['sid']}", form)

    assert (status, error["code"]) == (400, code), error
    assert program.site.call_service.changes == []


async def test_a_call_that_has_ended_is_changed_no_more(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    _, call = await program.post("Calls", ORDER)

    async def refuse(_: str, call_id: str, change: CallChange) -> Call:
        del change
        raise WrongState(f"{call_id} is completed.")

    monkeypatch.setattr(type(program.site.call_service), "change", lambda _, *given: refuse(*given))

    for form in ({"Url": NEXT}, {"Status": "completed"}):
        status, error = await program.post(f"Calls/{call['sid']}", form)
        assert (status, error["code"]) == (400, 21220)
