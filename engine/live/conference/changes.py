"""A change of a conference that is asked for: what it makes of the conference, and what other nodes are told of it."""

from dataclasses import replace

from engine.live.orders import ConferenceChange, RecordingAction
from engine.model.conference import Conference
from engine.ports.nodes import NodeOrder


def altered(conference: Conference, change: ConferenceChange) -> Conference:
    """The conference as the change has it."""
    return replace(
        conference,
        locked=conference.locked if change.locked is None else change.locked,
        max_participants=change.max_participants or conference.max_participants,
        record=conference.record and change.recording is not RecordingAction.STOP,
    )


def order_of(change: ConferenceChange) -> NodeOrder:
    """What the other nodes of the conference are told."""
    if change.muted is None:
        return {"do": "look"}
    return {"do": "mute", "muted": change.muted, "spared": change.spared}
