"""/conferences/{conference_id}/participants"""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from api.http.conference_json import participant_json
from api.http.contract import BASE_PATH
from api.http.faults import Faults
from api.http.problems import FieldError, Invalid
from api.http.requests import ApiRequest
from api.http.resources.call_options import options_of
from api.http.resources.conference_changes import participant_order
from api.http.resources.new_call import called_of, own_number, with_sip
from api.http.serializers import call_json
from api.http.services import Resource, RestServices
from engine.errors import DocumentError, WrongState
from engine.flow.written import WrittenFlow
from engine.live.orders import NewCall
from engine.model.call import Call
from engine.model.conference import Conference, ConferenceStatus, Participant

_ATTRIBUTES: Final[Mapping[str, str]] = {
    "label": "participantLabel",
    "muted": "muted",
    "coach": "coach",
    "beep": "beep",
    "start_on_enter": "startConferenceOnEnter",
    "end_on_exit": "endConferenceOnExit",
    "moderator": "moderator",
    "wait_url": "waitUrl",
    "wait_method": "waitMethod",
    "conference_trim": "trim",
    "conference_status_callback": "statusCallback",
    "conference_status_callback_method": "statusCallbackMethod",
    "conference_status_callback_events": "statusCallbackEvent",
    "conference_recording_status_callback": "recordingStatusCallback",
    "conference_recording_status_callback_method": "recordingStatusCallbackMethod",
    "conference_recording_status_callback_events": "recordingStatusCallbackEvent",
}
"""What may be asked of somebody who is called in, by the call flow's names."""

_FIELDS: Final = {attribute: name for name, attribute in _ATTRIBUTES.items()}


async def list_participants(services: RestServices, asked: ApiRequest) -> web.Response:
    conference = await own_conference(services, asked)
    found = await services.stores.conferences.participants(conference.id)
    lines = await services.conference_service.lines(asked.account.id, conference.id)
    return web.json_response({"participants": [participant_json(each, lines.get(each.id)) for each in found]})


async def add_participant(services: RestServices, asked: ApiRequest) -> web.Response:
    call = await called_in(services, asked)
    location = f"{BASE_PATH}/calls/{call.id}"
    return web.json_response(call_json(call), status=HTTPStatus.CREATED, headers={"Location": location})


async def called_in(services: RestServices, asked: ApiRequest) -> Call:
    """The call that enters the conference when it is answered. Raises as `calls.placed`, and WrongState, NotFound."""
    conference = await own_conference(services, asked)
    number = await own_number(services, asked)
    body, faults = asked.body, Faults()
    called = called_of(body, number, faults)
    options = with_sip(options_of(body, faults), called, body, faults)
    faults.require_none()
    if conference.status is ConferenceStatus.COMPLETED:
        raise WrongState(f"{conference.id} is completed.")
    order = NewCall(
        account_id=asked.account.id,
        to=called.address if called else "",
        from_=number.e164,
        flow=_flow_into(conference, body),
        heard_in=conference.id if body["early_media"] else None,
        may_wait=False,
        hides_caller=body.get("hide_caller", False),
        key_id=asked.key_id,
        sip_password=body.get("sip_password", ""),
        options=replace(options, record=False),
    )
    return await services.call_service.place(order)


async def change_participant(services: RestServices, asked: ApiRequest) -> web.Response:
    return web.json_response(participant_json(await changed(services, asked)))


async def changed(services: RestServices, asked: ApiRequest) -> Participant:
    """The participant after the change that is asked for, which is audited. Raises NotFound, Invalid."""
    path = asked.path
    participant = await services.conference_service.change_participant(
        asked.account.id, path["conference_id"], path["participant_id"], participant_order(asked.body)
    )
    await asked.audited(
        services.stores.audit, "participant.change", participant.id, account=asked.account.id, fields=sorted(asked.body)
    )
    return participant


async def remove_participant(services: RestServices, asked: ApiRequest) -> web.Response:
    path = asked.path
    await services.conference_service.send_out(asked.account.id, path["conference_id"], path["participant_id"])
    await asked.audited(services.stores.audit, "participant.remove", path["participant_id"], account=asked.account.id)
    return web.Response(status=HTTPStatus.NO_CONTENT)


RESOURCES: Final[Mapping[str, Resource]] = {
    "listParticipants": list_participants,
    "addParticipant": add_participant,
    "changeParticipant": change_participant,
    "removeParticipant": remove_participant,
}


async def own_conference(services: RestServices, asked: ApiRequest) -> Conference:
    return asked.own("conference", await services.stores.conferences.get(asked.path["conference_id"]))


def _flow_into(conference: Conference, body: Mapping[str, Any]) -> WrittenFlow:
    """Raises Invalid, by the field whose attribute the call flow refuses."""
    asked = {attribute: _written(body[name]) for name, attribute in _ATTRIBUTES.items() if name in body}
    limit = {"timeLimit": body["time_limit"]} if "time_limit" in body else {}
    try:
        return WrittenFlow.read([{"verb": "dial", **limit, "to": [{"conference": conference.friendly_name, **asked}]}])
    except DocumentError as error:
        raise Invalid(FieldError(_FIELDS.get(error.attribute, "body"), error.detail)) from None


def _written(value: Any) -> Any:
    """A value as call flows write it: the words of a list with blanks between."""
    return " ".join(value) if isinstance(value, list) else value
