"""The verbs, one file each. To add one, write its file and name it here; docs/contributing.md shows how."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.flow.document import Verb
from engine.flow.verbs.connect import Connect
from engine.flow.verbs.dial import Dial
from engine.flow.verbs.echo import Echo
from engine.flow.verbs.enqueue import Enqueue
from engine.flow.verbs.gather import Gather
from engine.flow.verbs.hangup import Hangup
from engine.flow.verbs.leave import Leave
from engine.flow.verbs.pause import Pause
from engine.flow.verbs.play import Play
from engine.flow.verbs.record import Record
from engine.flow.verbs.redirect import Redirect
from engine.flow.verbs.refer import Refer
from engine.flow.verbs.reject import Reject
from engine.flow.verbs.say import Say
from engine.flow.verbs.start import Start
from engine.flow.verbs.stop import Stop

VERBS: Final[Mapping[str, type[Verb]]] = MappingProxyType(
    {
        cls.__name__: cls
        for cls in (
            Say,
            Play,
            Pause,
            Gather,
            Record,
            Dial,
            Enqueue,
            Leave,
            Start,
            Stop,
            Connect,
            Refer,
            Echo,
            Redirect,
            Hangup,
            Reject,
        )
    }
)
