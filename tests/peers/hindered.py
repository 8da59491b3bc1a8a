"""Admission control of a node that has too much of something, for each thing that there may be too much of."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from engine.live.admission.control import AdmissionControl
from engine.live.admission.decision import HindranceKind
from engine.live.admission.limits import Limit
from engine.metrics.meters import Meters
from engine.ports import CallRoom, Queued


class StandingClock:
    """No time passes."""

    def monotonic(self) -> float:
        return 1000.0


def _control(**more: Any) -> AdmissionControl:
    clock: Any = StandingClock()
    return AdmissionControl(clock, Meters(), **more)


def _beyond(limit: Limit) -> AdmissionControl:
    admission = _control(most={limit: 1.0})
    admission.count_calls_by(lambda: 2)
    admission.measured(dict.fromkeys(Limit, 2.0))
    for _ in range(2):
        admission.begin().done()
    return admission


def _stopping() -> AdmissionControl:
    admission = _control()
    admission.stop(30)
    return admission


HINDERED: Final[Mapping[str, Callable[[], AdmissionControl]]] = {
    **{limit.title: partial(_beyond, limit) for limit in Limit},
    HindranceKind.STOPPING.value: _stopping,
    HindranceKind.DISK.value: lambda: _control(disk=lambda: "The disk that holds /var is full."),
    HindranceKind.WORK.value: lambda: _control(commands=lambda: Queued(1000, 60.0)),
    "room": lambda: _control(room=lambda: CallRoom(0, 4, "pairs of RTP ports")),
}
"""Each kind of hindrance, those of limits by the limit's title."""
