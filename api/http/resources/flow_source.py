"""Reads where a call's flow comes from out of a request's body: `flow` itself, or `url` and `method`."""

from collections.abc import Mapping
from typing import Any

from api.http.faults import Faults
from engine.flow.interpreter import Start
from engine.flow.next_step import GoTo, HttpMethod
from engine.flow.written import WrittenFlow

Body = Mapping[str, Any]


def flow_of(body: Body, faults: Faults) -> WrittenFlow | None:
    """The flow of `flow`; None without it."""
    if "flow" not in body:
        return None
    if "url" in body:
        faults.add("flow", "is given together with url; give one of them.")
        return None
    return faults.read("flow", WrittenFlow.read, body["flow"], None)


def start_of(body: Body, faults: Faults) -> Start | None:
    """The document of `flow`, or the one to be requested at `url`; None with neither."""
    if (flow := flow_of(body, faults)) is not None:
        return flow.document
    return GoTo(body["url"], HttpMethod(body.get("method", "POST"))) if "url" in body else None
