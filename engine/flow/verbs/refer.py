"""<Refer>: hand the caller over to another address, and be out of the call."""

from dataclasses import dataclass
from typing import ClassVar

from engine.errors import SipError
from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import Continue, GoTo, HttpMethod, Next
from engine.flow.patterns import SIP_URI
from engine.flow.plans import ReferPlan
from engine.flow.shape import content, nested
from engine.flow.verbs import telling


@dataclass(frozen=True, slots=True)
class ReferSip:
    """Where the caller is sent, such as sip:desk@pbx.example."""

    ELEMENT: ClassVar = "Sip"

    sip: str = content(SIP_URI, help="The SIP URI")


@dataclass(frozen=True, slots=True)
class Refer:
    """Ask the far end by REFER to call another SIP address itself (RFC 3515); the result goes to `action`.

    Without one, the flow goes on with the next verb. A far end that has done so hangs up by itself.
    """

    action: str | None = telling.action("Where the result goes; the next verb follows if left out")
    method: HttpMethod = telling.method("action")
    to: tuple[ReferSip, ...] = nested(ReferSip, shorthand=ReferSip, help="Where the caller is sent", least=1)

    WHILE_WAITING: ClassVar = False

    def __post_init__(self) -> None:
        if len(self.to) != 1:
            raise ValueError("write one Sip: where the caller is sent.")

    async def run(self, context: ExecutionContext) -> Next:
        await context.stage.answer()
        try:
            outcome = await context.stage.refer(ReferPlan(self.to[0].sip))
        except SipError as error:
            await context.stage.note("not_referred", reason=str(error))
            params = {"ReferCallStatus": "failed"}
        else:
            params = {
                "ReferCallStatus": "in-progress" if outcome.accepted // 100 == 2 else "failed",
                "ReferSipResponseCode": str(outcome.accepted),
            }
            if outcome.notified is not None:
                params["NotifySipResponseCode"] = str(outcome.notified)
        return Continue() if self.action is None else GoTo(self.action, self.method, params)
