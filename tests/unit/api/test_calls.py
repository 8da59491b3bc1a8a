import io
import json
from dataclasses import replace
from datetime import datetime

import pytest

from api.http.titles import TITLES
from engine.errors import Overloaded, TrunksFull
from engine.model.call import Direction, Status
from engine.model.call_options import CallOptions
from engine.model.recording_shape import Channels, Tracks, Trim
from tests.peers.hindered import HINDERED
from tests.unit.api.conftest import NUMBER, TO, Site


async def test_a_call_is_placed_with_the_contracts_defaults(site: Site) -> None:
    status, call, response = await site.request("POST", "calls", json={"to": TO, "from": NUMBER})

    assert status == 201
    assert response.headers["Location"] == f"/v1/voice/calls/{call['id']}"
    assert (call["status"], call["direction"], call["from"], call["to"]) == ("queued", "outbound", NUMBER, TO)
    assert (call["duration"], call["price_unit"], call["timeout"], call["record"]) == (0, "EUR", 30, False)
    assert datetime.fromisoformat(call["start_time"]).tzinfo is not None
    assert call["start_time"].endswith("Z")
    assert len(call["start_time"]) == len("2026-01-31T12:00:00.000Z")
    assert "price" not in call
    assert "end_time" not in call


async def test_every_field_of_an_order_reaches_the_service(site: Site) -> None:
    body = {
        "to": TO, "from": NUMBER, "url": "https://customer.example/flow", "status_callback": "http://customer.example/s",
        "timeout": 5, "record": True, "tts_language": "fr-be", "hide_caller": True, "method": "GET",
        "fallback_url": "https://customer.example/spare", "fallback_method": "GET", "status_callback_method": "GET",
        "status_callback_events": ["answered", "completed"], "time_limit": 60, "send_digits": "ww12#",
        "caller_name": "Bakkerij Zoë", "recording_channels": "mono", "recording_track": "inbound",
        "trim": "trim-silence", "recording_status_callback": "http://customer.example/r",
        "recording_status_callback_method": "GET", "recording_status_callback_events": ["in-progress", "completed"],
    }  # fmt: skip

    status, _, _ = await site.request("POST", "calls", json=body)

    assert status == 201
    order = site.call_service.orders[0]
    assert (order.url, order.method) == (body["url"], "GET")
    assert (order.fallback_url, order.fallback_method) == (body["fallback_url"], "GET")
    assert order.hides_caller
    assert order.options == CallOptions(
        status_callback="http://customer.example/s", status_callback_method="GET",
        status_callback_events=("answered", "completed"), timeout_s=5, record=True, language="fr-BE",
        time_limit_s=60, send_digits="ww12#", caller_name="Bakkerij Zoë",
        recording_channels=Channels.MONO, recording_track=Tracks.INBOUND, recording_trim=Trim.SILENCE,
        recording_status_callback="http://customer.example/r", recording_status_callback_method="GET",
        recording_status_callback_events=("in-progress", "completed"),
    )  # fmt: skip


async def test_a_call_shows_its_urls_without_their_passwords_and_no_keys(site: Site) -> None:
    urls = ("url", "fallback_url", "status_callback", "recording_status_callback")
    body = {name: f"https://me:s3cret@customer.example/{name}?mail=me@b.example" for name in urls}

    _, placed, _ = await site.request("POST", "calls", json={"to": TO, "from": NUMBER, "send_digits": "1234", **body})
    _, call, _ = await site.request("GET", f"calls/{placed['id']}")

    assert {name: call[name] for name in urls} == {
        name: f"https://customer.example/{name}?mail=me@b.example" for name in urls
    }
    assert "s3cret" not in str(call)
    assert "send_digits" not in call
    assert [call[name] for name in ("method", "fallback_method", "status_callback_method")] == ["POST"] * 3


@pytest.mark.parametrize(("called", "dialled"), [("112", "112"), ("+32112", "+32112"), ("tel:112", "112")])
async def test_an_emergency_number_is_ordered_as_it_is_dialled(site: Site, called: str, dialled: str) -> None:
    status, _, _ = await site.request("POST", "calls", json={"to": called, "from": NUMBER})

    assert (status, [order.to for order in site.call_service.orders]) == (201, [dialled])


@pytest.mark.parametrize(
    ("called", "number"),
    [
        ("+32 470 12 34 56", "+32470123456"),
        ("0470 12 34 56", "+32470123456"),
        ("0033 1 23 45 67 89", "+33123456789"),
        ("+32 (0)470 12 34 56", "+32470123456"),
        ("tel:+32-470-12-34-56", "+32470123456"),
    ],
)
async def test_a_number_is_read_as_people_of_the_calling_country_write_it(site: Site, called: str, number: str) -> None:
    status, call, _ = await site.request("POST", "calls", json={"to": called, "from": NUMBER})

    assert (status, call["to"]) == (201, number)
    assert [order.to for order in site.call_service.orders] == [number]


@pytest.mark.parametrize("caller", ["+32 2 555 01 00", "0032 2 555 01 00", "tel:+3225550100", "+32 (0)2 555 01 00"])
async def test_the_own_number_may_be_written_so_too_with_its_countrys_code(site: Site, caller: str) -> None:
    status, call, _ = await site.request("POST", "calls", json={"to": TO, "from": caller})

    assert (status, call["from"]) == (201, NUMBER)


@pytest.mark.parametrize(("asked", "spoken"), [("es-AR", "es-MX"), ("no", "nb-NO"), ("ca-ES", "es-ES")])
async def test_the_nearest_language_is_spoken_and_shown(site: Site, asked: str, spoken: str) -> None:
    body = {"to": TO, "from": NUMBER, "tts_language": asked}

    _, call, _ = await site.request("POST", "calls", json=body)

    assert (site.call_service.orders[0].options.language, call["tts_language"]) == (spoken, spoken)


@pytest.mark.parametrize("flow", ["<Response><Say>Hi</Say></Response>", [{"verb": "say", "text": "Hi"}]])
async def test_a_flow_is_taken_in_both_spellings(site: Site, flow: object) -> None:
    status, _, _ = await site.request("POST", "calls", json={"to": TO, "from": NUMBER, "flow": flow})

    assert status == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to": "0255501"}, "to"),
        ({"to": "+32"}, "to"),
        ({"to": "the shop"}, "to"),
        ({"to": "tel:reception"}, "to"),
        ({"to": ""}, "to"),
        ({"to": "1120"}, "to"),
        ({"to": 32}, "to"),
        ({"to": None}, "to"),
        ({"from": "tel:1"}, "from"),
        ({"from": "02 555 01 00"}, "from"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": 601}, "timeout"),
        ({"timeout": "30"}, "timeout"),
        ({"timeout": True}, "timeout"),
        ({"record": "yes"}, "record"),
        ({"hide_caller": "yes"}, "hide_caller"),
        ({"tts_language": "xx-XX"}, "tts_language"),
        ({"tts_language": "ja-JP"}, "tts_language"),
        ({"url": "ftp://customer.example"}, "url"),
        ({"url": "customer.example/flow"}, "url"),
        ({"url": "https://"}, "url"),
        ({"status_callback": "mailto:me@customer.example"}, "status_callback"),
        ({"caller_name": 'Shop" <sip:evil>'}, "caller_name"),
        ({"caller_name": "Shop\r\nX: 1"}, "caller_name"),
        ({"caller_name": "Shop\n"}, "caller_name"),
        ({"caller_name": "x" * 65}, "caller_name"),
        ({"caller_name": ""}, "caller_name"),
        ({"recording_channels": 2}, "recording_channels"),
        ({"recording_track": "left"}, "recording_track"),
        ({"trim": True}, "trim"),
        ({"recording_status_callback": "customer.example"}, "recording_status_callback"),
        ({"recording_status_callback_method": "post"}, "recording_status_callback_method"),
        ({"recording_status_callback_events": ["answered"]}, "recording_status_callback_events.0"),
        ({"time_limit": 0}, "time_limit"),
        ({"time_limit": 86401}, "time_limit"),
        ({"time_limit": "60"}, "time_limit"),
        ({"send_digits": "1p2"}, "send_digits"),
        ({"send_digits": "12\n"}, "send_digits"),
        ({"send_digits": ""}, "send_digits"),
        ({"send_digits": 12}, "send_digits"),
        ({"status_callback_method": "PUT"}, "status_callback_method"),
        ({"status_callback_events": "completed"}, "status_callback_events"),
        ({"status_callback_events": []}, "status_callback_events"),
        ({"status_callback_events": ["answered", "busy"]}, "status_callback_events.1"),
        ({"method": "PUT", "url": "https://customer.example"}, "method"),
        ({"method": "GET"}, "method"),
        ({"fallback_url": "customer.example"}, "fallback_url"),
        ({"fallback_method": "get", "fallback_url": "https://customer.example"}, "fallback_method"),
        ({"fallback_method": "GET", "url": "https://customer.example"}, "fallback_method"),
        ({"flow": "<Response><Say>"}, "flow"),
        ({"flow": "<Response><Dance/></Response>"}, "flow"),
        ({"flow": [{"verb": "dance"}]}, "flow"),
        ({"flow": 7}, "flow"),
        ({"statusCallback": "https://customer.example"}, "statusCallback"),
        ({"flow": "<Response/>", "url": "https://customer.example"}, "flow"),
    ],
)
async def test_a_wrong_field_is_named_with_what_is_expected(site: Site, change: dict[str, object], field: str) -> None:
    status, problem, response = await site.request("POST", "calls", json={"to": TO, "from": NUMBER, **change})

    assert status == 422
    assert response.content_type == "application/problem+json"
    assert [error["field"] for error in problem["errors"]] == [field]
    assert len(problem["errors"][0]["detail"]) > 10
    assert (problem["type"], problem["status"], problem["title"]) == ("about:blank", 422, "Unprocessable Entity")
    assert site.call_service.orders == []


async def test_a_field_that_there_is_not_is_named_with_the_one_that_may_be_meant(site: Site) -> None:
    asked = {"to": TO, "from": NUMBER, "tiemout": 20, "colour": "red"}

    status, problem, _ = await site.request("POST", "calls", json=asked)

    told = {error["field"]: error["detail"] for error in problem["errors"]}
    assert (status, set(told)) == (422, {"tiemout", "colour"})
    assert told["tiemout"] == "is no field here; is timeout meant?"
    assert "There are to, from," in told["colour"]
    assert site.call_service.orders == []


async def test_all_wrong_fields_are_told_at_once(site: Site) -> None:
    status, problem, _ = await site.request("POST", "calls", json={"timeout": 0, "record": 1})

    assert status == 422
    assert {error["field"] for error in problem["errors"]} == {"to", "from", "timeout", "record"}


async def test_a_number_of_nobody_or_of_another_account_may_not_be_shown(site: Site) -> None:
    other = await site.services.stores.accounts.ensure("other")
    await site.services.stores.numbers.add(other.id, "+3225550111")

    for number in ("+3225550110", "+3225550111"):
        status, problem, _ = await site.request("POST", "calls", json={"to": TO, "from": number})
        assert (status, problem["title"]) == (403, "Forbidden")
        assert number in problem["detail"]


@pytest.mark.parametrize(
    ("data", "kind", "code"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"to": NaN}', "application/json", 400),
        (b'{"to": "\\ud800"}', "application/json", 400),
        (b'{"to": "\\u0000"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"[]", "application/json", 422),
        (b"", "application/json", 400),
        (b"to=1", "application/x-www-form-urlencoded", 415),
        (json.dumps({"to": "x" * 1024 * 1024}).encode(), "application/json", 413),
    ],
)
async def test_a_body_that_is_no_order_gets_a_problem(site: Site, data: bytes, kind: str, code: int) -> None:
    status, problem, response = await site.request(
        "POST", "calls", data=io.BytesIO(data), headers={"Content-Type": kind}
    )

    assert (status, problem["status"]) == (code, code)
    assert response.content_type == "application/problem+json"
    assert (problem["title"], response.reason) == (TITLES[code], TITLES[code])
    assert "Traceback" not in str(problem)


async def test_calls_are_listed_page_by_page_with_the_total_over_all(site: Site) -> None:
    placed = [(await site.request("POST", "calls", json={"to": TO, "from": NUMBER}))[1]["id"] for _ in range(3)]

    status, first, _ = await site.request("GET", "calls", params={"page_size": "2"})
    _, second, _ = await site.request("GET", "calls", params={"page_size": "2", "page": "2"})

    assert (status, first["total"], second["total"]) == (200, 3, 3)
    assert [call["id"] for call in first["calls"] + second["calls"]] == placed[::-1]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"status": "queued"}, 1),
        ({"status": "completed"}, 0),
        ({"direction": "outbound"}, 1),
        ({"direction": "inbound"}, 0),
        ({"to": TO}, 1),
        ({"from": TO}, 0),
        ({"start_time_after": "2026-01-01T00:00:00Z"}, 1),
        ({"start_time_before": "2026-01-01T00:00:00+01:00"}, 0),
    ],
)
async def test_filters_narrow_the_list(site: Site, query: dict[str, str], count: int) -> None:
    await site.request("POST", "calls", json={"to": TO, "from": NUMBER})

    status, found, _ = await site.request("GET", "calls", params=query)

    assert (status, found["total"], len(found["calls"])) == (200, count, count)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "gone"), ("direction", "up"), ("page", "0"), ("page", "x"), ("page", "1.5"), ("page_size", "101"),
        ("page_size", "0"), ("page", "9" * 30), ("start_time_after", "yesterday"),
        ("start_time_before", "2026-13-01T00:00:00Z"), ("start_time_after", "2026-01-01T00:00:00"),
    ],
)  # fmt: skip
async def test_a_wrong_query_is_named(site: Site, name: str, value: str) -> None:
    status, problem, _ = await site.request("GET", "calls", params={name: value})

    assert (status, [error["field"] for error in problem["errors"]]) == (422, [name])


async def test_a_live_call_is_told_as_it_is_now(site: Site) -> None:
    _, call, _ = await site.request("POST", "calls", json={"to": TO, "from": NUMBER})
    stored = await site.services.stores.calls.get(call["id"])
    assert stored is not None
    site.call_service.still_to_store.append(replace(stored, status=Status.IN_PROGRESS))

    _, told, _ = await site.request("GET", f"calls/{call['id']}")

    assert told["status"] == "in-progress"


async def test_another_accounts_call_is_not_there(site: Site) -> None:
    _, call, _ = await site.request("POST", "calls", json={"to": TO, "from": NUMBER})
    other = await site.services.stores.accounts.ensure("other")
    _, site.key = await site.services.stores.accounts.create_key(other.id)

    for method, path in [("GET", ""), ("DELETE", ""), ("GET", "/events"), ("GET", "/webhooks")]:
        status, problem, _ = await site.request(method, f"calls/{call['id']}{path}")
        assert (status, problem["title"]) == (404, "Not Found")
    assert (await site.request("GET", "calls"))[1] == {"calls": [], "total": 0}


@pytest.mark.parametrize("identifier", ["CA" + "0" * 32, "nothing", "%00", "..%2f..", "CA" + "0" * 500])
async def test_what_is_no_call_is_404(site: Site, identifier: str) -> None:
    status, problem, response = await site.request("GET", f"calls/{identifier}")

    assert (status, problem["status"], response.content_type) == (404, 404, "application/problem+json")


async def test_a_call_is_ended_with_204_however_often(site: Site) -> None:
    _, call, _ = await site.request("POST", "calls", json={"to": TO, "from": NUMBER})

    for _ in range(2):
        status, body, _ = await site.request("DELETE", f"calls/{call['id']}")
        assert (status, body) == (204, None)
    assert site.call_service.ended == [call["id"]] * 2


async def test_a_call_for_which_every_trunk_is_full_says_when_to_try_again(site: Site) -> None:
    site.call_service.failure = TrunksFull("Trunk carrier-a is full.", 10)

    status, problem, response = await site.request("POST", "calls", json={"to": TO, "from": NUMBER})

    assert (status, problem["detail"]) == (503, "Trunk carrier-a is full.")
    assert response.headers["Retry-After"] == "10"


@pytest.mark.parametrize("what", HINDERED)
async def test_whatever_there_is_too_much_of_says_when_to_try_again(site: Site, what: str) -> None:
    with pytest.raises(Overloaded) as refused:
        HINDERED[what]().require(Direction.OUTBOUND)
    site.call_service.failure = refused.value

    status, _, response = await site.request("POST", "calls", json={"to": TO, "from": NUMBER})

    assert status == 503
    assert 1 <= int(response.headers["Retry-After"]) <= 60


async def test_a_node_with_too_much_to_do_says_when_to_try_again(site: Site) -> None:
    site.call_service.failure = Overloaded("Try again in a second.")

    status, problem, response = await site.request("POST", "calls", json={"to": TO, "from": NUMBER})

    assert (status, problem["detail"]) == (503, "Try again in a second.")
    assert response.headers["Retry-After"] == "1"
