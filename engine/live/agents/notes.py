"""What is noted of a conversation on its call."""

from engine.agents.deeds import (
    NotedDeed,
    NoteFailure,
    NoteInterrupted,
    NoteKey,
    NotePlayed,
    NoteSaid,
    NoteUnderstood,
)
from engine.live.session.session import Session


def write_down(session: Session, deed: NotedDeed) -> None:
    """Add it to the call's events, whose settings say what of it is kept."""
    match deed:
        case NoteSaid(text=text, language=language, to_the_end=to_the_end):
            session.spoken_to_in(language)
            session.note_event("said", text=text, language=language, to_the_end=to_the_end)
        case NotePlayed(url=url):
            session.note_event("played", url=url)
        case NoteUnderstood(text=text, confidence=confidence):
            session.note_event("speech", text=text, confidence=confidence)
        case NoteKey(digit=digit):
            session.note_event("digit", digit=digit)
        case NoteInterrupted(heard=heard, seconds=seconds):
            session.note_event("agent_interrupted", text=heard, seconds=seconds)
        case NoteFailure(why=why):
            session.note_event("agent_error", reason=why)
