"""Leaves out what of a call's content is not to be written down: all that no setting asks for (GDPR Art. 5(1)(c))."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from engine.model.webhook_exchange import WebhookExchange
from engine.privacy.masking import HIDDEN_VALUE, everywhere, masked, without_query_values
from engine.webhooks.payloads.events import EVENTS
from engine.webhooks.payloads.parameters import PARAMETERS, Privacy

HIDDEN: Final = "•"

_PRIVACY: Final = MappingProxyType({parameter.name: parameter.privacy for parameter in PARAMETERS})
_EVENT_PRIVACY: Final = MappingProxyType(
    {kind.name: {fact.name: fact.privacy for fact in kind.facts} for kind in EVENTS}
)
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
        """What is kept of an event on a call; a number is never told in full, the call itself knows it."""
        of_kind = _EVENT_PRIVACY.get(kind, {})
        if all(of_kind.get(name) is Privacy.TECHNICAL for name in facts):
            return dict(facts)
        hidden = {name for name in facts if not self._keeps_content(_of_event(kind, name))}
        spoken = [facts[name] for name in hidden if _of_event(kind, name) is Privacy.SPEECH and facts[name]]
        return {
            name: HIDDEN if name in hidden else self._fact(_of_event(kind, name), value, spoken)
            for name, value in facts.items()
        }

    def _fact(self, privacy: Privacy, value: Any, spoken: Sequence[str]) -> Any:
        """A fact's value as it is kept; a sentence of ours may quote what is `spoken` and hidden."""
        if privacy not in (Privacy.REASON, Privacy.PERSONAL):
            return value
        return everywhere(lambda text: _without(spoken, self._told(text)), value)

    def _keeps_content(self, privacy: Privacy) -> bool:
        """Whether keys or speech are kept; what is neither is no content of the call."""
        match privacy:
            case Privacy.KEYS:
                return self.keep_digits
            case Privacy.SPEECH:
                return self.keep_spoken_text
            case _:
                return True

    def exchange(self, exchange: WebhookExchange) -> WebhookExchange:
        """What the ledger keeps of an exchange. PINs and passwords in an answer are never kept."""
        form = {name: self._value(name, value) for name, value in exchange.form.items()}
        answer = _without_secrets(exchange.answer) if self.keep_webhook_bodies else ""
        error, warnings = (None if each is None else self._told(each) for each in (exchange.error, exchange.warnings))
        url = self._url(exchange.url)
        if not self.keep_webhook_bodies:
            url = masked(url)
        return replace(exchange, url=url, form=form, answer=answer, error=error, warnings=warnings)

    def _told(self, text: str) -> str:
        return masked(self._url(text))

    def _url(self, text: str) -> str:
        """Mask the URLs in a text."""
        return without_query_values(_CREDENTIALS.sub("", text), keeps=self._keeps)

    def _value(self, name: str, value: str) -> str:
        """Mask the value of a form's parameter."""
        if self._keeps(name):
            return value
        return self._told(value) if _PRIVACY.get(name) is Privacy.REASON else HIDDEN_VALUE

    def _keeps(self, name: str) -> bool:
        """Whether a parameter's value is kept as it is; one that is not ours may tell of a person."""
        privacy = _PRIVACY.get(name, Privacy.PERSONAL)
        return privacy is Privacy.TECHNICAL or (self.keep_webhook_bodies and self._keeps_content(privacy))


def _of_event(kind: str, fact: str) -> Privacy:
    return _EVENT_PRIVACY.get(kind, {}).get(fact, Privacy.PERSONAL)


def _without(spoken: Sequence[str], text: str) -> str:
    for each in spoken:
        text = text.replace(each, HIDDEN)
    return text


def _without_secrets(answer: str) -> str:
    return _CREDENTIALS.sub(f"{HIDDEN_VALUE}@", _SECRET.sub(_hide_secret, answer))


def _hide_secret(found: re.Match[str]) -> str:
    quote = found[2][0] if found[2][0] in "\"'" else ""
    return f"{found[1]}{quote}{HIDDEN_VALUE}{quote}"
