"""What answers tell browsers and caches, and which bodies are refused before anybody looks at what they say."""

import json

import pytest

from api.http.requests import DEEPEST
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


async def refused(site: Site, body: str) -> str:
    headers = {"Content-Type": "application/json"}
    status, problem, _ = await site.request("POST", "calls", data=body, headers=headers)
    assert status == 400
    return str(problem["detail"])


async def test_a_body_that_is_nested_too_deep_is_refused(site: Site) -> None:
    assert f"nested more than {DEEPEST} deep" in await refused(site, "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))
    assert "not JSON" in await refused(site, "[" * 100_000)


async def test_a_name_that_is_there_twice_is_refused_wherever_it_is(site: Site) -> None:
    order = json.dumps({"from": NUMBER, "to": TO})

    assert "twice" in await refused(site, order[:-1] + f', "to": "{NUMBER}"}}')
    assert "twice" in await refused(site, order[:-1] + ', "flow": [{"verb": "say", "verb": "dial"}]}')


async def test_a_figure_without_end_is_refused(site: Site) -> None:
    assert "not JSON" in await refused(site, '{"timeout": ' + "9" * 5000 + "}")
