"""Reads where a call's flow comes from out of a request's body: `flow` itself, or `url` and `method`."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from api.http.faults import Faults
from api.http.requests import ApiRequest
from engine.flow.interpreter import Start
from engine.flow.manner import STRICT_MANNER, ReadingManner
from engine.flow.next_step import GoTo, HttpMethod
from engine.flow.written import WrittenFlow
from engine.model.flow_reading import FlowReading
from engine.model.numbers import country_around

Body = Mapping[str, Any]


def manner_of(asked: ApiRequest, chosen: FlowReading | None, own_number: str) -> ReadingManner:
    """How the flow in a request is read: as its call or number has chosen, else as its account has."""
    return ReadingManner(chosen or asked.account.options.flow_reading, country_around(own_number))


def flow_of(body: Body, faults: Faults, manner: ReadingManner = STRICT_MANNER) -> WrittenFlow | None:
    """The flow of `flow`; None without it."""
    if "flow" not in body:
        return None
    if "url" in body:
        faults.add("flow", "is given together with url; give one of them.")
        return None
    return faults.read("flow", partial(WrittenFlow.read, manner=manner), body["flow"], None)


def method_of(body: Body, field: str, of: str, faults: Faults) -> HttpMethod:
    """How the URL of another field is requested; it goes with that alone."""
    if field in body and of not in body:
        faults.add(field, f"says how {of} is requested; give that too.")
    return HttpMethod(body.get(field, HttpMethod.POST))


def fallback_of(body: Body, faults: Faults) -> GoTo | None:
    """The document to be requested where the flow of the same body fails; None without it."""
    method = method_of(body, "fallback_method", "fallback_url", faults)
    if "fallback_url" not in body:
        return None
    if not {"url", "flow"} & body.keys():
        faults.add("fallback_url", "is for a flow that fails; give url or flow too.")
    return GoTo(body["fallback_url"], method)


def start_of(body: Body, faults: Faults, manner: ReadingManner = STRICT_MANNER) -> Start | None:
    """The document of `flow`, or the one to be requested at `url`; None with neither."""
    if (flow := flow_of(body, faults, manner)) is not None:
        return flow.document
    return GoTo(body["url"], HttpMethod(body.get("method", "POST"))) if "url" in body else None
