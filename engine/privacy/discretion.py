"""What of a call's content is written down: nothing that nobody said is needed (GDPR Art. 5(1)(c))."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from engine.privacy.masking import masked, without_query_values
from engine.web.exchange import Exchange
from engine.web.request import MASK

HIDDEN: Final = "•"

_DIGITS: Final = frozenset({"Digits", "FinishedOnKey"})
_SPOKEN: Final = frozenset({"SpeechResult", "UnstableSpeechResult"})
_TECHNICAL: Final = frozenset({
    "AccountSid", "ApiVersion", "AvgQueueTime", "CallDuration", "CallSid", "CallSidEndingConference",
    "CallSidToCoach", "CallStatus", "CallbackSource", "Coaching", "ConferenceSid", "ConferenceStatus", "Confidence",
    "CurrentQueueSize", "DequeingCallSid", "DialBridged", "DialCallDuration", "DialCallSid", "DialCallStatus",
    "DialSipResponseCode", "Direction", "EndConferenceOnExit", "Hold", "Language", "MaxQueueSize", "Muted",
    "NotifySipResponseCode", "ParentCallSid", "QueuePosition", "QueueResult", "QueueSid", "QueueTime",
    "ReasonConferenceEnded", "RecordingChannels", "RecordingDuration", "RecordingSid", "RecordingSource",
    "RecordingStartTime", "RecordingStatus", "ReferCallStatus", "ReferSipResponseCode", "SequenceNumber",
    "SipResponseCode", "StartConferenceOnEnter", "StatusCallbackEvent", "Timestamp", "bodySHA256",
})  # fmt: skip
"""Parameters that tell of the machine, not of the person."""
_SECRET: Final = re.compile(
    r"""((?:\b|_)(?:moderator_?pin|pin|password|passcode)["']?\s*[=:]\s*)("[^"]*"?|'[^']*'?|[^\s,}&"']+)""",
    re.IGNORECASE,
)
"""As XML attributes and as JSON write it; the end may be cut off."""
_CREDENTIALS: Final = re.compile(r"(?<=://)[^/@\s\"'<>]+@")


@dataclass(frozen=True, slots=True)
class Discretion:
    """`keep_digits`: keys that callers press; `keep_spoken_text`: what they and we say; `keep_webhook_bodies`:
    what servers are sent and answer."""

    keep_digits: bool = True
    keep_spoken_text: bool = True
    keep_webhook_bodies: bool = True

    def facts(self, kind: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Of an event on a call; a number is never told in full, the call itself knows it."""
        told = {name: _everywhere(self._told, value) for name, value in facts.items() if name != "text"}
        if kind == "digit" and not self.keep_digits:
            told["digit"] = HIDDEN
        text = facts.get("text")
        if text is None:
            return told
        if self.keep_spoken_text:
            return {"text": text, **told}
        hidden = {
            name: value.replace(text, HIDDEN) if isinstance(value, str) else value for name, value in told.items()
        }
        return {"text": HIDDEN, **(hidden if text else told)}

    def exchange(self, exchange: Exchange) -> Exchange:
        """Of the ledger. PINs and passwords in an answer are never kept."""
        form = {name: value if self._keeps(name) else MASK for name, value in exchange.form.items()}
        answer = _without_secrets(exchange.answer) if self.keep_webhook_bodies else ""
        error = None if exchange.error is None else self._told(exchange.error)
        url = self._url(exchange.url)
        if not self.keep_webhook_bodies:
            url = masked(url)
        return replace(exchange, url=url, form=form, answer=answer, error=error)

    def _told(self, text: str) -> str:
        return masked(self._url(text))

    def _url(self, text: str) -> str:
        """Of a text that may have URLs in it."""
        return without_query_values(_CREDENTIALS.sub("", text), keeps=self._keeps)

    def _keeps(self, name: str) -> bool:
        if name in _DIGITS:
            return self.keep_digits and self.keep_webhook_bodies
        if name in _SPOKEN:
            return self.keep_spoken_text and self.keep_webhook_bodies
        return self.keep_webhook_bodies or name in _TECHNICAL


def _everywhere(change: Callable[[str], str], value: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _everywhere(change, each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_everywhere(change, each) for each in value]
    return value


def _without_secrets(answer: str) -> str:
    return _CREDENTIALS.sub(f"{MASK}@", _SECRET.sub(_hide_secret, answer))


def _hide_secret(found: re.Match[str]) -> str:
    quote = found[2][0] if found[2][0] in "\"'" else ""
    return f"{found[1]}{quote}{MASK}{quote}"
