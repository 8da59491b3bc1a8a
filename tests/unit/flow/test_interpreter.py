"""From verb to verb and from document to document; the pace that ends circles.

A prompt that fails, and flows that go round for long, are in tests/unit/live.
"""

import pytest

from engine.errors import DocumentError, FlowFailed, LegGone, SpeechError, WebhookError
from engine.ports import Cause, Speech
from engine.testing.customer import CustomerRequest
from tests.unit.flow.noted_actions import NotedActions
from tests.unit.flow.performing import HOME, customer_with, perform

HANGS_UP = ("hang_up",)


async def test_a_document_that_ends_hangs_up() -> None:
    assert await perform("<Response><Say>Hello</Say><Pause length='3'/></Response>") == [
        ("say", Speech("Hello", "en-GB")),
        ("pause", 3),
        HANGS_UP,
    ]


async def test_an_empty_document_hangs_up() -> None:
    assert await perform("<Response/>") == [HANGS_UP]


async def test_hangup_ends_the_flow_at_once() -> None:
    assert await perform("<Response><Hangup/><Say>never</Say></Response>") == [HANGS_UP]


@pytest.mark.parametrize(("reason", "cause"), [("rejected", Cause.REJECTED), ("busy", Cause.BUSY)])
async def test_reject_tells_the_caller_why(reason: str, cause: Cause) -> None:
    asked = await perform(f"<Response><Reject reason='{reason}'/><Say>never</Say></Response>")

    assert asked == [("reject", cause)]


async def test_a_url_is_requested_with_post_and_performed() -> None:
    customer = customer_with(home="<Response><Say>Home</Say></Response>")

    asked = await perform(HOME, customer=customer)

    assert asked == [("say", Speech("Home", "en-GB")), HANGS_UP]
    assert customer.asked == [CustomerRequest(HOME, "POST", {})]


async def test_redirect_leaves_the_rest_of_the_document_out() -> None:
    customer = customer_with(
        home="<Response><Redirect method='GET'>next?x=1</Redirect><Say>never</Say></Response>",
        next="<Response><Say>Next</Say></Response>",
    )

    asked = await perform(HOME, customer=customer)

    assert asked == [("say", Speech("Next", "en-GB")), HANGS_UP]
    assert customer.asked[1] == CustomerRequest("https://customer.example/next", "GET", {"x": "1"})


async def test_relative_urls_count_from_the_document_that_has_them() -> None:
    customer = customer_with(**{
        "home": "<Response><Redirect>a/menu</Redirect></Response>",
        "a/menu": "<Response><Play>sound.wav</Play></Response>",
    })  # fmt: skip

    asked = await perform(HOME, customer=customer)

    assert asked == [("play", "https://customer.example/a/sound.wav", 0), HANGS_UP]


async def test_relative_urls_of_an_inline_flow_count_from_the_base() -> None:
    asked = await perform("<Response><Play>x.wav</Play></Response>", base_url="https://files.example/sounds/")

    assert asked == [("play", "https://files.example/sounds/x.wav", 0), HANGS_UP]


async def test_a_relative_url_without_anything_to_count_from_is_the_flows_mistake() -> None:
    with pytest.raises(FlowFailed, match=r"'x\.wav' is relative"):
        await perform("<Response><Play>x.wav</Play></Response>")


async def test_a_url_that_is_none_is_the_flows_mistake() -> None:
    with pytest.raises(FlowFailed, match="is not a URL"):
        await perform("<Response><Redirect>http://[half/</Redirect></Response>")


async def test_a_failing_webhook_is_the_callers_to_judge() -> None:
    with pytest.raises(WebhookError, match="404"):
        await perform(HOME)


async def test_nonsense_from_a_webhook_is_the_callers_to_judge() -> None:
    with pytest.raises(DocumentError, match="no such verb"):
        await perform(HOME, customer=customer_with(home="<Response><Sing/></Response>"))


async def test_a_prompt_that_fails_is_noted_and_skipped() -> None:
    actions = NotedActions(say=SpeechError("no voice"))

    asked = await perform("<Response><Say>bad</Say><Pause length='3'/></Response>", actions)

    assert asked[1:] == [
        ("note", "prompt_failed", {"text": "bad", "reason": "no voice"}),
        ("pause", 3),
        HANGS_UP,
    ]


async def test_a_caller_who_leaves_ends_the_flow_without_an_error() -> None:
    actions = NotedActions(pause=LegGone("the caller has left"))

    asked = await perform("<Response><Pause length='60'/><Say>never</Say></Response>", actions)

    assert asked == [("pause", 60)]


async def test_a_thousand_verbs_without_waiting_are_enough() -> None:
    with pytest.raises(FlowFailed, match="1000 verbs"):
        await perform("<Response>" + "<Pause length='0'/>" * 1001 + "</Response>")


async def test_an_endless_prompt_that_makes_no_sound_is_stopped() -> None:
    with pytest.raises(FlowFailed, match="1000 verbs"):
        await perform("<Response><Say loop='0'>bad</Say></Response>", NotedActions(say=SpeechError("no voice")))


async def test_a_verb_that_fails_as_nobody_foresaw_is_noted_and_the_flow_goes_on() -> None:
    actions = NotedActions(send_digits=ZeroDivisionError("1"))

    asked = await perform("<Response><Play digits='1'/><Say>Still here</Say></Response>", actions)

    assert asked[1:] == [
        ("note", "verb_failed", {"verb": "Play", "reason": "1"}),
        ("say", Speech("Still here", "en-GB")),
        HANGS_UP,
    ]
