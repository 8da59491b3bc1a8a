"""How the call flows of one call are read: as it, its number or its account have chosen."""

import structlog

from engine.errors import StoreError
from engine.flow.manner import ReadingManner
from engine.live.services import CallServices
from engine.model.call import Call
from engine.model.numbers import country_around

log = structlog.get_logger(__name__)


class FlowManner:
    """Looks it up at the latest when a call's first document is read, and keeps it for the call's life."""

    def __init__(self, services: CallServices, call: Call) -> None:
        self._services = services
        self._call = call
        self._found: ReadingManner | None = None

    async def __call__(self) -> ReadingManner:
        if self._found is None:
            self._found = await manner_of(self._services, self._call)
        return self._found


async def manner_of(services: CallServices, call: Call) -> ReadingManner:
    """Never fails: where the database does, what the call and its number have chosen holds."""
    options = call.options
    if options.flow_reading is None:
        try:
            options = await services.stores.accounts.in_force(call.account_id, options)
        except StoreError as error:
            log.warning("flow_reading_unknown", error=str(error))
    return ReadingManner(options.flow_reading, country_around(call.own_number) or services.country)
