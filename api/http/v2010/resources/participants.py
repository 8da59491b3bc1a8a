"""/Conferences/{ConferenceSid}/Participants"""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from api.http.requests import ApiRequest, is_identifier
from api.http.resources import participants
from api.http.services import Resource, RestServices
from api.http.v2010 import call_parameters
from api.http.v2010.conference_resource import called_resource, participant_resource
from api.http.v2010.errors import CodedProblem
from api.http.v2010.pages import page_json, part_of, wanted_page
from api.http.v2010.resources.conferences import ANNOUNCES
from api.http.v2010.translation import WRONG_PARAMETER, Parameter, Translation
from engine.errors import NotFound, WrongState
from engine.flow.next_step import HttpMethod
from engine.live.orders import NewConference
from engine.model.conference import Conference, Participant

_OF_CALLS: Final = (
    "To",
    "From",
    "StatusCallback",
    "StatusCallbackMethod",
    "StatusCallbackEvent",
    "Timeout",
    "TimeLimit",
    "SipAuthUsername",
    "SipAuthPassword",
)
"""Parameters of every call that is placed."""
_COACH: Final = {"CallSidToCoach": Parameter("coach")}
CREATE: Final = Translation(
    {
        **{name: call_parameters.CREATE.parameters[name] for name in _OF_CALLS},
        "CallerDisplayName": Parameter("caller_name"),
        "Label": Parameter("label"),
        "Muted": Parameter("muted"),
        "Beep": Parameter("beep"),
        "StartConferenceOnEnter": Parameter("start_on_enter"),
        "EndConferenceOnExit": Parameter("end_on_exit"),
        "EarlyMedia": Parameter("early_media"),
        "WaitUrl": Parameter("wait_url"),
        "WaitMethod": Parameter("wait_method"),
        "ConferenceTrim": Parameter("conference_trim"),
        "ConferenceStatusCallback": Parameter("conference_status_callback"),
        "ConferenceStatusCallbackMethod": Parameter("conference_status_callback_method"),
        "ConferenceStatusCallbackEvent": Parameter("conference_status_callback_events"),
        "ConferenceRecordingStatusCallback": Parameter("conference_recording_status_callback"),
        "ConferenceRecordingStatusCallbackMethod": Parameter("conference_recording_status_callback_method"),
        "ConferenceRecordingStatusCallbackEvent": Parameter("conference_recording_status_callback_events"),
        **_COACH,
    },
    call_parameters.CREATE.refusals,
    {"status_callback_events": ["completed"]},
)
UPDATE: Final = Translation(
    {
        "Muted": Parameter("muted"),
        "Hold": Parameter("hold"),
        "HoldUrl": Parameter("hold_music.url"),
        "HoldMethod": Parameter("hold_music.method"),
        "BeepOnExit": Parameter("beep_on_exit"),
        "EndConferenceOnExit": Parameter("end_on_exit"),
        **_COACH,
        **ANNOUNCES,
    },
    {},
)
_RECORDED: Final = frozenset({"true", "record-from-start"})


async def list_participants(services: RestServices, asked: ApiRequest) -> web.Response:
    conference = await participants.own_conference(services, _within(asked, asked.path["ConferenceSid"]))
    page = wanted_page(asked)
    here = [each for each in await _participants(services, conference) if _is_wanted(each, asked.query)]
    found = part_of(here, page, lambda each: each.joined_at)
    resources = [participant_resource(asked.account.id, each) for each in found]
    return web.json_response(page_json(asked, page, "participants", found, resources, lambda each: each.joined_at))


async def create_participant(services: RestServices, asked: ApiRequest) -> web.Response:
    asked = _coached(asked, nobody=None)
    form = call_parameters.for_target(call_parameters.that_count(CREATE.required(asked.body)))
    asked = replace(asked, body=form)
    with CREATE.told(form):
        order = CREATE.request(services, asked, "addParticipant")
        conference = await _place(services, asked)
        call = await participants.called_in(services, _within(order, conference.id))
    return web.json_response(called_resource(conference, call, order.body), status=HTTPStatus.CREATED)


async def fetch_participant(services: RestServices, asked: ApiRequest) -> web.Response:
    return web.json_response(participant_resource(asked.account.id, await _named(services, asked)))


async def update_participant(services: RestServices, asked: ApiRequest) -> web.Response:
    participant = await _named(services, asked)
    form = dict(call_parameters.that_count(asked.body))
    if "HoldUrl" in form:
        form.setdefault("HoldMethod", HttpMethod.GET.value)
    asked = _coached(replace(asked, body=form), nobody="")
    if UPDATE.parameters.keys() & asked.body.keys():
        with UPDATE.told():
            order = UPDATE.request(services, asked, "changeParticipant", participant_id=participant.id)
            participant = await participants.changed(services, _within(order, participant.conference_id))
    return web.json_response(participant_resource(asked.account.id, participant))


async def delete_participant(services: RestServices, asked: ApiRequest) -> web.StreamResponse:
    participant = await _named(services, asked)
    named = asked.naming(participant_id=participant.id)
    return await participants.remove_participant(services, _within(named, participant.conference_id))


RESOURCES: Final[Mapping[str, Resource]] = {
    "ListParticipant": list_participants,
    "CreateParticipant": create_participant,
    "FetchParticipant": fetch_participant,
    "UpdateParticipant": update_participant,
    "DeleteParticipant": delete_participant,
}


def _within(asked: ApiRequest, conference_id: str) -> ApiRequest:
    """The request as the resource of /v1/voice reads it."""
    return asked.naming(conference_id=conference_id)


async def _participants(services: RestServices, conference: Conference) -> list[Participant]:
    return await services.stores.conferences.participants(conference.id)


def _is_wanted(participant: Participant, query: Mapping[str, Any]) -> bool:
    facts = {
        "Muted": participant.muted,
        "Hold": participant.hold,
        "Coaching": participant.coach is not None,
    }
    return all(query.get(name, value) == value for name, value in facts.items())


async def _named(services: RestServices, asked: ApiRequest) -> Participant:
    """Who is in the conference by the call or the label that the path has. Raises NotFound."""
    conference = await participants.own_conference(services, _within(asked, asked.path["ConferenceSid"]))
    who = asked.path["CallSid"]
    for each in await _participants(services, conference):
        if who in (each.call_id, each.label):
            return each
    raise NotFound("participant", who)


async def _place(services: RestServices, asked: ApiRequest) -> Conference:
    """The conference that the path has by its id or its name; one of this name is made where none is open."""
    named = asked.path["ConferenceSid"]
    if is_identifier(named):
        return await participants.own_conference(services, _within(asked, named))
    found = await services.stores.conferences.by_name(asked.account.id, named)
    return found or await _made(services, asked, named)


async def _made(services: RestServices, asked: ApiRequest, name: str) -> Conference:
    order = NewConference(asked.account.id, name, record=asked.body.get("ConferenceRecord") in _RECORDED)
    if "MaxParticipants" in asked.body:
        order = replace(order, max_participants=asked.body["MaxParticipants"])
    try:
        return await services.conference_service.create(order)
    except WrongState:  # somebody else has made it meanwhile
        found = await services.stores.conferences.by_name(asked.account.id, name)
        if found is None:
            raise
        return found


def _coached(asked: ApiRequest, *, nobody: str | None) -> ApiRequest:
    """The request with CallSidToCoach alone about coaching; `nobody` is how it says that there is none, None: not.

    Raises CodedProblem.
    """
    coaching, body = asked.body.get("Coaching"), dict(asked.body)
    if coaching and not body.get("CallSidToCoach"):
        raise CodedProblem(WRONG_PARAMETER, "CallSidToCoach is missing: Coaching is true.")
    if coaching is False:
        body["CallSidToCoach"] = nobody
    return replace(asked, body={name: value for name, value in body.items() if value is not None})
