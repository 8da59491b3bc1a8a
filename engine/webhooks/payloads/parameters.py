"""Every parameter that customers' servers are told: its meaning, which requests carry it, and what it gives away.

This is the one place that knows. From it come the tables of docs/webhooks.md, what the ledger of requests hides, and
what is told of a call itself. A test compares it with what the code writes into requests.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

from engine.model.call import Call, Direction
from engine.model.conference_end import ConferenceEnd
from engine.model.numbers import country_around


class Webhook(StrEnum):
    """A kind of request to a customer's server, as docs/webhooks.md names it."""

    FLOW = "call flow"
    FALLBACK = "fallback"
    GATHER = "Gather"
    PARTIAL_RESULT = "partialResultCallback"
    RECORD = "Record"
    DIAL = "Dial"
    ROOM_WAIT = "waitUrl of Conference"
    SERVED = "url of Queue"
    ENQUEUE = "Enqueue"
    QUEUE_WAIT = "waitUrl of Enqueue"
    REFER = "Refer"
    CONNECT = "Connect"
    STATUS = "status callback"
    CONFERENCE = "conference callback"
    RECORDING = "recording callback"
    STREAM = "stream callback"
    POLICY = "policy_webhook"


class Privacy(StrEnum):
    """The sensitivity of a parameter's value, which decides by what setting it is kept (docs/privacy.md)."""

    TECHNICAL = "technical"
    """Of the machine: always kept."""
    REASON = "reason"
    """A sentence of ours that may quote a URL or a number: kept, with these shortened."""
    KEYS = "keys"
    """What a caller pressed."""
    SPEECH = "speech"
    """What a caller said."""
    PERSONAL = "personal"
    """Of a person, or in the customer's own words."""


@dataclass(frozen=True, slots=True)
class WebhookParameter:
    """`name` is the field's word; `meaning` one sentence without its full stop.

    `of_call` reads the value from the call, None where there is none to tell. Without it, the value is not the call's:
    a verb or a callback writes it.
    """

    name: str
    meaning: str
    privacy: Privacy
    webhooks: frozenset[Webhook]
    of_call: Callable[[Call], str | None] | None = None


def _told(
    privacy: Privacy, name: str, meaning: str, *webhooks: Webhook, of_call: Callable[[Call], str | None] | None = None
) -> WebhookParameter:
    return WebhookParameter(name, meaning, privacy, frozenset(webhooks), of_call)


_technical: Final = partial(_told, Privacy.TECHNICAL)
_reason: Final = partial(_told, Privacy.REASON)
_keys: Final = partial(_told, Privacy.KEYS)
_speech: Final = partial(_told, Privacy.SPEECH)
_personal: Final = partial(_told, Privacy.PERSONAL)

_W: Final = Webhook
_ALL: Final = tuple(Webhook)
OF_A_CALL: Final = tuple(each for each in Webhook if each not in (_W.CONFERENCE, _W.RECORDING, _W.STREAM, _W.POLICY))
"""Those that tell all that is known of the call itself."""
_FLOW: Final = tuple(each for each in OF_A_CALL if each is not _W.STATUS)
"""Those that a call's flow asks for, in JSON if the number wants that; callbacks are forms."""


def _direction(call: Call) -> str:
    """The field tells calls ordered over the API from those that a Dial made."""
    if call.direction is Direction.INBOUND:
        return "inbound"
    return "outbound-api" if call.parent_id is None else "outbound-dial"


def _sip_code(call: Call) -> str | None:
    return None if call.sip_code is None else str(call.sip_code)


def _places() -> Iterator[WebhookParameter]:
    """The parameters that tell where the two ends of a call are, as far as a telephone number tells that."""
    ends: tuple[tuple[str, Callable[[Call], str]], ...] = (
        ("From", lambda call: call.from_),
        ("To", lambda call: call.to),
        ("Caller", lambda call: call.from_),
        ("Called", lambda call: call.to),
    )
    for end, number_of in ends:
        for unknown in ("City", "State", "Zip"):
            yield _personal(f"{end}{unknown}", "Empty: that is not known here", *OF_A_CALL, of_call=lambda _: "")
        yield _personal(
            f"{end}Country",
            f"The country of the number in `{end}` (ISO 3166, as in `BE`); empty where it is of none",
            *OF_A_CALL,
            of_call=partial(_country, number_of),
        )


def _country(number_of: Callable[[Call], str], call: Call) -> str:
    return country_around(number_of(call)).upper()


# fmt: off
PARAMETERS: Final[tuple[WebhookParameter, ...]] = (
    _technical("CallSid", "The call's id", *_ALL, of_call=lambda call: call.id),
    _technical("AccountSid", "The account's id", *_ALL, of_call=lambda call: call.account_id),
    _technical("bodySHA256", "Of a JSON body, and in the URL: the SHA-256 of the body, in hexadecimal", *_FLOW),
    _personal("From", "Who calls: a number in E.164, or a SIP URI", *OF_A_CALL, of_call=lambda call: call.from_),
    _personal("To", "Who is called: a number in E.164, or a SIP URI", *OF_A_CALL, of_call=lambda call: call.to),
    _personal("Caller", "The same as `From`", *OF_A_CALL, of_call=lambda call: call.from_),
    _personal("Called", "The same as `To`", *OF_A_CALL, of_call=lambda call: call.to),
    *_places(),
    _technical("CallStatus", "`queued`, `ringing`, `in-progress`, `completed`, `busy`, `failed`, `no-answer` or "
               "`canceled`", *OF_A_CALL, of_call=lambda call: call.status.value),
    _technical("Direction", "`inbound`, `outbound-api` (ordered by REST) or `outbound-dial` (made by `Dial`)",
               *OF_A_CALL, of_call=_direction),
    _technical("ApiVersion", "`v1`", *OF_A_CALL, of_call=lambda _: "v1"),
    _technical("ParentCallSid", "Of a call made by `Dial`: the id of the call that dialled", *OF_A_CALL,
               of_call=lambda call: call.parent_id),
    _personal("CallerName", "The name that came with the number of who calls (at most 64 characters), or that is shown "
              "beside it", *OF_A_CALL, of_call=lambda call: call.options.caller_name),
    _personal("ForwardedFrom", "Who was called before and sent the call on, where the carrier tells it", *OF_A_CALL,
              of_call=lambda call: call.forwarded_from),
    _personal("SipUri", "Of a call that came in: the SIP URI that it called", _W.FLOW),
    _technical("SipDomain", "Of a call that came in: the host in that URI", _W.FLOW),
    _technical("SipCallId", "Of a call that came in: its Call-ID (RFC 3261)", _W.FLOW),
    _technical("StirVerstat", "Of a call that came in by a trunk that verifies who calls: `TN-Validation-Passed-A` (or "
               "`-B`, `-C`), `TN-Validation-Failed` (or with `-A`, `-B`, `-C`, the attestation that was claimed) or "
               "`No-TN-Validation`", *OF_A_CALL, of_call=lambda call: call.stir_verstat),

    _technical("ErrorCode", "Why the flow that was asked for first could not be had or performed, by the table below; "
               "why a conversation failed, by the field's number", _W.FALLBACK, _W.CONNECT),
    _personal("ErrorUrl", "The URL of the document with which that happened, if it has one", _W.FALLBACK),

    _keys("Digits", "The keys that were pressed; of `Record` the one that ended it, or `hangup`", _W.GATHER, _W.RECORD),
    _keys("FinishedOnKey", "The key that ended the input, if one did", _W.GATHER),
    _speech("SpeechResult", "What was said", _W.GATHER),
    _technical("Confidence", "How sure the recogniser is of it, from 0.00 to 1.00", _W.GATHER),
    _speech("UnstableSpeechResult", "What has been understood so far; more words may change it", _W.PARTIAL_RESULT),

    _technical("DialCallStatus", "`completed`, `busy`, `no-answer`, `failed` or `canceled`; `answered` for a "
               "conference that was entered", _W.DIAL),
    _technical("DialCallDuration", "How long they talked, or how long the stay was, in seconds", _W.DIAL),
    _technical("DialBridged", "`true` or `false`: whether the two were joined", _W.DIAL),
    _technical("DialCallSid", "The id of the dialled call, or of the one that waited in the queue", _W.DIAL),
    _technical("DialSipResponseCode", "The SIP status with which the dialled call was answered or refused", _W.DIAL),
    _technical("ConferenceStatus", "How coming in went: `entered`, `full`, `locked`, `over`, `wrong-pin`, `no-consent` "
               "or `gone`", _W.DIAL),
    _personal("ReferTransferTarget", "To `referUrl`: the address to which a party asks to be transferred", _W.DIAL),

    _technical("QueueResult", "Why the wait ended: `bridged`, `leave`, `hangup`, `redirected` or `queue-full`",
               _W.ENQUEUE),
    _technical("QueueSid", "The queue's id", _W.ENQUEUE, _W.QUEUE_WAIT, _W.SERVED),
    _technical("QueueTime", "How long the call has waited, in seconds, without the talk that follows", _W.ENQUEUE,
               _W.QUEUE_WAIT, _W.SERVED),
    _technical("QueuePosition", "The call's place in the queue, from 1", _W.QUEUE_WAIT),
    _technical("AvgQueueTime", "How long those waited who were served lately, in seconds; 0 if nobody was",
               _W.QUEUE_WAIT),
    _technical("CurrentQueueSize", "How many calls wait in the queue", _W.QUEUE_WAIT),
    _technical("MaxQueueSize", "How many calls may wait in the queue", _W.QUEUE_WAIT),
    _technical("DequeingCallSid", "The id of the call that takes this one out of the queue", _W.SERVED),

    _technical("ReferCallStatus", "`in-progress` if the far end took the request, else `failed`", _W.REFER),
    _technical("ReferSipResponseCode", "The SIP status with which the far end answered REFER", _W.REFER),
    _technical("NotifySipResponseCode", "The SIP status that the far end reported last of its new call", _W.REFER),

    _technical("SessionId", "The conversation's id", _W.CONNECT),
    _technical("SessionStatus", "`completed` if the person hung up, `ended` if the program ended it, or `failed`",
               _W.CONNECT),
    _technical("SessionDuration", "How long the conversation took, in seconds", _W.CONNECT),
    _personal("HandoffData", "What the program gave when it ended the conversation", _W.CONNECT),

    _technical("CallDuration", "Seconds since the answer; 0 before the end", _W.STATUS,
               of_call=lambda call: str(call.duration)),
    _technical("CallbackSource", "`call-progress-events`", _W.STATUS, of_call=lambda _: "call-progress-events"),
    _technical("SipResponseCode", "The SIP status that ended or answered the call, once one is known", _W.STATUS,
               of_call=_sip_code),
    _technical("Timestamp", "When it happened (RFC 2822; of a stream ISO 8601)", _W.STATUS, _W.CONFERENCE, _W.STREAM,
               _W.POLICY),
    _technical("SequenceNumber", "Counts up from 0: over all callbacks of a call, over the partial results of a "
               "`Gather`", _W.STATUS, _W.CONFERENCE, _W.RECORDING, _W.STREAM, _W.POLICY, _W.PARTIAL_RESULT),

    _technical("PolicyEvent", "`policy_refused`, `policy_cut` or `policy_alarm`", _W.POLICY),
    _technical("PolicyRule", "The name of the rule (docs/policies.md)", _W.POLICY),
    _technical("PolicyLevel", "`node`, `account`, `number` or `key`", _W.POLICY),
    _personal("PolicyNumber", "The number that was called", _W.POLICY),
    _reason("PolicyReason", "Why, in a sentence", _W.POLICY),
    _technical("PolicyKeySid", "The id of the API key that has asked for the call; empty if none has", _W.POLICY),

    _technical("ConferenceSid", "The conference's id", _W.DIAL, _W.ROOM_WAIT, _W.CONFERENCE, _W.RECORDING),
    _personal("FriendlyName", "The conference's name", _W.CONFERENCE),
    _technical("StatusCallbackEvent", "What happened, such as `participant-join`", _W.CONFERENCE),
    _personal("ParticipantLabel", "The participant's `participantLabel`, if it has one", _W.CONFERENCE),
    _technical("Muted", "`true` or `false`: whether the participant is muted", _W.CONFERENCE),
    _technical("Hold", "`true` or `false`: whether the participant is on hold", _W.CONFERENCE),
    _technical("Coaching", "`true` or `false`: whether one other participant alone hears this one", _W.CONFERENCE),
    _technical("CallSidToCoach", "The id of the call that alone hears the participant", _W.CONFERENCE),
    _technical("StartConferenceOnEnter", "`true` or `false`: whether the conference begins when the participant enters",
               _W.CONFERENCE),
    _technical("EndConferenceOnExit", "`true` or `false`: whether the conference ends when the participant leaves",
               _W.CONFERENCE),
    _technical("ReasonParticipantLeft", "`participant_hung_up`, `participant_updated_via_api` if it was sent out, "
               "`conference_ended_via_api` or `moderator_ended_conference` if others ended the conference",
               _W.CONFERENCE),
    _technical("ParticipantCallStatus", "`CallStatus` of the participant that left: `in-progress` if its flow goes on",
               _W.CONFERENCE),
    _technical("ReasonConferenceEnded", f"{', '.join(f'`{each.word}`' for each in ConferenceEnd)}", _W.CONFERENCE),
    _technical("Reason", "Why the conference ended, in a sentence", _W.CONFERENCE),
    _technical("CallSidEndingConference", "The id of the call that ended the conference, if one did", _W.CONFERENCE),
    _personal("ParticipantLabelEndingConference", "That participant's `participantLabel`, if it has one",
              _W.CONFERENCE),
    _personal("AnnounceUrl", "The URL of the file that was announced", _W.CONFERENCE),
    _reason("ReasonAnnouncementFailed", "Why an announcement was not heard to its end, in a sentence", _W.CONFERENCE),

    _technical("RecordingSid", "The recording's id", _W.RECORD, _W.RECORDING),
    _personal("RecordingUrl", "Where the recording is downloaded", _W.RECORD, _W.DIAL, _W.RECORDING),
    _technical("RecordingDuration", "The recording's length in whole seconds", _W.RECORD, _W.RECORDING),
    _technical("RecordingStatus", "`in-progress`, `paused`, `resumed`, `completed`, `failed` or `absent`",
               _W.RECORDING),
    _technical("RecordingChannels", "How many channels it has, 1 or 2", _W.RECORDING),
    _technical("RecordingSource", "What asked for it: `OutboundAPI`, `DialVerb`, `RecordVerb`, `Conference`, "
               "`StartCallRecordingAPI` or `StartCallRecordingTwiML`", _W.RECORDING),
    _technical("RecordingStartTime", "When it began (RFC 2822)", _W.RECORDING),
    _technical("RecordingSizeBytes", "The size of the WAV file in bytes, once it is closed", _W.RECORDING),
    _technical("RecordingSha256", "The SHA-256 of the WAV file in hexadecimal, once it is closed", _W.RECORDING),
    _technical("RecordingOffset", "Where it paused or went on: seconds from its beginning", _W.RECORDING),
    _technical("PauseBehavior", "What the pause leaves in it: `silence` or `skip`", _W.RECORDING),
    _technical("PauseDuration", "How long the pause was, in seconds, where it went on", _W.RECORDING),
    _reason("ErrorMessage", "Why it failed or ended early, in a sentence", _W.RECORDING, _W.CONNECT),

    _technical("StreamSid", "The stream's id", _W.STREAM, _W.CONNECT),
    _personal("StreamName", "The stream's name; its id where it has none", _W.STREAM),
    _technical("StreamEvent", "`stream-started`, `stream-stopped` or `stream-error`", _W.STREAM),
    _technical("StreamDuration", "How long the stream was open, in seconds", _W.CONNECT),
    _reason("StreamError", "What went wrong, in a sentence", _W.STREAM, _W.CONNECT),
)
# fmt: on


def carried_by(webhook: Webhook) -> tuple[WebhookParameter, ...]:
    """All that a request of this kind may carry."""
    return tuple(each for each in PARAMETERS if webhook in each.webhooks)
