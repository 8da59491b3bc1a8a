"""The field's names for what is told about a call."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from engine.model.call import Call, Direction, Status
from engine.webhooks.payloads import parameters
from engine.webhooks.payloads.call import status_form, webhook_params
from engine.webhooks.payloads.parameters import OF_A_CALL, Privacy, Webhook, WebhookParameter

BEGAN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CALL = Call("CA1", "AC1", Direction.OUTBOUND, "+3225550100", "+3225550199", Status.IN_PROGRESS, BEGAN, "node-1")

PLACES = {
    f"{end}{what}": "BE" if what == "Country" else ""
    for end in ("From", "To", "Caller", "Called")
    for what in ("City", "State", "Zip", "Country")
}


def test_a_webhook_is_told_who_calls_whom() -> None:
    assert webhook_params(CALL, Digits="1") == {
        "CallSid": "CA1",
        "AccountSid": "AC1",
        "From": "+3225550100",
        "To": "+3225550199",
        "Caller": "+3225550100",
        "Called": "+3225550199",
        **PLACES,
        "CallStatus": "in-progress",
        "Direction": "outbound-api",
        "ApiVersion": "v1",
        "Digits": "1",
    }


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+14155550100", "US"),
        ("+442071838750", "GB"),
        ("+80012345678", ""),
        ("anonymous", ""),
        ("sip:jan@pbx.example", ""),
        ("", ""),
    ],
)
def test_the_country_is_told_where_a_number_has_one(number: str, country: str) -> None:
    params = webhook_params(replace(CALL, from_=number))

    assert (params["FromCountry"], params["CallerCountry"], params["ToCountry"]) == (country, country, "BE")


def test_directions_are_the_fields() -> None:
    assert webhook_params(replace(CALL, direction=Direction.INBOUND))["Direction"] == "inbound"
    child = webhook_params(replace(CALL, parent_id="CA0"))
    assert (child["Direction"], child["ParentCallSid"]) == ("outbound-dial", "CA0")


def test_a_status_callback_tells_how_it_ended() -> None:
    ended = replace(
        CALL,
        status=Status.COMPLETED,
        answer_time=BEGAN,
        end_time=BEGAN + timedelta(seconds=6.2),
        sip_code=200,
    )
    form = status_form(ended, BEGAN)
    assert (form["CallStatus"], form["CallDuration"], form["SipResponseCode"]) == ("completed", "7", "200")
    assert parsedate_to_datetime(form["Timestamp"]) == BEGAN
    assert "SequenceNumber" not in form  # the store counts


def test_a_status_callback_without_a_time_is_of_now() -> None:
    form = status_form(CALL)
    assert abs(parsedate_to_datetime(form["Timestamp"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert "SipResponseCode" not in form


@pytest.mark.parametrize(("webhooks", "in_a_flow"), [(OF_A_CALL, True), ([Webhook.STATUS], False)])
def test_a_row_of_the_table_is_all_that_a_parameter_of_calls_needs(
    webhooks: Iterable[Webhook], in_a_flow: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = WebhookParameter(
        "Node", "Who has the call", Privacy.TECHNICAL, frozenset(webhooks), lambda call: call.node or None
    )
    monkeypatch.setattr(parameters, "PARAMETERS", (*parameters.PARAMETERS, node))

    flow, status = webhook_params(CALL), status_form(CALL, BEGAN)

    assert flow.get("Node") == ("node-1" if in_a_flow else None)
    assert status["Node"] == "node-1"
    assert "Node" not in status_form(replace(CALL, node=""), BEGAN)


def test_what_a_request_adds_wins_over_the_call() -> None:
    assert webhook_params(CALL, To="+3225550177")["To"] == "+3225550177"
