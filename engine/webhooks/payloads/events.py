"""Every kind of event on a call: when it happens, and what each of its facts is and gives away.

This is the one place that knows. From it come the tables of docs/events.md, and what of an event is kept. A test
compares it with what the code notes.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

from engine.webhooks.payloads.parameters import Privacy


class EventGroup(StrEnum):
    """The subject of a kind of event, as the headings of docs/events.md have it."""

    CALL = "The call"
    FLOW = "The flow"
    OTHERS = "With others"
    RECORDING = "Recordings and consent"
    PROGRAM = "Programs on the line"


@dataclass(frozen=True, slots=True)
class Fact:
    """`meaning` says in a few words what the value is."""

    name: str
    meaning: str
    privacy: Privacy = Privacy.TECHNICAL


@dataclass(frozen=True, slots=True)
class EventKind:
    """`name` is what REST tells as `kind`; `meaning` says when it happens, in a sentence without its full stop.

    An event has those of the `facts` that are known.
    """

    name: str
    group: EventGroup
    meaning: str
    facts: tuple[Fact, ...]


def _kind(group: EventGroup, name: str, meaning: str, *facts: Fact) -> EventKind:
    return EventKind(name, group, meaning, facts)


_call: Final = partial(_kind, EventGroup.CALL)
_flow: Final = partial(_kind, EventGroup.FLOW)
_others: Final = partial(_kind, EventGroup.OTHERS)
_recording: Final = partial(_kind, EventGroup.RECORDING)
_program: Final = partial(_kind, EventGroup.PROGRAM)

_REASON: Final = Fact("reason", "why", Privacy.REASON)
_SIP_CODE: Final = Fact("sip_code", "the SIP status")
_FAX_RATE: Final = Fact("rate_bps", "the most bits a second that were agreed on")
_SECONDS: Final = Fact("seconds", "after how many seconds")
_TEXT: Final = Fact("text", "what was to be said", Privacy.SPEECH)
_URL: Final = Fact("url", "where it is", Privacy.PERSONAL)
_CONFERENCE: Final = Fact("conference", "the conference's id")
_AGENT: Final = Fact("session", "the session's id, VX…")
_QUEUE: Final = Fact("queue", "the queue's id")
_RECORDING: Final = Fact("recording", "the recording's id")
_STREAM: Final = Fact("stream", "the stream's id")
_EAR: Final = Fact("to", "who hears it")

_LINE: Final = (
    Fact("codec", "how sound is packed"),
    Fact("quality", "what a listener would say of it"),
    Fact("mos", "the mean opinion score, from 1 to 4.5"),
    Fact("loss_percent", "lost and discarded packets"),
    Fact("packets_received", "counted here"),
    Fact("packets_lost", "counted here"),
    Fact("packets_discarded", "those that came too late"),
    Fact("packets_sent", "counted here"),
    Fact("jitter_ms", "how unevenly packets came, on average"),
    Fact("round_trip_ms", "by RTCP"),
    Fact("far_packets_lost", "what the far end told by RTCP"),
    Fact("far_jitter_ms", "what the far end told by RTCP"),
    Fact("strange_packets", "those of others than the far end, if any; nothing was done with them"),
)
_POLICY: Final = (
    Fact("rule", "the rule's name"),
    Fact("level", "whose policy it is: `node`, `account`, `number` or `key`"),
    Fact("number", "where the call was to go", Privacy.PERSONAL),
    _REASON,
)
_CONSENT: Final = (
    Fact("consent", "the record's id"),
    Fact("purpose", "to what: `recording`, `transcription`, `streaming` or `recording-elsewhere`"),
    Fact("policy", "by which policy they were asked"),
    Fact("given", "what came of it"),
    Fact("how", "by what it was given"),
    Fact("digit", "the key that says so"),
    Fact("wording_version", "which wording they heard"),
    _CONFERENCE,
)
_STREAM_FIGURES: Final = (
    Fact("sent_messages", "messages to the program"),
    Fact("sent_bytes", "bytes of them"),
    Fact("received_messages", "messages of the program"),
    Fact("received_bytes", "bytes of them"),
    Fact("unread", "messages of the program that are none of the published ones"),
    Fact("marks", "marks that went back to the program"),
    Fact("dropped_ms", "milliseconds of sound that the program did not read in time"),
    Fact("late_ms", "milliseconds of sound that came while the program was not connected"),
    Fact("refused_ms", "milliseconds of the program's sound beyond what may wait"),
    Fact("underruns", "how often the program's sound broke off and went on within half a second"),
    Fact("close_code", "the code by which the connection was closed, or the status of HTTP that refused it"),
)
_DISCLOSURE: Final = (
    Fact("disclosure", "the record's id"),
    Fact("policy", "how they came to know"),
    Fact("text_version", "which wording they heard"),
    Fact("language", "in which it was said"),
    Fact("asserted_by", "who asserts it", Privacy.PERSONAL),
)
_PAUSE: Final = (
    _RECORDING,
    Fact("at_seconds", "where in it"),
    Fact("pause_behavior", "what the pause leaves in it: `silence` or `skip`"),
    Fact("paused_seconds", "how long the pause was, once it is over"),
)

# fmt: off
EVENTS: Final[tuple[EventKind, ...]] = (
    _call("status", "Its status changes", Fact("status", "the new one"), _SIP_CODE,
          Fact("sip_reason", "the words beside it", Privacy.REASON), Fact("q850_cause", "the cause of ITU-T Q.850")),
    _call("invite_sent", "Our INVITE is on its way", Fact("target", "who is called", Privacy.PERSONAL),
          Fact("via", "the trunk or peer", Privacy.REASON)),
    _call("emergency_call", "An emergency number is called", Fact("number", "as it is dialled"),
          Fact("carried", "whether it goes to a trunk that is marked for it, or is refused")),
    _call("policy_refused", "A call policy does not allow a call: this one, or one that it wanted to make", *_POLICY),
    _call("policy_alarm", "A call policy wants to be told of this call, which goes on", *_POLICY),
    _call("policy_cut", "A call policy ends the call", *_POLICY),
    _call("caller_hidden", "Who is called is not to see who calls (`hide_caller`, or `callerId` anonymous)"),
    _call("caller_id_warning", "Its number will be hidden, replaced or cut where it is called; the call goes on",
          Fact("trunk", "which carries it"), _REASON),
    _call("provisional", "The far end rings, or sends early media", _SIP_CODE,
          Fact("early_media", "whether it sends sound before its answer")),
    _call("media", "Sound is agreed on, and each time it changes", Fact("codec", "how sound is packed"),
          Fact("sending", "whether we send"), Fact("receiving", "whether the far end sends")),
    _call("fax_began", "Its line carries a fax (T.38) in the place of sound, and nothing of it is recorded", _FAX_RATE),
    _call("fax_ended", "The fax is over", _FAX_RATE, Fact("packets_received", "of the fax, from the far end"),
          Fact("packets_sent", "of the fax, to the far end")),
    _call("outsider_refused", "A message of this call came from somebody else than its far end, and was refused",
          Fact("what", "its method, or which answer it pretends to be"),
          Fact("source", "where it came from", Privacy.PERSONAL)),
    _call("media_lost", "An answered far end sends nothing any more; it is hung up", _SECONDS),
    _call("answer_timeout", "Nobody has answered in time", _SECONDS),
    _call("max_call_seconds", "The longest time of a call is over", _SECONDS),
    _call("time_limit", "The time limit of its order is over; it is hung up", _SECONDS),
    _call("balance_low", "Its account's balance pays for so many seconds more; a notice is spoken", _SECONDS),
    _call("balance_used_up", "Its account's balance is used up; it is hung up",
          Fact("seconds", "how many were paid for")),
    _call("end_requested", "The REST interface ends it", Fact("by", "who asked for it")),
    _call("hung_up", "The dialog is over", Fact("by", "`us`, `far end`, `carrier` or `nobody`"), _SIP_CODE,
          Fact("words", "what the far end said of it", Privacy.REASON)),
    _call("line", "At its end: what the line was like", *_LINE),
    _call("strange_packets", "Others than the far end send RTP or RTCP to it, of which nothing is heard; told once",
          Fact("source", "whence the first packet came", Privacy.PERSONAL)),
    _call("line_quality", "In a conference, when a line becomes better or worse", _CONFERENCE, *_LINE),
    _call("node_stopped", "The node was stopped, and its time for calls to end was over: it is hung up"),
    _call("order_handed_on", "Its node ended before the INVITE, and another places it", Fact("node", "its name")),
    _call("process_died", "The next start found it open"),

    _flow("webhook", "A server was asked", Fact("url", "which", Privacy.PERSONAL), Fact("method", "of HTTP"),
          Fact("status", "of HTTP"), Fact("latency_ms", "how long the answer took"),
          Fact("retried_because", "why it was asked again", Privacy.REASON),
          Fact("error", "why there is no answer", Privacy.REASON)),
    _flow("verb", "A verb begins", Fact("verb", "its name")),
    _flow("verb_failed", "A verb failed as nobody foresaw; the flow goes on", Fact("verb", "its name"), _REASON),
    _flow("verb_left_out", "A verb has no place here", Fact("verb", "its name"), _REASON),
    _flow("said", "A text was heard", Fact("text", "what was said", Privacy.SPEECH),
          Fact("language", "in which language"), Fact("to_the_end", "whether all of it")),
    _flow("played", "A file was heard", _URL),
    _flow("spoken_otherwise", "The flow asks for a language or a voice that is not here",
          Fact("language", "which"), _REASON),
    _flow("prompt_failed", "A text or a file was not heard", _TEXT, _URL, _REASON),
    _flow("digit", "A key was pressed", Fact("digit", "which", Privacy.KEYS)),
    _flow("speech", "Words were understood", Fact("text", "what was said", Privacy.SPEECH),
          Fact("confidence", "how sure the recogniser is, from 0 to 1")),
    _flow("speech_not_heard", "Words could not be recognised", _REASON),
    _flow("digits_sent", "Keys of its order, or of the REST interface, are sent to the far end",
          Fact("digits", "how many")),
    _flow("digits_not_sent", "Keys could not be sent to the far end", _REASON),
    _flow("flow_failed", "A flow has ended in an error; its fallback is next",
          Fact("target", "where it is", Privacy.PERSONAL), _REASON, Fact("code", "`ErrorCode` of it"),
          Fact("line", "where in the document"), Fact("column", "where in the line")),
    _flow("flow_warning", "A mistake in a call flow was passed over",
          Fact("target", "where the flow is", Privacy.PERSONAL), Fact("line", "where in the document"),
          Fact("column", "where in the line"), Fact("element", "which element"), Fact("attribute", "which attribute"),
          _REASON, Fact("mend", "what to write instead", Privacy.REASON),
          Fact("done", "what became of it", Privacy.REASON)),
    _flow("flow_crashed", "A flow has ended as nobody foresaw; the call is hung up"),
    _flow("background_failed", "What went on beside the flow has broken, by a fault of Telefoon; its log tells how",
          Fact("task", "what it was"), Fact("reason", "the kind of error")),
    _flow("not_told", "A callback that the flow asked for could not be made",
          Fact("url", "to whom", Privacy.PERSONAL), _REASON),
    _flow("redirected", "The REST interface gives it another flow", Fact("to", "where that is", Privacy.PERSONAL)),
    _flow("said_into_call", "The REST interface had a text said",
          Fact("text", "what was said", Privacy.SPEECH), _EAR),
    _flow("played_into_call", "The REST interface had a file played", _URL, _EAR),
    _flow("held", "The REST interface put it on hold"),
    _flow("resumed", "The REST interface took it from hold"),
    _flow("hold_refused", "The far end refused to be told by SIP that it is on hold, or no longer; the call goes on",
          _SIP_CODE),
    _flow("muted", "The REST interface muted it"),
    _flow("unmuted", "The REST interface lets it be heard again"),
    _flow("hold_music_failed", "Who is on hold or waits hears no music", _REASON),
    _flow("ringback_failed", "Who waits for an answer hears no ringing", _REASON),
    _flow("waiting_failed", "Who waits in a queue or for a conference does not hear its `waitUrl`", _REASON),
    _flow("whisper_failed", "Who was taken out of a queue does not hear the whisper before the talk", _REASON),

    _others("dialled", "A Dial calls somebody", Fact("call", "the new call's id"),
            Fact("target", "who is called", Privacy.PERSONAL)),
    _others("dial_failed", "A Dial could not call", _REASON),
    _others("dial_time_limit", "The time of a Dial is over", _SECONDS),
    _others("transferred", "The REST interface joins it to another", Fact("to", "whom", Privacy.PERSONAL),
            Fact("mode", "`blind` or `attended`")),
    _others("replaces", "It has taken the place of another call, as an INVITE of the far end's asked (Replaces)",
            Fact("call", "the other call's id")),
    _others("replaced", "Another call has taken its place, and it ends", Fact("call", "the other call's id")),
    _others("peer_replaced", "Whom it talks to has handed over to another call",
            Fact("call", "the id of the call so far"), Fact("by", "the id of the call that it talks to now")),
    _others("not_replaced", "It was to take the place of a call that had ended by then", _REASON),
    _others("refer_requested", "The far end asks us to call somebody (REFER); it was told no",
            Fact("target", "whom", Privacy.PERSONAL)),
    _others("refer_answered", "The far end answered our REFER", _SIP_CODE,
            Fact("final", "whether nothing comes after it")),
    _others("not_referred", "Our REFER could not be sent", _REASON),
    _others("conference_joined", "It enters a conference", _CONFERENCE),
    _others("conference_left", "It leaves a conference", _CONFERENCE, _SECONDS),
    _others("conference_refused", "A conference did not let it in", _CONFERENCE, Fact("reason", "why")),
    _others("pin_wrong", "A conference's PIN was wrong", _CONFERENCE, Fact("attempt", "which one it was, from 1")),
    _others("pin_refused", "No more PINs are taken", _CONFERENCE, _REASON),
    _others("conference_keys", "A command by keys", _CONFERENCE, Fact("command", "which")),
    _others("conference_sent_out", "The REST interface sent it out of a conference", _CONFERENCE),
    _others("conference_time_limit", "Its time in a conference is over", _SECONDS),
    _others("participant_changed", "How it takes part in a conference changes", _CONFERENCE,
            Fact("muted", "whether nobody hears it"), Fact("hold", "whether it is on hold"),
            Fact("deaf", "whether it hears nobody"), Fact("coach", "the id of the call that alone hears it"),
            Fact("said_volume", "how loud it is, in percent"), Fact("heard_volume", "how loud others are to it"),
            Fact("end_on_exit", "whether its leaving ends the conference"),
            Fact("moderator", "whether its keys command the conference")),
    _others("announced", "A conference was told something", _CONFERENCE,
            Fact("failure", "why it was not heard", Privacy.REASON)),
    _others("talking", "In a conference it begins to talk", _CONFERENCE),
    _others("fell_silent", "In a conference it stops talking", _CONFERENCE),
    _others("queue_entered", "It waits in a queue", _QUEUE, Fact("position", "its place, from 1")),
    _others("queue_full", "A queue did not take it", _QUEUE),
    _others("queue_served", "It takes a call out of a queue", _QUEUE, Fact("call", "the id of who waited")),
    _others("queue_left", "Its wait is over", _QUEUE, Fact("result", "why"), _SECONDS),

    _recording("consent", "Somebody was asked, or asserted it", *_CONSENT),
    _recording("consent_withdrawn", "It was taken back", *_CONSENT),
    _recording("not_recorded", "Nobody consented, or could be asked, or it failed", _REASON),
    _recording("no_consent", "The same of another purpose than recording",
               Fact("purpose", "which: `transcription`, `streaming` or `recording-elsewhere`"), _REASON),
    _recording("recording_started", "A recording begins", _RECORDING, Fact("consent", "the id of what allows it"),
               Fact("how", "by what that was given")),
    _recording("recording_changed", "The REST interface stops it, pauses it or lets it go on", _RECORDING,
               Fact("action", "which")),
    _recording("recording_paused", "It pauses", *_PAUSE),
    _recording("recording_resumed", "It goes on", *_PAUSE),
    _recording("recording_closed", "Its end", _RECORDING, Fact("status", "how it ended"), _REASON,
               Fact("seconds", "its length"), Fact("size_bytes", "of its WAV file"), Fact("sha256", "of its WAV file"),
               Fact("url", "where it is downloaded", Privacy.PERSONAL)),
    _recording("recording_ended", "It ends before its time", _RECORDING, _REASON),
    _recording("recording_failed", "It is not whole", _RECORDING, _REASON),
    _recording("recording_refused", "It could not begin", _REASON),
    _recording("recording_not_paused", "A pause failed", _RECORDING, _REASON),
    _recording("recording_length_mismatch", "It is not as long as it should be", _RECORDING,
               Fact("seconds", "its length"), Fact("wanted_s", "how long it should be")),
    _recording("recording_deleted", "Its sound was removed", _RECORDING, _REASON),
    _recording("recording_broken", "A download found it damaged and was cut", _RECORDING, _REASON),
    _recording("beep_failed", "A tone that tells of recording was not heard", _RECORDING, _REASON),

    _program("disclosed", "Its far end was told that a program speaks, or a client asserts what it need not be told",
             *_DISCLOSURE),
    _program("not_disclosed", "Nobody could be told that a program speaks, so it is not heard", _REASON),
    _program("stream_started", "A program is connected, and hears it or may be heard", _STREAM,
             Fact("url", "where the program is", Privacy.PERSONAL), Fact("name", "the stream's name", Privacy.PERSONAL),
             Fact("tracks", "which tracks the program gets"), Fact("two_way", "whether the program may speak"),
             Fact("consent", "the id of what allows it")),
    _program("not_streamed", "A stream could not begin", _REASON),
    _program("stream_not_stopped", "There is no stream that could be stopped", Fact("stream", "its name"), _REASON),
    _program("not_conversed", "A conversation with a program could not begin", _REASON),
    _program("stream_lost", "The connection to a program is lost, and tried again; the first ten times are told",
             _STREAM, _REASON),
    _program("stream_resumed", "A program that was lost is connected again; the first ten times are told", _STREAM),
    _program("stream_unread", "A program has sent what is no message; the first ten of a stream are told", _STREAM,
             _REASON),
    _program("stream_unwired", "A stream could not be joined to the call's sound, and ends", _STREAM, _REASON),
    _program("stream_ended", "A stream's end", _STREAM, Fact("status", "how it ended"), _REASON,
             Fact("seconds", "its length"), *_STREAM_FIGURES),

    _program("agent_began", "A conversation with a program that talks by text begins", _AGENT, _URL),
    _program("agent_interrupted", "The person interrupts the program",
             Fact("text", "what of its turn was heard", Privacy.SPEECH), _SECONDS),
    _program("agent_error", "Something of such a conversation failed, and it goes on", _REASON),
    _program("agent_ended", "Such a conversation is over, also by another flow (`ended`)", _AGENT,
             Fact("status", "`completed`, `ended` or `failed`"), _SECONDS,
             Fact("error_code", "the field's number"), _REASON),
)
# fmt: on
