from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.model.call import Call, Direction
from engine.model.call_options import CallOptions
from tests.unit.api.conftest import NUMBER, TO
from tests.unit.api.v2010.conftest import Program

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
GREETING = "<Response><Say>Good morning</Say></Response>"
ORDER = {"To": TO, "From": NUMBER, "Twiml": GREETING}


async def test_a_call_is_placed_by_the_same_order_and_seen_by_both_doors(program: Program) -> None:
    form = {"To": TO, "From": NUMBER, "Twiml": GREETING, "Timeout": "20", "StatusCallback": "https://shop.example/told"}

    status, call = await program.post("Calls", form)

    (order,) = program.site.call_service.orders
    assert (status, call["status"], call["direction"]) == (201, "queued", "outbound-api")
    assert (order.to, order.from_, order.options.timeout_s) == (TO, NUMBER, 20)
    assert order.flow is not None
    assert order.options.status_callback == "https://shop.example/told"
    assert (await program.site.request("GET", f"calls/{call['sid']}"))[1]["to"] == TO
    assert (await program.get(f"Calls/{call['sid']}"))[1] == call


async def test_numbers_are_shown_as_people_of_their_country_write_them(program: Program) -> None:
    _, call = await program.post("Calls", {"To": "+14155550123", "From": NUMBER, "Twiml": GREETING})

    assert (call["to"], call["to_formatted"]) == ("+14155550123", "(415) 555-0123")
    assert (call["from"], call["from_formatted"]) == (NUMBER, "02 555 01 00")


async def test_a_call_names_the_accounts_number_that_it_is_placed_from(program: Program) -> None:
    (number,) = await program.site.services.stores.numbers.of_account(program.account.id)

    _, call = await program.post("Calls", {"To": TO, "From": NUMBER, "Twiml": GREETING})

    assert call["phone_number_sid"] == number.id
    _, page = await program.get("Calls")
    assert page["calls"] == [call]


async def test_a_call_to_a_range_names_the_range(program: Program) -> None:
    stores = program.site.services.stores
    wide = await stores.numbers.add(program.account.id, "+322666xxxx")
    narrow = await stores.numbers.add(program.account.id, "+32266601xx")
    for called in ("+3226669999", "+3226660199", "sip:desk@example.com"):
        call = Call.begun(
            Direction.INBOUND, TO, called, CallOptions(), account_id=program.account.id, at=NOON, node="node-1"
        )
        await program.site.call_service.calls.add(call)

    _, page = await program.get("Calls")

    assert {call["to"]: call["phone_number_sid"] for call in page["calls"]} == {
        "+3226669999": wide.id,
        "+3226660199": narrow.id,
        "sip:desk@example.com": None,
    }


async def test_calls_are_paged_through_by_token(program: Program) -> None:
    placed = [(await program.post("Calls", ORDER))[1]["sid"] for _ in range(7)]

    seen, pages = [], 0
    _, page = await program.get("Calls", PageSize="3")
    while True:
        pages += 1
        seen += [call["sid"] for call in page["calls"]]
        if page["next_page_uri"] is None:
            break
        _, page = await program.ask("GET", page["next_page_uri"])

    assert (seen, pages) == (placed[::-1], 3)
    assert page["page"] == 2
    assert (await program.ask("GET", page["previous_page_uri"]))[1]["start"] == 3


async def test_a_token_of_another_is_refused(program: Program) -> None:
    status, error = await program.get("Calls", PageToken="PAnone")

    assert (status, error["code"]) == (400, 20001)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"StartTime": "2026-11-30"}, 1),
        ({"StartTime": "2026-11-29"}, 0),
        ({"StartTime>": "2026-11-30"}, 1),
        ({"StartTime>": "2026-12-01T00:00:00Z"}, 0),
        ({"StartTime<": "2026-11-30"}, 0),
        ({"StartTime<": "2026-12-01"}, 1),
        ({"EndTime>": "2026-11-30"}, 0),
        ({"StartTime": "2026-11-30T12:00:00Z"}, 1),
        ({"StartTime": "2026-11-30T12:00:01Z"}, 0),
        ({"StartTime": "2026-11-30T12:00:00"}, 1),
        ({"StartTime>": "2026-11-30 12:00:01"}, 0),
        ({"EndTime<": "2026-12-01"}, 0),
        ({"To": TO}, 1),
        ({"To": f" {TO[1:]}"}, 1),
        ({"From": TO}, 0),
        ({"Status": "queued"}, 1),
        ({"Status": "busy"}, 0),
        ({"ParentCallSid": f"CA{'0' * 32}"}, 0),
    ],
)
async def test_filters_narrow_the_list(program: Program, filters: dict[str, str], found: int) -> None:
    await placed_at(program, NOON)

    status, page = await program.get("Calls", **filters)

    assert (status, len(page["calls"])) == (200, found)


async def placed_at(program: Program, at: datetime) -> None:
    call = Call.begun(
        Direction.OUTBOUND, NUMBER, TO, CallOptions(), account_id=program.account.id, at=at, node="node-1"
    )
    await program.site.call_service.calls.add(call)


async def test_what_is_no_status_is_refused_by_name(program: Program) -> None:
    status, error = await program.get("Calls", Status="gone")

    assert (status, error["code"]) == (400, 20001)
    assert "Status" in error["message"]


@pytest.mark.parametrize("path", [f"Calls/CA{'0' * 32}", "Calls/CA1", "Messages", "Calls/a/b/c"])
async def test_what_is_not_there_is_20404(program: Program, path: str) -> None:
    status, error = await program.get(path)

    assert (status, error["code"], set(error)) == (404, 20404, {"code", "message", "more_info", "status"})


async def test_another_method_is_20004(program: Program) -> None:
    status, error = await program.ask("PUT", f"{program.place('Calls')}.json")

    assert (status, error["code"]) == (405, 20004)


async def test_the_same_is_served_where_another_providers_clients_look(program: Program) -> None:
    status, page = await program.ask("GET", f"/api/laml{program.place('Calls')}")

    assert (status, page["calls"]) == (200, [])


async def test_the_document_names_every_operation_that_is_served(program: Program) -> None:
    status, document = await program.ask("GET", "/2010-04-01/openapi.json")

    assert (status, document["openapi"]) == (200, "3.1.0")
    assert "/Accounts/{AccountSid}/Calls.json" in document["paths"]


async def test_a_body_that_is_no_form_is_refused(program: Program) -> None:
    status, error = await program.ask("POST", f"{program.place('Calls')}.json", json={"To": TO})

    assert (status, error["status"]) == (415, 415)


async def test_a_call_tells_who_sent_it_on_and_the_name_that_came_with_it(program: Program) -> None:
    call = Call.begun(
        Direction.INBOUND, TO, NUMBER, CallOptions(caller_name="Zoë"), account_id=program.account.id, at=NOON,
        node="node-1",
    )  # fmt: skip
    await program.site.call_service.calls.add(replace(call, forwarded_from="+3225550177"))

    _, told = await program.get(f"Calls/{call.id}")

    assert (told["forwarded_from"], told["caller_name"]) == ("+3225550177", "Zoë")
