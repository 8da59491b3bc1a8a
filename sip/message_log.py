"""SIP messages in the log, at level debug: what was sent and received, without secrets."""

import re
from typing import Final

import pjsua2 as pj
import structlog

from engine.model.storable import storable

LEVEL: Final = 4
"""Of the library's own log: the one at which it writes messages."""

_MESSAGE: Final = re.compile(r"\b(?P<way>TX|RX) \d+ bytes .*?\b(?:to|from) (?P<peer>.+?):\r?\n(?P<text>.*)", re.DOTALL)
_END: Final = "--end msg--"
_SECRETS: Final = re.compile(
    r"^((?:proxy-)?authorization|www-authenticate|proxy-authenticate)\s*:.*$|^(a=crypto:\d+ \S+ ).*$",
    re.IGNORECASE | re.MULTILINE,
)

log = structlog.get_logger(__name__)


class MessageLog(pj.LogWriter):
    """Takes what the library would write. Called on the SIP thread alone; it must not throw."""

    def write(self, entry: pj.LogEntry) -> None:
        found = _MESSAGE.search(storable(str(entry.msg)))
        if found is not None:
            event = "sip_sent" if found["way"] == "TX" else "sip_received"
            log.debug(event, peer=found["peer"], message=without_secrets(found["text"]))


def without_secrets(text: str) -> str:
    """A message with its answers to challenges and its keys of encrypted media hidden."""
    return _SECRETS.sub(lambda found: f"{found[1]}: (hidden)" if found[1] else f"{found[2]}(hidden)", _whole(text))


def _whole(text: str) -> str:
    return text.partition(_END)[0].replace("\r\n", "\n").rstrip("\n")
