"""Whom <Dial> calls: <Number>, <Sip>, <Conference>."""

from dataclasses import dataclass
from typing import ClassVar, Final

from engine.flow.kinds import NAME, PHONE_NUMBER, SIP_URI, Choice, Flag, RecordMode, Whole
from engine.flow.shape import attribute, content
from engine.flow.stage import Beep

_PROGRESS: Final = ("statusCallback", "statusCallbackMethod", "statusCallbackEvent")
_DETECTION: Final = (
    "machineDetection",
    "machineDetectionTimeout",
    "machineDetectionSpeechThreshold",
    "machineDetectionSpeechEndThreshold",
    "machineDetectionSilenceTimeout",
    "amdStatusCallback",
    "amdStatusCallbackMethod",
)
_ABOUT_RECORDING: Final = (
    "recordingStatusCallback",
    "recordingStatusCallbackMethod",
    "recordingStatusCallbackEvent",
)


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number, in E.164."""

    number: str = content(PHONE_NUMBER, help="The number, in E.164")

    IGNORED: ClassVar = (*_PROGRESS, "byoc")
    LATER: ClassVar = ("sendDigits", "url", "method", *_DETECTION)

    @property
    def address(self) -> str:
        return "+" + "".join(each for each in self.number if each.isdigit())


@dataclass(frozen=True, slots=True)
class Sip:
    """A SIP address."""

    sip: str = content(SIP_URI, help="The SIP URI")

    IGNORED: ClassVar = _PROGRESS
    LATER: ClassVar = ("username", "password", "url", "method", *_DETECTION)

    @property
    def address(self) -> str:
        return self.sip


@dataclass(frozen=True, slots=True)
class Conference:
    """A room of the account, made when the first one enters."""

    conference: str = content(NAME, help="The room's name")
    muted: bool = attribute(Flag(), default=False, help="Whether this party listens only")
    start_conference_on_enter: bool = attribute(
        Flag(), default=True, help="Whether the room comes alive with this party; music is heard before"
    )
    end_conference_on_exit: bool = attribute(Flag(), default=False, help="Whether all must leave with this party")
    beep: Beep = attribute(Choice(Beep), default=Beep.BOTH, help="When a tone is heard")
    max_participants: int = attribute(Whole(1, 250), default=100, help="How many the room takes")
    record: bool = attribute(RecordMode(), default=False, help="Whether the room is recorded")

    IGNORED: ClassVar = (
        *_PROGRESS, "eventCallbackUrl", "jitterBufferSize", "participantLabel", "recordingChannels",
        "recordingConfigurationId", "region", "trim", "waitMethod", "waitUrl",
    )  # fmt: skip
    LATER: ClassVar = ("coach", *_ABOUT_RECORDING)
