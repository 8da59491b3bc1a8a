"""What of a call's content is written down: nothing that nobody said is needed (GDPR Art. 5(1)(c))."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from engine.privacy.masking import masked, without_query_values
from engine.told.parameters import PARAMETERS, Privacy
from engine.web.exchange import Exchange
from engine.web.request import MASK

HIDDEN: Final = "•"

_PRIVACY: Final = MappingProxyType({parameter.name: parameter.privacy for parameter in PARAMETERS})
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
        form = {name: self._value(name, value) for name, value in exchange.form.items()}
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

    def _value(self, name: str, value: str) -> str:
        """Of a form's parameter."""
        if self._keeps(name):
            return value
        return self._told(value) if _PRIVACY.get(name) is Privacy.REASON else MASK

    def _keeps(self, name: str) -> bool:
        """Whether a parameter's value is kept as it is; one that is not ours may tell of a person."""
        match _PRIVACY.get(name, Privacy.PERSONAL):
            case Privacy.TECHNICAL:
                return True
            case Privacy.KEYS:
                return self.keep_digits and self.keep_webhook_bodies
            case Privacy.SPEECH:
                return self.keep_spoken_text and self.keep_webhook_bodies
            case Privacy.REASON | Privacy.PERSONAL:
                return self.keep_webhook_bodies


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
