"""Which node must answer a request: that of a call or a conference that lives, or of a recording on its disk.

Of a queue it is that of whom it is about: the one who is named, or waits first.

What begins a call or a room is for a node of the account's region.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from engine.ids import IdKind
from engine.model.conference import ConferenceStatus
from engine.model.queue import order
from engine.model.recording import RecordingStatus
from engine.store.stores import Stores

ANSWERED_BY_THE_OWNER: Final = frozenset(
    {
        "getCall", "endCall", "changeCall", "listCallEvents", "listCallConsents",
        "listCallDisclosures", "traceCall",
        "listCallStreams", "startCallStream", "stopCallStream", "CreateStream", "UpdateStream",
        "endConference", "changeConference", "changeParticipant", "removeParticipant", "listParticipants",
        "addParticipant",
        "downloadRecording", "drawRecording",
        "FetchCall", "UpdateCall", "DeleteCall", "ListCallEvent", "ListCallNotification", "FetchCallNotification",
        "UpdateConference", "ListParticipant", "CreateParticipant", "FetchParticipant", "UpdateParticipant",
        "DeleteParticipant",
        "FetchRecordingWav", "FetchRecordingMp3", "FetchRecordingAudio",
        "CreateCallRecording", "UpdateCallRecording",
        "UpdateConferenceRecording",
        "takeFromQueue", "UpdateMember",
    }
)  # fmt: skip
"""By operationId, of both interfaces. All else is answered by any node from the database."""

CARRIED_IN_THE_REGION: Final = frozenset(
    {"initiateCall", "createConference", "addParticipant", "CreateCall", "CreateParticipant"}
)
"""By operationId, of both interfaces: what begins a call or a room, which nodes of the account's region alone carry."""


_NAMED_BY_CLIENTS: Final = frozenset({"stream", "StreamSid"})
"""What of a path may be a name, which looks like anything; the call before it tells whose it is."""


def identifiers_in(path: Mapping[str, str]) -> list[str]:
    """What a path names, by its parameters, that tells of its node."""
    return [value for name, value in path.items() if name not in _NAMED_BY_CLIENTS]


def call_alone(identifiers: Iterable[str]) -> str | None:
    """The call that the path of a request names, where nothing else that it names may be another node's."""
    by_kind = {each[:2]: each for each in identifiers}
    return None if by_kind.keys() & {IdKind.CONFERENCE, IdKind.RECORDING} else by_kind.get(IdKind.CALL)


async def owner_of(stores: Stores, identifiers: Iterable[str]) -> str | None:
    """The node that has what the path of a request names; None where the database knows all of it. Raises StoreError.

    Of a conference it is its root; of somebody who takes part in it, the node of that one's call.
    """
    by_kind = {each[:2]: each for each in identifiers}
    if conference_id := by_kind.get(IdKind.CONFERENCE):
        who = by_kind.get(IdKind.PARTICIPANT) or by_kind.get(IdKind.CALL)
        if who and (node := await stores.conferences.node_of(conference_id, who)) is not None:
            return node
        conference = await stores.conferences.get(conference_id)
        if conference is not None and conference.status is not ConferenceStatus.COMPLETED:
            return conference.node
    if recording_id := by_kind.get(IdKind.RECORDING):
        recording = await stores.recordings.get(recording_id)
        is_there = recording is not None and recording.status not in (RecordingStatus.DELETED, RecordingStatus.FAILED)
        if recording is not None and is_there and recording.object_url is None:
            return recording.node
    call_id = by_kind.get(IdKind.CALL)
    if call_id is None and (queue_id := by_kind.get(IdKind.QUEUE)):
        call_id = next((wait.call_id for wait in order(await stores.queues.open_waits([queue_id]))), None)
    if call_id:
        call = await stores.calls.get(call_id)
        if call is not None and not call.ended:
            return call.node
    return None
