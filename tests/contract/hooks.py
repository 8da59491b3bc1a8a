"""For schemathesis: two of three generated calls get numbers that are dialled, which chance would hardly find.

And no request takes away the keys that requests are made with: what it finds in an answer, it uses.
"""

import os
from typing import Any, Final

import schemathesis

NOBODYS_KEY: Final = "SK" + "0" * 32


@schemathesis.hook
def map_body(context: schemathesis.HookContext, body: Any) -> Any:
    if isinstance(body, dict) and {"from", "to"} <= body.keys() and len(str(body)) % 3:
        return {**body, "from": os.environ["TELEFOON_TEST_NUMBER"], "to": "+3225550199"}
    return body


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case[Any], kwargs: dict[str, Any]) -> None:
    named = case.path_parameters or {}
    if named.get("key_id") in os.environ["TELEFOON_TEST_KEYS"].split():
        case.path_parameters["key_id"] = NOBODYS_KEY
