"""What the events of a call tell of a fax."""

from engine.live.session.journal import Journal
from engine.ports import FaxBegan, FaxEnded


def note_fax(journal: Journal, event: FaxBegan | FaxEnded) -> None:
    """A fax began, or is over: with its rate, and how many packets went each way."""
    match event:
        case FaxBegan(rate_bps=rate_bps):
            journal.note_event("fax_began", rate_bps=rate_bps)
        case FaxEnded(rate_bps=rate_bps, packets_received=received, packets_sent=sent):
            journal.note_event("fax_ended", rate_bps=rate_bps, packets_received=received, packets_sent=sent)
