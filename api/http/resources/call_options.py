"""Options of calls as the REST interface writes them, by their table in engine/model/call_options.py."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Final

from api.http.faults import Faults
from api.http.json_fields import shown_address
from api.http.resources.consent_fields import consent_of
from api.http.resources.disclosure_fields import disclosure_of
from engine.model.call_options import CONSENT_OPTIONS, CallOptions
from engine.model.flow_reading import FlowReading
from engine.model.languages import nearest_language
from engine.model.recording_shape import Channels, Tracks, Trim
from engine.model.sip_headers import Header, combined, require_sendable

Body = Mapping[str, Any]
Read = Callable[[Any, Faults], Any]


def _language(given: str, faults: Faults) -> str | None:
    return faults.read("tts_language", nearest_language, given, None)


def _headers(given: Mapping[str, str], faults: Faults) -> tuple[Header, ...] | None:
    return faults.read("sip_headers", _sendable, given, None)


def _sendable(given: Mapping[str, str]) -> tuple[Header, ...]:
    headers = tuple(given.items())
    require_sendable(headers)
    return headers


def _plain(given: Any, _: Faults) -> Any:
    return int(given) if isinstance(given, float) else given  # JSON's 30.0 is a whole number too


def _events(given: Sequence[str], _: Faults) -> tuple[str, ...]:
    return tuple(given)


_READ: Final[Mapping[str, Read]] = {
    "language": _language,
    **{name: partial(consent_of, name) for name in CONSENT_OPTIONS.values()},
    "disclosure": disclosure_of,
    "flow_reading": lambda given, _: FlowReading(given),
    "status_callback_events": _events,
    "sip_headers": _headers,
    "recording_channels": lambda given, _: Channels(given),
    "recording_track": lambda given, _: Tracks(given),
    "recording_trim": lambda given, _: Trim(given),
    "recording_status_callback_events": _events,
}
"""For options that are not simply what the body has."""

_SHOWN: Final[Mapping[str, Callable[[Any], Any]]] = {
    **{name: lambda chosen: chosen.policy.value if chosen else None for name in CONSENT_OPTIONS.values()},
    "disclosure": lambda chosen: chosen.policy.value if chosen else None,
    "status_callback": shown_address,
    "status_callback_events": lambda events: events or None,
    "sip_headers": lambda headers: combined(headers or ()) or None,
    "recording_status_callback": shown_address,
    "recording_status_callback_events": lambda events: events or None,
}
"""For options of which a call does not simply tell the value."""


def options_of(body: Body, faults: Faults) -> CallOptions:
    """What a request for a call has chosen."""
    given = {name: option.rest for name, option in CallOptions.table().items() if option.rest and option.rest in body}
    return CallOptions(**{name: _READ.get(name, _plain)(body[rest], faults) for name, rest in given.items()})


@lru_cache(maxsize=256)  # calls of a list have mostly chosen the same
def options_json(options: CallOptions) -> Mapping[str, Any]:
    """What a call tells of its options; of a policy of consent or disclosure, its name, of headers an object."""
    told = ((name, option.rest, value) for name, option, value in options.items() if option.rest and option.shown)
    return {rest: _SHOWN[name](value) if name in _SHOWN else value for name, rest, value in told}
