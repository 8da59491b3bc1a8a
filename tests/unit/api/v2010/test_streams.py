"""Streams as programs of /2010-04-01 begin and stop them."""

import pytest

from engine.flow.program_plans import StreamOrder, StreamTracks
from engine.model.callback import Callback
from tests.unit.api.conftest import a_stream
from tests.unit.api.v2010.conftest import Program
from tests.unit.api.v2010.test_recordings import a_call

URL = "wss://program.example/media"


async def test_all_published_parameters_are_understood(program: Program) -> None:
    call_id = await a_call(program)
    numbered = {f"Parameter{number}.{part}": f"{part}{number}" for number in (1, 42, 99) for part in ("Name", "Value")}

    status, stream = await program.post(
        f"Calls/{call_id}/Streams",
        {
            "Url": URL, "Name": "desk", "Track": "both_tracks", "StatusCallback": "https://a.example/",
            "StatusCallbackMethod": "GET", **numbered,
        },
    )  # fmt: skip

    parameters = tuple((f"Name{number}", f"Value{number}") for number in (1, 42, 99))
    assert program.site.call_service.stream_orders == [
        StreamOrder(
            URL, "desk", StreamTracks.BOTH, parameters=parameters, callback=Callback("https://a.example/", "GET")
        )
    ]
    assert (status, stream["name"], stream["status"], stream["call_sid"]) == (201, "desk", "in-progress", call_id)
    stream_id = stream["sid"]
    assert stream["uri"] == f"{program.place(f'Calls/{call_id}/Streams/{stream_id}')}.json"
    assert set(stream) == {"sid", "account_sid", "call_sid", "name", "status", "date_updated", "uri"}


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, 21205),
        ({"Url": "https://program.example/"}, 21205),
        ({"Url": f"{URL}?a=b"}, 21205),
        ({"Url": URL, "Track": "inbound"}, 20001),
        ({"Url": URL, "Parameter3.Name": "alone"}, 20001),
    ],
)
async def test_what_is_wrong_is_told_by_number(program: Program, form: dict[str, str], code: int) -> None:
    status, error = await program.post(f"Calls/{await a_call(program)}/Streams", form)

    assert (status, error["code"]) == (400, code)
    assert program.site.call_service.stream_orders == []


async def test_a_stream_is_stopped_by_its_id_or_name(program: Program) -> None:
    call_id = await a_call(program)
    stream = a_stream(program.account.id, call_id, StreamOrder(URL, "desk"))
    await program.site.services.stores.streams.add(stream)
    path = f"Calls/{call_id}/Streams"

    by_name, stopped = await program.post(f"{path}/desk", {"Status": "stopped"})
    by_id, _ = await program.post(f"{path}/{stream.id}", {"Status": "stopped"})
    unknown, error = await program.post(f"{path}/other", {"Status": "stopped"})
    without, missing = await program.post(f"{path}/desk", {})

    assert (by_name, by_id, stopped["status"]) == (200, 200, "stopped")
    assert program.site.call_service.stopped_streams == [stream.id, stream.id]
    assert (unknown, error["code"]) == (404, 20404)
    assert (without, missing["code"]) == (400, 20001)
