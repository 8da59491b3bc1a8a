"""For schemathesis: two of three generated calls get numbers that are dialled, which chance would hardly find.

At /2010-04-01 chance would not find the account of a path either, nor anything that the account has, nor a call of
which nothing is refused. And no request takes away the keys that requests are made with: what it finds in an
answer, it uses.
"""

import json
import os
from typing import Any, Final

import schemathesis

NOBODYS_KEY: Final = "SK" + "0" * 32
_CALLEE: Final = "+3225550199"
_CALL: Final = ("/Calls.json", "/Participants.json")
"""Ends of paths at which somebody is called; what must be given there is not said to be so by the document."""
_PLACES: Final = {"ConferenceSid": "Conferences", "QueueSid": "Queues"}
"""The noun that a path's parameter is an id of; of Sid it is what stands before."""


@schemathesis.hook
def map_body(context: schemathesis.HookContext, body: Any) -> Any:
    if not isinstance(body, dict) or not _two_of_three(body):
        return body
    own = os.environ["TELEFOON_TEST_NUMBER"]
    if {"from", "to"} <= body.keys():
        return {**body, "from": own, "to": _CALLEE}
    if context.operation is not None and context.operation.path.endswith(_CALL):
        return {"From": own, "To": _CALLEE, "Twiml": "<Response><Hangup/></Response>"}
    return body


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case[Any], kwargs: dict[str, Any]) -> None:
    named = case.path_parameters or {}
    if named.get("key_id") in os.environ["TELEFOON_TEST_KEYS"].split():
        case.path_parameters["key_id"] = NOBODYS_KEY
    if "AccountSid" in named and _two_of_three(named):
        case.path_parameters["AccountSid"] = os.environ["TELEFOON_TEST_ACCOUNT"]
        if case.method != "DELETE":
            _name_what_there_is(case.path, case.path_parameters)


def _name_what_there_is(path: str, named: dict[str, Any]) -> None:
    ids = json.loads(os.environ["TELEFOON_TEST_IDS"])
    places = {**_PLACES, "Sid": path.partition("/{Sid}")[0].rpartition("/")[2]}
    for name in named.keys() & places.keys():
        named[name] = ids.get(places[name], named[name])


def _two_of_three(value: object) -> bool:
    return bool(len(str(value)) % 3)
