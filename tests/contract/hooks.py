"""For schemathesis: two of three generated calls get numbers that are dialled, which chance would hardly find."""

import os
from typing import Any

import schemathesis


@schemathesis.hook
def map_body(context: schemathesis.HookContext, body: Any) -> Any:
    if isinstance(body, dict) and {"from", "to"} <= body.keys() and len(str(body)) % 3:
        return {**body, "from": os.environ["TELEFOON_TEST_NUMBER"], "to": "+3225550199"}
    return body
