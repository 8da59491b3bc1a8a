"""From verb to verb and from document to document; the pace that ends circles."""

import pytest

from engine.errors import DocumentError, FlowFailed, MediaError, SpeechError, WebhookError
from tests.unit.flow.acting import Customer, ScriptedStage, perform

HOME = "https://customer.example/home"


def test_a_document_that_ends_hangs_up() -> None:
    assert perform("<Response><Say>Hello</Say><Pause length='3'/></Response>") == [
        "said Hello (en-GB)",
        "paused 3",
        "hung up",
    ]


def test_an_empty_document_hangs_up() -> None:
    assert perform("<Response/>") == ["hung up"]


def test_hangup_ends_the_flow_at_once() -> None:
    assert perform("<Response><Hangup/><Say>never</Say></Response>") == ["hung up"]


@pytest.mark.parametrize(("reason", "cause"), [("rejected", "REJECTED"), ("busy", "BUSY")])
def test_reject_tells_the_caller_why(reason: str, cause: str) -> None:
    assert perform(f"<Response><Reject reason='{reason}'/><Say>never</Say></Response>") == [f"rejected {cause}"]


def test_a_url_is_requested_with_post_and_performed() -> None:
    customer = Customer({HOME: "<Response><Say>Home</Say></Response>"})
    assert perform(HOME, customer=customer) == ["said Home (en-GB)", "hung up"]
    assert customer.asked == [("POST", HOME, {})]


def test_redirect_leaves_the_rest_of_the_document_out() -> None:
    customer = Customer({HOME: "<Response><Redirect method='GET'>next?x=1</Redirect><Say>never</Say></Response>",
                         "https://customer.example/next?x=1": "<Response><Say>Next</Say></Response>"})  # fmt: skip
    assert perform(HOME, customer=customer) == ["said Next (en-GB)", "hung up"]
    assert customer.asked[1] == ("GET", "https://customer.example/next?x=1", {})


def test_relative_urls_count_from_the_document_that_has_them() -> None:
    customer = Customer({
        HOME: "<Response><Redirect>a/menu</Redirect></Response>",
        "https://customer.example/a/menu": "<Response><Play>sound.wav</Play></Response>",
    })  # fmt: skip
    assert perform(HOME, customer=customer) == ["played https://customer.example/a/sound.wav", "hung up"]


def test_relative_urls_of_an_inline_flow_count_from_the_base() -> None:
    story = perform("<Response><Play>x.wav</Play></Response>", base_url="https://files.example/sounds/")
    assert story == ["played https://files.example/sounds/x.wav", "hung up"]


def test_a_relative_url_without_anything_to_count_from_is_the_flows_mistake() -> None:
    with pytest.raises(FlowFailed, match=r"'x\.wav' is relative"):
        perform("<Response><Play>x.wav</Play></Response>")


def test_a_url_that_is_none_is_the_flows_mistake() -> None:
    with pytest.raises(FlowFailed, match="is not a URL"):
        perform("<Response><Redirect>http://[half/</Redirect></Response>")


def test_a_failing_webhook_is_the_callers_to_judge() -> None:
    with pytest.raises(WebhookError, match="404"):
        perform(HOME)


def test_nonsense_from_a_webhook_is_the_callers_to_judge() -> None:
    with pytest.raises(DocumentError, match="no such verb"):
        perform(HOME, customer=Customer({HOME: "<Response><Sing/></Response>"}))


def test_a_prompt_that_fails_is_noted_and_skipped() -> None:
    stage = ScriptedStage(unspeakable={"bad": SpeechError("no voice"), "https://x/bad.mp3": MediaError("no audio")})
    flow = "<Response><Say>bad</Say><Play loop='5'>https://x/bad.mp3</Play><Say>good</Say></Response>"
    assert perform(flow, stage) == [
        "noted prompt_failed: no voice",
        "noted prompt_failed: no audio",
        "said good (en-GB)",
        "hung up",
    ]


def test_a_caller_who_leaves_ends_the_flow_without_an_error() -> None:
    assert perform("<Response><Pause length='60'/><Say>never</Say></Response>", ScriptedStage(leaves_at_s=5)) == []


def test_documents_that_lead_to_each_other_without_waiting_are_stopped() -> None:
    customer = Customer({HOME: "<Response><Redirect>home</Redirect></Response>"}, answers_in_s=0.7)
    with pytest.raises(FlowFailed, match="50 documents"):
        perform(HOME, customer=customer)
    assert len(customer.asked) == 50


def test_a_flow_that_waits_may_go_round_for_ever() -> None:
    customer = Customer({HOME: "<Response><Pause/><Redirect>home</Redirect></Response>"})
    perform(HOME, ScriptedStage(leaves_at_s=599.5), customer)
    assert len(customer.asked) == 600


def test_a_thousand_verbs_without_waiting_are_enough() -> None:
    with pytest.raises(FlowFailed, match="1000 verbs"):
        perform("<Response>" + "<Pause length='0'/>" * 1001 + "</Response>")


def test_an_endless_prompt_that_makes_no_sound_is_stopped() -> None:
    stage = ScriptedStage(unspeakable={"bad": SpeechError("no voice")})
    with pytest.raises(FlowFailed, match="1000 verbs"):
        perform("<Response><Say loop='0'>bad</Say></Response>", stage)


class StageWithASurprise(ScriptedStage):
    """Something in it fails in a way that nobody has foreseen."""

    async def send_digits(self, digits: str) -> None:
        raise ZeroDivisionError(digits)


def test_a_verb_that_fails_as_nobody_foresaw_is_noted_and_the_flow_goes_on() -> None:
    story = perform("<Response><Play digits='1'/><Say>Still here</Say></Response>", StageWithASurprise())

    assert story == ["noted verb_failed: 1", "said Still here (en-GB)", "hung up"]
