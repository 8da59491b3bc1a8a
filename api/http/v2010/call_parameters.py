"""What places and changes calls at /2010-04-01: parameters as fields of /v1/voice, and the numbers of their faults."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from api.http.v2010.errors import CodedProblem
from api.http.v2010.translation import Form, Parameter, Translation
from engine.errors import CallerNotOwned, EmergencyRefused, PolicyRefused, WrongState
from engine.model.call_policy import PolicyRule

_E164: Final = re.compile(r"\+[0-9]+")
_WRONG_URL: Final = 21205
_WRONG_METHOD: Final = 21209
_APPLICATION: Final = "ApplicationSid"
_FLOWS: Final = ("Url", "Twiml", _APPLICATION)
_OF_APPLICATION: Final = ("Url", "Method", "FallbackUrl", "FallbackMethod", "Twiml")
"""What an application says in their place."""
_SIP: Final = re.compile(r"sips?:", re.IGNORECASE)
_OF_SIP: Final = ("SipAuthUsername", "SipAuthPassword")
"""They mean nothing for a number."""
_OF_OTHERS: Final = {
    "Method": ("Url",),
    "FallbackUrl": ("Url", "Twiml"),
    "FallbackMethod": ("FallbackUrl",),
    "StatusCallbackMethod": ("StatusCallback",),
    "StatusCallbackEvent": ("StatusCallback",),
    "RecordingChannels": ("Record",),
    "RecordingTrack": ("Record",),
    "Trim": ("Record",),
    "RecordingStatusCallback": ("Record",),
    "RecordingStatusCallbackMethod": ("RecordingStatusCallback",),
    "RecordingStatusCallbackEvent": ("RecordingStatusCallback",),
    "AnnounceMethod": ("AnnounceUrl",),
    "HoldMethod": ("HoldUrl",),
    "WaitMethod": ("WaitUrl",),
    "ConferenceStatusCallbackMethod": ("ConferenceStatusCallback",),
    "ConferenceStatusCallbackEvent": ("ConferenceStatusCallback",),
    "ConferenceRecordingStatusCallbackMethod": ("ConferenceRecordingStatusCallback",),
    "ConferenceRecordingStatusCallbackEvent": ("ConferenceRecordingStatusCallback",),
}
"""Parameters that mean nothing without one of others; what goes with such a one comes behind it."""


def _wrong_number(given: str) -> int:
    """One that looks like E.164, and is none of any country, has a number of its own."""
    return 21217 if _E164.fullmatch(given) else 21211


def _refused_by_policy(error: PolicyRefused) -> int:
    """What may pass later is too much at a time; else it is a number that is blocked, or where calls may not go."""
    if error.again_after_s is not None:
        return 20429
    return 21216 if error.rule == PolicyRule.PREFIX else 21215


def _each_once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


CREATE: Final = Translation(
    {
        "To": Parameter("to", _wrong_number, missing=21201),
        "From": Parameter("from", 21212, missing=21213),
        "Url": Parameter("url", _WRONG_URL),
        "Method": Parameter("method", _WRONG_METHOD, read=str.upper),
        "Twiml": Parameter("flow"),
        "ApplicationSid": Parameter("application_id", 21218),
        "FallbackUrl": Parameter("fallback_url", _WRONG_URL),
        "FallbackMethod": Parameter("fallback_method", _WRONG_METHOD, read=str.upper),
        "StatusCallback": Parameter("status_callback", 21609),
        "StatusCallbackMethod": Parameter("status_callback_method", _WRONG_METHOD, read=str.upper),
        "StatusCallbackEvent": Parameter("status_callback_events", 21626, read=_each_once),
        "SendDigits": Parameter("send_digits", 21206),
        "Timeout": Parameter("timeout", 21208),
        "TimeLimit": Parameter("time_limit"),
        "Record": Parameter("record"),
        "RecordingChannels": Parameter("recording_channels"),
        "RecordingTrack": Parameter("recording_track"),
        "Trim": Parameter("trim"),
        "RecordingStatusCallback": Parameter("recording_status_callback"),
        "RecordingStatusCallbackMethod": Parameter("recording_status_callback_method", _WRONG_METHOD, read=str.upper),
        "RecordingStatusCallbackEvent": Parameter("recording_status_callback_events", read=_each_once),
        "SipAuthUsername": Parameter("sip_username"),
        "SipAuthPassword": Parameter("sip_password"),
    },
    {CallerNotOwned: 21210, EmergencyRefused: 13224, PolicyRefused: _refused_by_policy},
)
UPDATE: Final = Translation(
    {
        "Url": Parameter("url", _WRONG_URL),
        "Method": Parameter("method", _WRONG_METHOD, read=str.upper),
        "Twiml": Parameter("flow"),
        "FallbackUrl": Parameter("fallback_url", _WRONG_URL),
        "FallbackMethod": Parameter("fallback_method", _WRONG_METHOD, read=str.upper),
        "StatusCallback": Parameter("status_callback", 21609),
        "StatusCallbackMethod": Parameter("status_callback_method", _WRONG_METHOD, read=str.upper),
        "StatusCallbackEvent": Parameter("status_callback_events"),
        "TimeLimit": Parameter("time_limit"),
        "Status": Parameter("status"),
    },
    {WrongState: 21220},
)


def of_new_call(form: Form) -> Mapping[str, Any]:
    """What of a form counts for a new call. Raises CodedProblem where nothing says what is to happen on it."""
    if not any(form.get(name) for name in _FLOWS):
        raise CodedProblem(_WRONG_URL, f"One of {' and '.join(_FLOWS)} must say what happens on the call.")
    return for_target(that_count(form))


def for_target(form: Form) -> Mapping[str, Any]:
    """A form without what means nothing for whom it calls."""
    if _SIP.match(form["To"]):
        return form
    return {name: value for name, value in form.items() if name not in _OF_SIP}


def that_count(form: Form) -> Mapping[str, Any]:
    """A form without what is empty, what goes with others that are not given, and all that an application says itself.

    Url comes before Twiml.
    """
    given = {name: value for name, value in form.items() if value != ""}
    for name in _OF_APPLICATION if _APPLICATION in given else ():
        given.pop(name, None)
    if "Url" in given:
        given.pop("Twiml", None)
    for name, others in _OF_OTHERS.items():
        if given.keys().isdisjoint(others):
            given.pop(name, None)
    return given
