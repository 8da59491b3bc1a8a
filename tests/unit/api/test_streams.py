"""/calls/{id}/streams: what is ordered, what is refused by name, and what is told of those that there were."""

from dataclasses import replace
from typing import Any

import pytest

from engine.flow.program_plans import StreamOrder, StreamTracks
from engine.model.callback import Callback
from engine.model.stream import StreamEnding, StreamFigures, ended
from engine.ports.streams import StreamEncoding, StreamFormat
from tests.unit.api.conftest import NUMBER, TO, Site, a_stream

URL = "wss://program.example/media"


async def a_call(site: Site) -> str:
    """The id of a call of the account."""
    status, call, _ = await site.request("POST", "calls", json={"to": TO, "from": NUMBER})
    assert status == 201
    return str(call["id"])


async def test_all_that_may_be_ordered_is_handed_on(site: Site) -> None:
    call_id = await a_call(site)

    status, stream, response = await site.request(
        "POST",
        f"calls/{call_id}/streams",
        json={
            "url": URL, "name": "desk", "track": "both_tracks", "audio_format": "l16", "sample_rate": 16000,
            "parameters": {"lang": "nl"}, "status_callback": "https://a.example/", "status_callback_method": "GET",
            "reconnect": True,
        },
    )  # fmt: skip

    assert site.call_service.stream_orders == [
        StreamOrder(
            URL, "desk", StreamTracks.BOTH, StreamFormat(StreamEncoding.L16, 16000), (("lang", "nl"),),
            Callback("https://a.example/", "GET"), reconnect=True,
        )
    ]  # fmt: skip
    assert (status, stream["status"], stream["track"]) == (201, "in-progress", "both_tracks")
    assert response.headers["Location"] == f"/v1/voice/calls/{call_id}/streams/{stream['id']}"
    assert "figures" not in stream


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": "https://program.example/"}, "url"),
        ({"url": "/media"}, "url"),
        ({"url": f"{URL}?token=1"}, "url"),
        ({"track": "inbound"}, "track"),
        ({"audio_format": "opus"}, "audio_format"),
        ({"sample_rate": 16000}, "sample_rate"),
        ({"audio_format": "alaw", "sample_rate": 24000}, "sample_rate"),
        ({"audio_format": "l16", "sample_rate": 44100}, "sample_rate"),
        ({"parameters": {"name": "v" * 496}}, "parameters"),
        ({"status_callback_method": "GET"}, "status_callback_method"),
        ({"connector": "x"}, "connector"),
    ],
)
async def test_what_is_wrong_is_refused_by_its_name(site: Site, wrong: dict[str, Any], field: str) -> None:
    call_id = await a_call(site)

    status, problem, _ = await site.request("POST", f"calls/{call_id}/streams", json={"url": URL, **wrong})

    assert status == 422
    assert [each["field"].partition(".")[0] for each in problem["errors"]] == [field]
    assert site.call_service.stream_orders == []


async def test_streams_are_listed_with_their_figures_and_stopped_by_name_or_id(site: Site) -> None:
    call_id = await a_call(site)
    account = await site.services.stores.accounts.by_name("demo")
    assert account is not None
    going_on = a_stream(account.id, call_id, StreamOrder(URL, "desk"))
    before = replace(a_stream(account.id, call_id, StreamOrder(URL)), id="MZ" + "0" * 32)
    over = ended(before, StreamEnding.BROKE, before.started_at, StreamFigures(sent_messages=7), "It broke.")
    for each in (going_on, over):
        await site.services.stores.streams.add(each)

    _, listed, _ = await site.request("GET", f"calls/{call_id}/streams")
    statuses = [
        (await site.request("DELETE", f"calls/{call_id}/streams/{named}"))[0] for named in ("desk", over.id, "other")
    ]

    assert listed["total"] == 2
    found = {each["id"]: each for each in listed["streams"]}
    assert (found[over.id]["status"], found[over.id]["error"]) == ("failed", "It broke.")
    assert found[over.id]["figures"]["sent_messages"] == 7
    assert statuses == [204, 204, 404]
    assert site.call_service.stopped_streams == [going_on.id]


async def test_a_call_that_is_nobodys_has_no_streams(site: Site) -> None:
    path = f"calls/CA{'0' * 32}/streams"

    assert [(await site.request(method, path))[0] for method in ("GET",)] == [404]
    assert (await site.request("DELETE", f"{path}/desk"))[0] == 404
