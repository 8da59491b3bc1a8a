"""Which operations of /2010-04-01 read personal data: each stands for one of /v1/voice, and is noted as that is."""

from collections.abc import Mapping
from typing import Final

READ_AS: Final[Mapping[str, str]] = {
    "ListCall": "listCalls",
    "FetchCall": "getCall",
    "ListCallEvent": "listCallEvents",
    "ListConference": "listConferences",
    "FetchConference": "getConference",
    "ListParticipant": "listParticipants",
    "FetchParticipant": "listParticipants",
    "ListQueue": "listQueues",
    "FetchQueue": "getQueue",
    "ListMember": "getQueue",
    "FetchMember": "getQueue",
    "ListRecording": "listRecordings",
    "ListCallRecording": "listRecordings",
    "ListConferenceRecording": "listRecordings",
}
"""By operationId; `api/http/reads.py` says of the other what is noted."""
NOTED_EACH_TIME: Final[frozenset[str]] = frozenset(
    {
        "FetchRecording",
        "FetchRecordingWav",
        "FetchRecordingMp3",
        "FetchRecordingAudio",
        "FetchCallRecording",
        "FetchConferenceRecording",
    }
)
"""Their resources note these themselves."""
OF_NOBODY: Final = frozenset({
    "FetchAccount", "FetchApplication", "FetchBalance", "FetchCallNotification", "FetchIncomingPhoneNumber",
    "FetchNotification", "FetchOutgoingCallerId", "ListAccount", "ListApplication", "ListCallNotification",
    "ListIncomingPhoneNumber", "ListNotification", "ListOutgoingCallerId", "ListUsageRecord", "ListUsageRecordAllTime",
    "ListUsageRecordDaily", "ListUsageRecordLastMonth", "ListUsageRecordMonthly", "ListUsageRecordThisMonth",
    "ListUsageRecordToday", "ListUsageRecordYearly", "ListUsageRecordYesterday",
})  # fmt: skip
"""They tell of no caller and nobody who was called."""
