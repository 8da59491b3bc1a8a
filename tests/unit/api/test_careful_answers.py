"""What answers tell browsers and caches, and which bodies are refused before anybody looks at what they say."""

import json

import pytest

from api.http.json_bodies import DEEPEST, LARGEST
from tests.unit.api.conftest import NUMBER, TO, Site


@pytest.mark.parametrize("path", ["calls", "/docs", "/openapi.json", "/healthz", "/nowhere"])
async def test_every_answer_says_how_to_treat_it_and_not_what_made_it(site: Site, path: str) -> None:
    _, _, answer = await site.request("GET", path)

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Cache-Control" in answer.headers
    assert "Server" not in answer.headers


async def test_calls_are_stored_by_no_cache(site: Site) -> None:
    _, _, answer = await site.request("GET", "calls")

    assert answer.headers["Cache-Control"] == "no-store"


async def refused(site: Site, body: str | bytes) -> str:
    headers = {"Content-Type": "application/json"}
    status, problem, _ = await site.request("POST", "calls", data=body, headers=headers)
    assert status == 400
    return str(problem["detail"])


async def test_a_body_that_is_nested_too_deep_is_refused(site: Site) -> None:
    assert f"nested more than {DEEPEST} deep" in await refused(site, "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))
    assert f"nested more than {DEEPEST} deep" in await refused(site, "[" * 100_000)
    assert f"nested more than {DEEPEST} deep" in await refused(site, '{"to":' * 100_000)


async def test_a_name_that_is_there_twice_is_refused_wherever_it_is(site: Site) -> None:
    order = json.dumps({"from": NUMBER, "to": TO})

    assert "twice" in await refused(site, order[:-1] + f', "to": "{NUMBER}"}}')
    assert "twice" in await refused(site, order[:-1] + ', "flow": [{"verb": "say", "verb": "dial"}]}')


@pytest.mark.parametrize("figure", [str(LARGEST + 1), str(-LARGEST - 1), "9" * 5000, "-" + "9" * 500_000])
async def test_a_whole_number_that_not_every_reader_knows_is_refused(site: Site, figure: str) -> None:
    assert f"beyond {LARGEST}" in await refused(site, f'{{"timeout": {figure}}}')


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"timeout": NaN}', "NaN is no JSON value"),
        ('{"timeout": -Infinity}', "-Infinity is no JSON value"),
        ('{"timeout": 1e400}', "a number is too large"),
        (b'{"to": "\xff"}', "byte 8 is no UTF-8"),
        ('{"to": "+32"}'.encode("utf-16"), "byte 0 is no UTF-8"),
        (r'{"to": "\ud800"}', "a text is no Unicode"),
        (r'{"\ud800": 1}', "a text is no Unicode"),
        (r'{"to": "\u0000"}', "NUL can't be stored"),
        ("", "Expecting value"),
        ("{}{}", "Extra data"),
    ],
)
async def test_what_is_no_json_for_everybody_is_refused_by_name(site: Site, body: str | bytes, told: str) -> None:
    assert told in await refused(site, body)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])
async def test_a_form_is_not_even_read(site: Site, kind: str) -> None:
    form = "&".join(f"to{'[x]' * 1000}={number}" for number in range(200))

    status, problem, _ = await site.request("POST", "calls", data=form, headers={"Content-Type": kind})

    assert status == 415
    assert "application/json" in problem["detail"]


@pytest.mark.parametrize("text", ["%00", "a%00b"])
async def test_a_query_with_nul_is_refused(site: Site, text: str) -> None:
    status, problem, _ = await site.request("GET", f"/v1/voice/calls?from={text}")

    assert status == 422
    assert "NUL" in problem["detail"]
