"""Why conferences end and people leave them, in the field's words."""

from enum import Enum

from engine.model.conference import Participant


class ConferenceEnd(Enum):
    """The reason for which a conference ended: the field's word, and a sentence for people."""

    LAST_LEFT = "last-participant-left", "The last participant left."
    LAST_SENT_OUT = "last-participant-kicked", "The last participant was sent out."
    ENDING_LEFT = (
        "participant-with-end-conference-on-exit-left",
        "A participant left with whom the conference ends.",
    )
    ENDING_SENT_OUT = (
        "participant-with-end-conference-on-exit-kicked",
        "A participant was sent out with whom the conference ends.",
    )
    BY_MODERATOR = "moderator-ended-conference", "A moderator ended it by key."
    BY_API = "conference-ended-via-api", "It was ended over the REST interface."

    def __init__(self, word: str, sentence: str) -> None:
        self.word = word
        self.sentence = sentence


def end_by(leaving: Participant, *, sent_out: bool) -> ConferenceEnd:
    """Why a conference ends with somebody who leaves: with whom it ends, or who is the last."""
    if leaving.end_on_exit:
        return ConferenceEnd.ENDING_SENT_OUT if sent_out else ConferenceEnd.ENDING_LEFT
    return ConferenceEnd.LAST_SENT_OUT if sent_out else ConferenceEnd.LAST_LEFT


def why_left(*, sent_out: bool, ended: ConferenceEnd | None) -> str:
    """The field's word for why somebody has left a conference, which others may have `ended` before."""
    if sent_out:
        return "participant_updated_via_api"
    if ended is None:
        return "participant_hung_up"
    return "conference_ended_via_api" if ended is ConferenceEnd.BY_API else "moderator_ended_conference"
