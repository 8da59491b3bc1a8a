"""Events of a leg that change nothing of its call but what is written of it."""

from engine.errors import PolicyRefused
from engine.live.session.journal import Journal
from engine.metrics.table import Metric
from engine.ports import (
    CallerIdWarned,
    CallerSigned,
    FaxBegan,
    FaxEnded,
    HoldRefused,
    Intruded,
    MediaChanged,
    MediaLost,
    RedirectRefused,
    StrangersSend,
)

NotedEvent = (
    MediaChanged
    | MediaLost
    | StrangersSend
    | HoldRefused
    | Intruded
    | FaxBegan
    | FaxEnded
    | CallerIdWarned
    | CallerSigned
    | RedirectRefused
)


def write_event(journal: Journal, event: NotedEvent) -> None:
    """Write it into the call's journal."""
    match event:
        case MediaChanged():
            journal.note_event("media", codec=event.codec, sending=event.sending, receiving=event.receiving)
        case MediaLost(seconds=seconds):
            journal.note_event("media_lost", seconds=round(seconds, 1))
        case StrangersSend(source=source):
            journal.note_event("strange_packets", source=source)
        case HoldRefused(sip_code=code):
            journal.note_event("hold_refused", sip_code=code)
        case Intruded():
            journal.count(Metric.OUTSIDERS_REFUSED)
            journal.note_event("outsider_refused", what=event.what, source=event.source)
        case FaxBegan() | FaxEnded():
            _write_fax(journal, event)
        case CallerIdWarned():
            journal.note_event("caller_id_warning", trunk=event.trunk, reason=event.reason)
        case RedirectRefused(rule=rule, level=level, number=number, uri=uri, why=why):
            journal.refused_by_policy(PolicyRefused(why, rule=rule, level=level, number=number, uri=uri))
        case CallerSigned(attestation=attestation):
            journal.set(stir_signed=attestation)


def _write_fax(journal: Journal, event: FaxBegan | FaxEnded) -> None:
    match event:
        case FaxBegan(rate_bps=rate_bps):
            journal.note_event("fax_began", rate_bps=rate_bps)
        case FaxEnded(rate_bps=rate_bps, packets_received=received, packets_sent=sent):
            journal.note_event("fax_ended", rate_bps=rate_bps, packets_received=received, packets_sent=sent)
