"""Conferences by REST: what is asked reaches the service, and what is wrong is named."""

import pytest

from engine.flow.next_step import GoTo, HttpMethod
from engine.live.orders import RecordingAction
from engine.model.conference import ParticipantChange
from engine.model.conference_options import Announces, RecordedTracks, RoomOptions
from engine.ports import Speech
from tests.unit.api.conftest import NUMBER, TO, Site

SAY = {"text": "Dag", "language": "nl-be"}
ANNOUNCE = {"url": "https://shop.example/said", "method": "GET"}
PLAY = {"url": "https://shop.example/a.wav"}


async def test_a_conference_is_made_as_it_is_asked_for_and_its_pins_are_never_shown(site: Site) -> None:
    body = {
        "friendly_name": "board", "pin": "1234", "moderator_pin": "98765", "language": "fr-be", "announce": "names",
        "roll_call": True, "key_commands": True, "wait_for_moderator": True, "sample_rate": 48000,
        "enter_sound": PLAY["url"], "automatic_gain": True, "recorded_tracks": "participants",
    }  # fmt: skip

    status, made, response = await site.request("POST", "conferences", json=body)

    [order] = site.conference_service.orders
    assert status == 201
    assert (order.pin, order.moderator_pin) == ("1234", "98765")
    assert order.options == RoomOptions(
        language="fr-BE", wait_for_moderator=True, announce=Announces.NAMES, roll_call=True, key_commands=True,
        enter_sound=PLAY["url"], sample_rate=48_000, automatic_gain=True, recorded_tracks=RecordedTracks.PARTICIPANTS,
    )  # fmt: skip
    assert (made["announce"], made["language"], made["sample_rate"]) == ("names", "fr-BE", 48000)
    assert "1234" not in await response.text()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"pin": "123"}, "pin"), ({"pin": "12a4"}, "pin"), ({"moderator_pin": 1234}, "moderator_pin"),
        ({"announce": "loud"}, "announce"), ({"sample_rate": 44100}, "sample_rate"), ({"language": "xx"}, "language"),
        ({"enter_sound": "ftp://shop.example/a.wav"}, "enter_sound"), ({"friendly_name": "x" * 129}, "friendly_name"),
    ],
)  # fmt: skip
async def test_a_wrong_option_is_named(site: Site, body: dict[str, object], field: str) -> None:
    status, problem, _ = await site.request("POST", "conferences", json=body)

    assert (status, [error["field"] for error in problem["errors"]]) == (422, [field])


async def test_what_is_to_be_done_with_a_conference_reaches_the_service(site: Site) -> None:
    _, made, _ = await site.request("POST", "conferences", json={"friendly_name": "board"})
    body = {
        "locked": True, "muted": False, "max_participants": 7, "say": SAY, "play": PLAY, "announce": ANNOUNCE,
        "recording": "pause", "status": "completed",
    }  # fmt: skip

    assert (await site.request("PATCH", f"conferences/{made['id']}", json=body))[0] == 200

    [change] = site.conference_service.changes
    assert (change.locked, change.muted, change.max_participants, change.end) == (True, False, 7, True)
    assert (change.say, change.play) == (Speech("Dag", "nl-BE"), PLAY["url"])
    assert change.announce == GoTo("https://shop.example/said", HttpMethod.GET)
    assert change.recording is RecordingAction.PAUSE


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"say": {"text": "Dag", "language": "xx"}}, "say.language"), ({"say": {"text": ""}}, "say.text"),
        ({"play": {"url": "a.wav"}}, "play.url"), ({"recording": "erase"}, "recording"), ({"loud": True}, "loud"),
    ],
)  # fmt: skip
async def test_a_wrong_change_is_named(site: Site, body: dict[str, object], field: str) -> None:
    _, made, _ = await site.request("POST", "conferences", json={"friendly_name": "board"})

    for path in ("", f"/participants/CA{'0' * 32}"):
        status, problem, _ = await site.request("PATCH", f"conferences/{made['id']}{path}", json=body)

        named = [error["field"] for error in problem["errors"]]
        assert (status, named) == (422, [field])


async def test_what_is_to_be_done_with_a_participant_reaches_the_service(site: Site) -> None:
    _, made, _ = await site.request("POST", "conferences", json={"friendly_name": "board"})
    body = {"muted": True, "moderator": True, "coach": "", "say": SAY, "play": PLAY, "announce": ANNOUNCE}

    await site.request("PATCH", f"conferences/{made['id']}/participants/CA{'0' * 32}", json=body)

    [order] = site.conference_service.participant_orders
    assert order.change == ParticipantChange(muted=True, moderator=True, coach="")
    assert (order.say, order.play) == (Speech("Dag", "nl-BE"), PLAY["url"])
    assert order.announce == GoTo("https://shop.example/said", HttpMethod.GET)


async def test_somebody_who_is_called_in_is_heard_to_ring_unless_told_otherwise(site: Site) -> None:
    _, made, _ = await site.request("POST", "conferences", json={"friendly_name": "board"})
    path = f"conferences/{made['id']}/participants"

    for more in ({}, {"early_media": False}):
        assert (await site.request("POST", path, json={"to": TO, "from": NUMBER, **more}))[0] == 201

    assert [order.heard_in for order in site.call_service.orders] == [made["id"], None]


@pytest.mark.parametrize("number", ["+3225550110", "+3225550111"])
async def test_somebody_is_called_in_from_a_number_of_the_account_alone(site: Site, number: str) -> None:
    other = await site.services.stores.accounts.ensure("other")
    await site.services.stores.numbers.add(other.id, "+3225550111")
    _, made, _ = await site.request("POST", "conferences", json={"friendly_name": "board"})

    status, problem, _ = await site.request(
        "POST", f"conferences/{made['id']}/participants", json={"to": TO, "from": number}
    )

    assert status == 403
    assert f"telefoon numbers add {number}" in problem["detail"]
    assert site.call_service.orders == []


async def test_a_label_that_no_call_flow_can_carry_is_named(site: Site) -> None:
    _, made, _ = await site.request("POST", "conferences", json={"friendly_name": "board"})
    body = {"to": TO, "from": NUMBER, "label": "expert\b"}

    status, problem, _ = await site.request("POST", f"conferences/{made['id']}/participants", json=body)

    assert (status, problem["errors"][0]["field"]) == (422, "label")
