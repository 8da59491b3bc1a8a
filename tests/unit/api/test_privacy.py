"""/privacy: an export and an erasure by REST, for keys with the scope privacy."""

import io
import json
import zipfile
from dataclasses import replace

import pytest

from engine.model.accounts import Scope
from engine.model.call import Event, after
from tests.unit.api.conftest import TO, Site


@pytest.fixture
async def privacy_key(site: Site) -> str:
    account = await site.services.stores.accounts.ensure("demo")
    return (await site.services.stores.accounts.create_key(account.id, frozenset({Scope.PRIVACY})))[1]


async def a_call(site: Site, *, ended: bool = True) -> str:
    _, body, _ = await site.request("POST", "calls", json={"from": "+3225550100", "to": TO})
    call = await site.services.stores.calls.get(body["id"])
    assert call is not None
    if ended:
        await site.services.stores.calls.save(replace(after(call, Event.HUNG_UP, call.start_time)))
    return call.id


async def test_an_export_is_a_zip(site: Site, privacy_key: str) -> None:
    call_id = await a_call(site)
    headers = {"X-API-Key": privacy_key}
    async with site.client.post(
        f"{site.address}/v1/voice/privacy/exports", json={"number": TO}, headers=headers
    ) as response:
        assert (response.status, response.content_type) == (200, "application/zip")
        archive = zipfile.ZipFile(io.BytesIO(await response.read()))

    assert json.loads(archive.read("data.json"))["calls"][0]["id"] == call_id


async def test_an_erasure_answers_with_its_certificate(site: Site, privacy_key: str) -> None:
    call_id = await a_call(site)
    site.key = privacy_key

    status, certificate, _ = await site.request("POST", "privacy/erasures", json={"number": TO})

    assert (status, certificate["counts"]["calls"]) == (200, 1)
    call = await site.services.stores.calls.get(call_id)
    assert call is not None
    assert call.to == certificate["subject"]


async def test_a_live_call_refuses_an_erasure(site: Site, privacy_key: str) -> None:
    call_id = await a_call(site, ended=False)
    site.key = privacy_key

    status, problem, _ = await site.request("POST", "privacy/erasures", json={"number": TO})

    assert status == 409
    assert f"is live: {call_id}" in problem["detail"]


@pytest.mark.parametrize("path", ["privacy/exports", "privacy/erasures"])
async def test_a_key_for_calls_may_do_neither(site: Site, path: str) -> None:
    assert (await site.request("POST", path, json={"number": TO}))[0] == 403


async def test_a_number_of_no_country_is_refused(site: Site, privacy_key: str) -> None:
    site.key = privacy_key
    assert (await site.request("POST", "privacy/erasures", json={"number": "0471234556"}))[0] == 422
