"""What is put between a dialog and who is told of it: what its trunk hides, adds or counts of its events."""

from collections.abc import Callable
from dataclasses import replace

from engine.model.storable import storable
from engine.ports import Alerted, EndedBy, HungUp, LegEvent
from sip.dialog import Deliver
from sip.tls_faults import tls_fault


def telling_tls_faults(deliver: Deliver, host: str) -> Deliver:
    """Deliver the end of a call that no connection came about for with what stood in its way."""

    def delivering(event: LegEvent) -> None:
        if isinstance(event, HungUp) and event.by is EndedBy.NOBODY and not event.unheard:
            event = replace(event, sip_reason=storable(tls_fault(host, event.sip_reason)))
        deliver(event)

    return delivering


def hiding_early_media(deliver: Deliver) -> Deliver:
    """Deliver early media as mere ringing."""

    def delivering(event: LegEvent) -> None:
        deliver(replace(event, early_media=False) if isinstance(event, Alerted) else event)

    return delivering


def noting_the_end(deliver: Deliver, ended: Callable[[], None]) -> Deliver:
    """Deliver everything, and say before the end that it has come."""

    def delivering(event: LegEvent) -> None:
        if isinstance(event, HungUp):
            ended()
        deliver(event)

    return delivering
