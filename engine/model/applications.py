"""Applications of accounts: what answers a call, under a name of its own, for numbers and calls that name it."""

from dataclasses import dataclass, replace
from datetime import datetime

from engine.model.numbers import Number


@dataclass(frozen=True, slots=True)
class Application:
    """An application: calls are run by `url`, or by `fallback_url` when that fails; `status_callback` is told of them.

    The methods are those of the first requests, GET or POST. `status_callback_events` are those of calls (initiated,
    ringing, answered, completed); with none it is told of all.
    """

    id: str
    account_id: str
    friendly_name: str
    created_at: datetime
    updated_at: datetime
    url: str | None = None
    method: str = "POST"
    fallback_url: str | None = None
    fallback_method: str = "POST"
    status_callback: str | None = None
    status_callback_method: str = "POST"
    status_callback_events: tuple[str, ...] = ()

    def answering(self, number: Number) -> Number:
        """A number as this application answers it: its own URLs count for nothing, and nobody else is told."""
        told = replace(
            number.options,
            status_callback=self.status_callback,
            status_callback_method=self.status_callback_method,
            status_callback_events=self.status_callback_events,
        )
        return replace(
            number,
            url=self.url,
            method=self.method,
            fallback_url=self.fallback_url,
            fallback_method=self.fallback_method,
            options=told,
        )
