"""What our user agent does with each scenario for SIPp of the library's source, and what the scenario gets."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Does(Enum):
    """What a user agent does with a scenario, in the place of the library's sample program."""

    ANSWERS = "is called, and answers"
    ANSWERS_AND_HOLDS = "is called, answers, and holds the call"
    ANSWERS_AND_HANGS_UP = "is called, answers, and hangs up"
    CALLS = "calls"
    CALLS_AND_HOLDS = "calls, and holds the call"
    CALLS_AND_HOLDS_TOO = "calls, and holds the call once it is held"
    CALLS_AND_HANGS_UP = "calls, and hangs up"
    REGISTERS = "registers"

    @property
    def waits(self) -> bool:
        """Whether the scenario waits for what the user agent asks."""
        return self.calls or self is Does.REGISTERS

    @property
    def calls(self) -> bool:
        """Whether it calls the scenario."""
        return self in (Does.CALLS, Does.CALLS_AND_HOLDS, Does.CALLS_AND_HOLDS_TOO, Does.CALLS_AND_HANGS_UP)

    @property
    def holds(self) -> bool:
        """Whether it holds the call once that is answered."""
        return self in (Does.ANSWERS_AND_HOLDS, Does.CALLS_AND_HOLDS, Does.CALLS_AND_HOLDS_TOO)

    @property
    def hangs_up(self) -> bool:
        """Whether it hangs up while it rings, or once it is answered."""
        return self in (Does.ANSWERS_AND_HANGS_UP, Does.CALLS_AND_HANGS_UP)


class Setting(Enum):
    """How the user agent is set."""

    PLAIN = "as it is"
    PCMU_ALONE = "with PCMU alone"
    SDES = "with SRTP by SDES"
    DTLS = "with SRTP by DTLS"
    SUBSCRIBER = "as a subscriber"
    TRUNK = "with the scenario as its only trunk"


@dataclass(frozen=True, slots=True)
class LibraryScenario:
    """`gets` is empty where all is as it wants, else the first that is not; `why` says why that is right."""

    does: Does
    setting: Setting = Setting.PLAIN
    gets: str = ""
    why: str = ""


_NOT_SERVED: Final = "The method is not served here"
_NOTHING_SOUNDS: Final = "Nothing sounds before our answer, so that no 183 begins a session"
_NO_CODEC: Final = "488 says that no codec is in common, and the call goes on as it was"
_ONE_WAY: Final = "A trunk has one way to agree on keys"
_SEVERAL: Final = "We take any codec of an answer, and need no UPDATE to settle on one"
OTHERS: Final = {
    "strict-route": LibraryScenario(Does.CALLS_AND_HANGS_UP),
    "uac-inv-two-media-but-one-disabled-no-rtpmap": LibraryScenario(Does.ANSWERS_AND_HOLDS),
    "uac-inv-without-sdp": LibraryScenario(Does.ANSWERS_AND_HANGS_UP),
    "uac-message-no-body": LibraryScenario(Does.ANSWERS, Setting.PLAIN, "405, not 200", _NOT_SERVED),
    "uac-prack-sdp-decline": LibraryScenario(Does.ANSWERS, Setting.PLAIN, "200, not 183", _NOTHING_SOUNDS),
    "uac-prack-sdp-offer": LibraryScenario(Does.ANSWERS, Setting.PLAIN, "200, not 183", _NOTHING_SOUNDS),
    "uac-srtp-dtls": LibraryScenario(Does.ANSWERS, Setting.DTLS),
    "uac-srtp-dtls-lower-prio": LibraryScenario(Does.ANSWERS, Setting.DTLS),
    "uac-srtp-dtls-reinv-sdes": LibraryScenario(Does.ANSWERS, Setting.DTLS, "488, not 200", _ONE_WAY),
    "uac-srtp-sdes": LibraryScenario(Does.ANSWERS, Setting.SDES),
    "uac-srtp-sdes-reinv-dtls": LibraryScenario(Does.ANSWERS, Setting.SDES, "488, not 200", _ONE_WAY),
    "uac-subscribe": LibraryScenario(Does.ANSWERS, Setting.PLAIN, "405, not 200", _NOT_SERVED),
    "uac-ticket-1148": LibraryScenario(Does.ANSWERS_AND_HOLDS),
    "uac-ticket-1864-scenario2": LibraryScenario(Does.ANSWERS, Setting.PCMU_ALONE, "488, not 500", _NO_CODEC),
    "uac-ticket-1866-reinv-after-failed-nego": LibraryScenario(
        Does.ANSWERS, Setting.PCMU_ALONE, "488, not 500", _NO_CODEC
    ),
    "uac-upd-sdp-decline": LibraryScenario(Does.ANSWERS, Setting.PLAIN, "200, not 183", _NOTHING_SOUNDS),
    "uac-upd-sdp-offer": LibraryScenario(Does.ANSWERS, Setting.PLAIN, "200, not 183", _NOTHING_SOUNDS),
    "uas-answer-180-multiple-fmts-support-update": LibraryScenario(Does.CALLS, Setting.PLAIN, "nothing more", _SEVERAL),
    "uas-answer-200-reinvite-without-sdp": LibraryScenario(Does.CALLS_AND_HOLDS, Setting.TRUNK),
    "uas-auth": LibraryScenario(Does.REGISTERS, Setting.SUBSCRIBER),
    "uas-auth-two-algo": LibraryScenario(Does.REGISTERS, Setting.SUBSCRIBER),
    "uas-cancel-no-final": LibraryScenario(Does.CALLS_AND_HANGS_UP),
    "uas-reinv-with-less-media": LibraryScenario(Does.CALLS_AND_HOLDS_TOO, Setting.TRUNK),
}
"""Those that want more than to be answered, or called, or get something else."""

_KEYBOARD: Final = "It drives copies of the sample program that call each other"
_SAMPLE: Final = "It is of an option of the sample program"
_UPDATE: Final = "It wants an UPDATE at the user's word; what we change of a session is changed by re-INVITE"
_PRESENCE: Final = "It subscribes to presence or a mailbox, which we don't"
_REFRESH: Final = "It waits for a session's refresh, 45 s; tests/sip/test_session_timers.py has that"
_MOVES: Final = "It wants Contact to become the address that the registrar sees; ours is as the node is set"
NOT_RUN: Final = {
    "alt-pjsua-uac-custom-sdp": _SAMPLE,
    "alt-pjsua-uas-custom-sdp": _SAMPLE,
    "transfer-attended": _KEYBOARD,
    "transfer-unattended": _KEYBOARD,
    "uac-early-recv-update-481": _UPDATE,
    "uac-norefersub-disabled": _SAMPLE,
    "uas-answer-200-update-without-sdp": _UPDATE,
    "uas-answer-200-without-to-tag": _UPDATE,
    "uas-mwi": _PRESENCE,
    "uas-mwi-0": _PRESENCE,
    "uas-norefersub-disabled": _SAMPLE,
    "uas-register-ip-change": _MOVES,
    "uas-register-ip-change-port-only": _MOVES,
    "uas-reinv-after-failed-nego": _REFRESH,
    "uas-reinv-glare": _UPDATE,
    "uas-subscribe-late-notify": _PRESENCE,
    "uas-subscribe-multipart-notify": _PRESENCE,
    "uas-subscribe-notify-terminate": _PRESENCE,
    "uas-subscribe-refresh-481": _PRESENCE,
    "uas-subscribe-terminated-retry": _PRESENCE,
    "uas-timer-reinvite": _REFRESH,
    "uas-timer-update": _REFRESH,
}


def those_run(names: Iterable[str], setting: Setting) -> dict[str, LibraryScenario]:
    """The scenarios that are run with this setting, of all names."""
    every = {each: OTHERS.get(each, _by_its_name(each)) for each in names if each not in NOT_RUN}
    return {name: each for name, each in every.items() if each.setting is setting}


def _by_its_name(name: str) -> LibraryScenario:
    return LibraryScenario(Does.CALLS if name.startswith("uas-") else Does.ANSWERS)
