"""<Application> of <Dial>: the caller is answered by an application of the account."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from engine.errors import DocumentError, FlowFailed, WebhookError
from engine.flow.attribute_types import Flag, Pattern
from engine.flow.execution_context import ExecutionContext
from engine.flow.plans import DialOutcome
from engine.flow.shape import attribute, content, nested
from engine.flow.verbs.nouns import Parameter
from engine.flow_faults import FlowFault
from engine.model.call import Status

_ID: Final = Pattern("an application's identifier: AP and 32 hex digits", r"AP[0-9a-f]{32}")
_NAME: Final = Pattern("text of at most 256 characters", r"[^\x00-\x1f\x7f]{0,256}")
_OF_ITS_OWN: Final = "the application runs on the caller's own call, which tells its changes itself."
MOST_NESTED: Final = 10


@dataclass(frozen=True, slots=True)
class ApplicationSid:
    """The application's identifier, where parameters stand beside it."""

    application: str = content(_ID, default="", help="The application's identifier")
    sid: str = attribute(_ID, default="", help="The same, in place of the text")


@dataclass(frozen=True, slots=True)
class Application:
    """An application of the account: its document runs on the caller's own call, and the flow goes on at its end.

    <Hangup> and <Reject> in it end the application alone.
    """

    application: str = content(_ID, default="", help="The application's identifier")
    application_sid: str = attribute(_ID, default="", help="The same, in place of the text")
    customer_id: str = attribute(
        _NAME, default="", help="Told the application as customerId; the account's if left out"
    )
    copy_parent_to: bool = attribute(
        Flag(), default=False, help="Whether it is told the call's To, in place of its own identifier"
    )
    ids: tuple[ApplicationSid, ...] = nested(ApplicationSid, help="Its identifier, where parameters stand beside it")
    parameters: tuple[Parameter, ...] = nested(Parameter, help="What to tell the application, by their names")

    IGNORED: ClassVar = {
        "url": "the application's own URL is requested.",
        "method": "the application's own method is used.",
        "statusCallback": _OF_ITS_OWN,
        "statusCallbackMethod": _OF_ITS_OWN,
        "statusCallbackEvent": _OF_ITS_OWN,
    }

    DIFFERS: ClassVar = {
        "": "it runs on the caller's own call: there is no second one to be looked up, recorded or told of."
    }

    def __post_init__(self) -> None:
        named = [self.application, self.application_sid, *(each.application or each.sid for each in self.ids)]
        given = [each for each in named if each]
        if len(given) != 1:
            raise ValueError("write one application's identifier.")
        object.__setattr__(self, "application", given[0])
        object.__setattr__(self, "application_sid", "")
        object.__setattr__(self, "ids", ())

    async def run(self, context: ExecutionContext, limit_s: int | None) -> DialOutcome:
        """Perform its document, or the other where that can't be had, for so long. Raises LegGone, FlowFailed."""
        if context.applications >= MOST_NESTED:
            raise FlowFailed(f"Applications dial each other more than {MOST_NESTED} deep.", FlowFault.REDIRECTS)
        began = context.pace.now()
        for start in await context.stage.application(self.application):
            limit = asyncio.timeout(limit_s)
            try:
                async with limit:
                    await context.within_application(start, self._told(context))
            except TimeoutError:
                if not limit.expired():
                    raise
            except (WebhookError, DocumentError) as error:
                await context.stage.note("dial_failed", reason=str(error))
                continue
            return DialOutcome(Status.COMPLETED, None, round(context.pace.now() - began), bridged=True)
        return DialOutcome(Status.FAILED, None, 0)

    def _told(self, context: ExecutionContext) -> Mapping[str, str]:
        call = context.stage.call
        own = {"To": call.to if self.copy_parent_to else self.application}
        own |= {"customerId": self.customer_id or call.account_id}
        return {each.name: each.value for each in self.parameters} | own
