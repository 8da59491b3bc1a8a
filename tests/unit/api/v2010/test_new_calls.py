"""Placing calls: what each parameter orders, and the number of each fault."""

import pytest

from engine.errors import EmergencyRefused, Overloaded, PolicyRefused, TelefoonError
from engine.flow.next_step import HttpMethod
from engine.model.call_policy import PolicyRule
from engine.model.recording_shape import Channels, Tracks, Trim
from tests.unit.api.conftest import NUMBER, TO
from tests.unit.api.v2010.conftest import Pairs, Program

GREETING = "<Response><Say>Good morning</Say></Response>"
ORDER = {"To": TO, "From": NUMBER, "Twiml": GREETING}
RECORDED = {**ORDER, "Record": "true"}
AT_URL = {"To": TO, "From": NUMBER, "Url": "https://shop.example/flow"}
TOLD = {**ORDER, "StatusCallback": "https://shop.example/told"}


async def test_every_parameter_is_carried_out(program: Program) -> None:
    form = {
        **AT_URL,
        "Method": "get",
        "FallbackUrl": "https://shop.example/sorry",
        "FallbackMethod": "GET",
        "StatusCallback": "https://shop.example/told",
        "StatusCallbackMethod": "GET",
        "StatusCallbackEvent": "initiated answered",
        "SendDigits": "wW12#",
        "Timeout": "20",
        "TimeLimit": "90",
        "Record": "true",
        "RecordingChannels": "dual",
        "RecordingTrack": "inbound",
        "Trim": "do-not-trim",
        "RecordingStatusCallback": "https://shop.example/recorded",
        "RecordingStatusCallbackMethod": "get",
        "RecordingStatusCallbackEvent": "in-progress absent",
    }

    assert (await program.post("Calls", form))[0] == 201

    (order,) = program.site.call_service.orders
    options = order.options
    assert (order.to, order.from_, order.url, order.flow) == (TO, NUMBER, "https://shop.example/flow", None)
    assert (order.method, order.fallback_method) == (HttpMethod.GET, HttpMethod.GET)
    assert order.fallback_url == "https://shop.example/sorry"
    assert (options.status_callback, options.status_callback_method) == ("https://shop.example/told", "GET")
    assert options.status_callback_events == ("initiated", "answered")
    assert (options.timeout_s, options.time_limit_s, options.record) == (20, 90, True)
    assert options.send_digits == "wW12#"
    assert (options.recording_channels, options.recording_track) == (Channels.DUAL, Tracks.INBOUND)
    assert options.recording_trim is Trim.NOTHING
    assert options.recording_status_callback == "https://shop.example/recorded"
    assert options.recording_status_callback_method == "GET"
    assert options.recording_status_callback_events == ("in-progress", "absent")


async def test_a_sip_address_is_called_with_its_headers_and_credentials(program: Program) -> None:
    credentials = {"SipAuthUsername": "desk", "SipAuthPassword": "open sesame"}
    form = {**ORDER, "To": "sip:desk@example.com?X-Order=7", **credentials}

    status, call = await program.post("Calls", form)

    (order,) = program.site.call_service.orders
    assert (status, call["to"], call["to_formatted"]) == (201, "sip:desk@example.com", "sip:desk@example.com")
    assert order.options.sip_headers == (("X-Order", "7"),)
    assert (order.options.sip_username, order.sip_password) == ("desk", "open sesame")


async def test_credentials_mean_nothing_for_a_number(program: Program) -> None:
    status, _ = await program.post("Calls", {**ORDER, "SipAuthUsername": "desk", "SipAuthPassword": "secret"})

    assert status == 201
    assert program.site.call_service.orders[0].options.sip_username is None


async def test_what_is_left_out_is_as_programs_expect_it(program: Program) -> None:
    told = {"StatusCallback": "https://shop.example/told", "RecordingStatusCallback": "https://shop.example/recorded"}

    await program.post("Calls", {**AT_URL, **told, "Record": "true"})

    (order,) = program.site.call_service.orders
    assert (order.method, order.options.timeout_s) == (HttpMethod.POST, 60)
    assert order.options.status_callback_events == ("completed",)
    assert (order.options.recording_channels, order.options.recording_trim) == (Channels.MONO, Trim.SILENCE)
    assert order.options.recording_status_callback_events == ("completed",)


async def test_a_call_that_is_not_recorded_orders_nothing_of_a_recording(program: Program) -> None:
    await program.post("Calls", {**AT_URL, "RecordingStatusCallback": "https://shop.example/recorded"})

    (order,) = program.site.call_service.orders
    assert not order.options.record
    assert (order.options.recording_channels, order.options.recording_trim) == (None, None)
    assert order.options.recording_status_callback is None


async def test_events_are_given_once_for_each_or_with_blanks_between(program: Program) -> None:
    events = [("StatusCallbackEvent", each) for each in ("ringing completed", "answered", "ringing")]

    await program.post("Calls", [*TOLD.items(), *events])

    (order,) = program.site.call_service.orders
    assert order.options.status_callback_events == ("ringing", "completed", "answered")


async def test_of_a_url_and_a_flow_the_url_counts(program: Program) -> None:
    await program.post("Calls", {**AT_URL, "Twiml": "<Response>"})

    (order,) = program.site.call_service.orders
    assert (order.url, order.flow) == ("https://shop.example/flow", None)


async def test_what_is_empty_was_not_given(program: Program) -> None:
    nothing = dict.fromkeys(
        ("Url", "FallbackUrl", "FallbackMethod", "StatusCallback", "Timeout", "Record", "MachineDetection"), ""
    )

    status, _ = await program.post("Calls", {**ORDER, **nothing})

    assert status == 201
    assert program.site.call_service.orders[0].options.timeout_s == 60


@pytest.mark.parametrize(
    "form",
    [
        {"Byoc": f"BY{'0' * 32}"},
        {"CallReason": "Your parcel"},
        {"CallToken": "a token"},
        {"AsyncAmd": "true", "AsyncAmdStatusCallback": "https://shop.example/amd"},
        {"MachineDetectionTimeout": "30"},
        {"Unheard": "of"},
    ],
)
async def test_what_has_no_meaning_here_and_harms_nobody_is_accepted(program: Program, form: dict[str, str]) -> None:
    assert (await program.post("Calls", {**ORDER, **form}))[0] == 201


@pytest.mark.parametrize(
    ("form", "code", "named"),
    [
        ({"From": NUMBER, "Twiml": GREETING}, 21201, "To"),
        ({**ORDER, "To": ""}, 21201, "To"),
        ({"To": TO, "Twiml": GREETING}, 21213, "From"),
        ({**ORDER, "To": "nobody"}, 21211, "To"),
        ({**ORDER, "To": "+15005550001555"}, 21217, "To"),
        ({**ORDER, "To": "+99912345678"}, 21217, "To"),
        ({**ORDER, "From": "me"}, 21212, "From"),
        ({**ORDER, "From": "+3225559999"}, 21210, "from"),
        ({"To": TO, "From": NUMBER}, 21205, "Url"),
        ({**AT_URL, "Url": "no url"}, 21205, "Url"),
        ({**ORDER, "FallbackUrl": "no url"}, 21205, "FallbackUrl"),
        ({**AT_URL, "Method": "PUT"}, 21209, "Method"),
        ({**TOLD, "StatusCallbackMethod": "PUT"}, 21209, "StatusCallbackMethod"),
        ({**TOLD, "StatusCallback": "no url"}, 21609, "StatusCallback"),
        ({**TOLD, "StatusCallbackEvent": "ringing busy"}, 21626, "StatusCallbackEvent"),
        ({**ORDER, "Timeout": "soon"}, 21208, "Timeout"),
        ({**ORDER, "Timeout": "601"}, 21208, "Timeout"),
        ({**ORDER, "SendDigits": "1x"}, 21206, "SendDigits"),
        ({**ORDER, "TimeLimit": "0"}, 20001, "TimeLimit"),
        ({**ORDER, "Twiml": "<Response>"}, 20001, "Twiml"),
        ({**ORDER, "Record": "perhaps"}, 20001, "Record"),
        ({**RECORDED, "RecordingChannels": "three"}, 20001, "RecordingChannels"),
        ({**RECORDED, "RecordingTrack": "none"}, 20001, "RecordingTrack"),
        ({**RECORDED, "Trim": "all"}, 20001, "Trim"),
        ({**RECORDED, "RecordingStatusCallback": "no url"}, 20001, "RecordingStatusCallback"),
        ({**ORDER, "MachineDetection": "Enable"}, 21233, "MachineDetection"),
        ({**ORDER, "ApplicationSid": f"AP{'0' * 32}"}, 21218, "ApplicationSid"),
        ({**ORDER, "CallerId": "+3225550177"}, 20001, "CallerId"),
        ({**ORDER, "Passports": "e30"}, 20001, "Passports"),
        ({**ORDER, "RecordingConfigurationId": "1"}, 20001, "RecordingConfigurationId"),
    ],
)
async def test_what_is_wrong_has_a_number_and_names_its_parameter(
    program: Program, form: Pairs, code: int, named: str
) -> None:
    status, error = await program.post("Calls", form)

    assert (status, error["code"], error["status"]) == (400, code, 400), error
    assert named in error["message"]
    assert program.site.call_service.orders == []


def refusal(rule: PolicyRule, again_after_s: int | None = None) -> PolicyRefused:
    return PolicyRefused("No.", rule=rule, level="node", number=TO, uri=rule.uri, again_after_s=again_after_s)


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (refusal(PolicyRule.COUNTRY), 400, 21215),
        (refusal(PolicyRule.NUMBER_TYPE), 400, 21215),
        (refusal(PolicyRule.PREFIX), 400, 21216),
        (refusal(PolicyRule.CALLS_A_SECOND, 1), 429, 20429),
        (EmergencyRefused("112", "No trunk is marked for 112."), 400, 13224),
        (Overloaded("Too much to do."), 503, 20503),
    ],
)
async def test_what_the_engine_refuses_has_the_number_that_programs_know(
    program: Program, failure: TelefoonError, status: int, code: int
) -> None:
    program.site.call_service.failure = failure

    answered, error = await program.post("Calls", ORDER)

    assert (answered, error["code"], error["status"]) == (status, code, status)
