"""The flow of a live call: where it comes from, what happens when it is no good, and what it does in order."""

import pytest

from engine.errors import SpeechError
from engine.flow.document import Document
from engine.flow.parse import parse
from engine.model.call import Status
from engine.testing.node import FakeNode

SORRY = "Sorry, there is a technical problem."
GREETING = "<Response><Say>Good morning.</Say></Response>"
STAYS = "<Response><Say>Please hold the line.</Say><Pause length='600'/></Response>"


async def test_verbs_are_performed_one_after_the_other(node: FakeNode) -> None:
    caller = await node.is_called(
        "<Response><Say>One.</Say><Play>https://customer.example/two.wav</Play><Say>Three.</Say></Response>"
    )

    await caller.is_hung_up()

    assert caller.heard == ["One.", "https://customer.example/two.wav", "Three."]


async def test_a_flow_that_cannot_be_had_is_replaced_by_the_fallback(node: FakeNode) -> None:
    caller = await node.is_called("nothing", fallback=GREETING)

    await caller.hears("Good morning.")

    assert SORRY not in " ".join(caller.heard)


@pytest.mark.parametrize(
    ("flow", "code", "of"),
    [
        ("<Response><Say>Hello</Response>", "12100", "/voice/1"),
        ("<Response><Sing/></Response>", "12200", "/voice/1"),
        ("<Response><Redirect>/missing?pin=1#rc=2</Redirect></Response>", "11200", "/missing?pin=1"),
        ("<Response><Redirect>https://shop:secret@customer.example/gone</Redirect></Response>", "11200", "/gone"),
        ("<Response><Redirect>/voice/1</Redirect></Response>", "11215", "/voice/1"),
    ],
)
async def test_the_fallback_is_told_what_was_wrong_and_with_which_document(
    node: FakeNode, flow: str, code: str, of: str
) -> None:
    caller = await node.is_called(flow, fallback=GREETING)

    await caller.hears("Good morning.")
    await node.settles()

    [told] = node.around.customer.was_asked("https://customer.example/voice/1/fallback")
    assert (told["ErrorCode"], told["ErrorUrl"]) == (code, f"https://customer.example{of}")
    assert "ErrorCode" not in node.around.customer.was_asked("https://customer.example/voice/1")[0]
    [failed] = await node.events(caller, "flow_failed")
    assert failed.facts["code"] == int(code)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("<Response><Say>Hello</Response>", "mismatched"),
        ("<Response><Sing/></Response>", "Sing"),
        ("no XML at all", ""),
    ],
)
async def test_who_meets_a_broken_flow_hears_an_apology_and_the_call_tells_why(
    node: FakeNode, document: str, said: str
) -> None:
    caller = await node.is_called(document)

    await caller.hears(SORRY)
    await caller.is_hung_up()
    await node.settles()

    call = await node.call(caller)
    assert call.status is Status.COMPLETED
    assert said in call.attempts[0].said
    assert call.attempts[0].via == "call flow"


async def test_two_broken_flows_are_told_both(node: FakeNode) -> None:
    caller = await node.is_called("<Broken", fallback="<Broken too")

    await caller.hears(SORRY)
    await node.settles()

    assert len((await node.call(caller)).attempts) == 2


async def test_a_server_that_does_not_answer_leads_to_an_apology(node: FakeNode) -> None:
    node.around.customer.unreachable.add("https://customer.example/voice/1")
    caller = await node.is_called(GREETING)

    await caller.hears(SORRY)


async def test_a_prompt_that_cannot_be_spoken_is_left_out_and_noted(node: FakeNode) -> None:
    node.around.bridge.unplayable.add("One.")
    caller = await node.is_called("<Response><Say>One.</Say><Say>Two.</Say></Response>")

    await caller.is_hung_up()
    await node.settles()

    assert caller.heard == ["Two."]
    [failed] = await node.events(caller, "prompt_failed")
    assert failed.facts["text"] == "One."


async def test_prompts_that_cannot_be_had_are_left_out_and_noted_once(node: FakeNode) -> None:
    missing, unplayable = "https://customer.example/missing.mp3", "https://customer.example/unplayable.mp3"
    node.around.synthesizer.unspeakable["Bad."] = SpeechError("no voice")
    node.around.media.missing.add(missing)
    node.around.bridge.unplayable.add(unplayable)
    caller = await node.is_called(
        f"<Response><Say>Bad.</Say><Play loop='5'>{missing}</Play><Play loop='5'>{unplayable}</Play>"
        "<Say>Good.</Say></Response>"
    )

    await caller.is_hung_up()
    await node.settles()

    assert caller.heard == ["Good."]
    failed = [event.facts for event in await node.events(caller, "prompt_failed")]
    assert [facts.get("text") or facts["url"] for facts in failed] == ["Bad.", missing, unplayable]
    assert failed[0]["reason"] == "no voice"


async def test_a_file_is_played_as_often_as_its_loop_says(node: FakeNode) -> None:
    caller = await node.is_called("<Response><Play loop='2'>https://customer.example/a.wav</Play></Response>")

    await caller.is_hung_up()

    assert caller.heard == ["https://customer.example/a.wav"] * 2


async def test_loop_0_repeats_until_the_caller_hangs_up(node: FakeNode) -> None:
    text = "Thirty characters of a prompt."
    caller = await node.is_called(f"<Response><Say loop='0'>{text}</Say></Response>")
    await caller.is_answered()

    await node.passes(99)
    caller.hangs_up()
    await node.settles()

    assert caller.heard == [text] * 50


async def test_a_fault_in_one_call_ends_that_call_and_no_other(node: FakeNode) -> None:
    class Broken:
        async def run(self, context: object) -> None:
            raise ZeroDivisionError

    other = await node.is_called(STAYS)
    caller = await node.is_called(STAYS)
    await caller.hears("Please hold")
    await node.change(caller, start=Document((Broken(),)))  # type: ignore[arg-type]

    await caller.is_hung_up()
    await node.passes(1)

    assert not other.is_over
    assert (await node.events(caller, "verb_failed"))[0].facts["verb"] == "Broken"


async def test_the_first_request_tells_who_calls_whom(node: FakeNode) -> None:
    caller = await node.is_called(GREETING, caller="+3225551234")

    await caller.is_hung_up()

    [params] = node.around.customer.was_asked("https://customer.example/voice/1")
    assert (params["From"], params["To"], params["CallStatus"]) == ("+3225551234", "+3225552001", "ringing")
    assert params["Direction"] == "inbound"


async def test_redirect_goes_on_with_another_document(node: FakeNode) -> None:
    node.around.customer.documents["https://customer.example/next"] = "<Response><Say>The next one.</Say></Response>"
    caller = await node.is_called("<Response><Redirect>/next</Redirect><Say>Never said.</Say></Response>")

    await caller.is_hung_up()

    assert caller.heard == ["The next one."]


@pytest.mark.parametrize("answers_in_s", [0.0, 0.7])
async def test_a_flow_in_a_circle_ends_with_an_apology_however_slow_its_server(
    node: FakeNode, answers_in_s: float
) -> None:
    node.around.customer.answers_in_s = answers_in_s
    caller = await node.is_called("<Response><Redirect>/voice/1</Redirect></Response>")

    await caller.hears(SORRY)
    await caller.is_hung_up()
    await node.settles()

    assert len(node.around.customer.asked) == 50
    assert "50 documents" in (await node.call(caller)).attempts[0].said


async def test_a_flow_that_waits_may_go_round_for_ever(node: FakeNode) -> None:
    waits = "https://customer.example/waits"
    node.around.customer.documents[waits] = "<Response><Pause/><Redirect>/waits</Redirect></Response>"
    caller = await node.is_called("<Response><Say>Wait.</Say><Redirect>/waits</Redirect></Response>")
    await caller.hears("Wait.")

    await node.passes(0.5 + 599.4)
    caller.hangs_up()
    await node.settles()

    assert len(node.around.customer.was_asked(waits)) == 600


async def test_a_live_call_is_given_another_flow(node: FakeNode) -> None:
    caller = await node.is_called(STAYS)
    await caller.hears("Please hold")

    await node.change(caller, start=parse("<Response><Say>Something new.</Say></Response>"))
    await caller.is_hung_up()
    await node.settles()

    assert caller.heard == ["Please hold the line.", "Something new."]
    assert len(await node.events(caller, "redirected")) == 1


async def test_echo_lets_a_caller_hear_itself_until_it_hangs_up(node: FakeNode) -> None:
    caller = await node.is_called("<Response><Echo/></Response>")

    await caller.until(lambda: caller.can_hear(caller), "hears itself")
    caller.hangs_up()
    await node.settles()

    assert (await node.call(caller)).status is Status.COMPLETED


async def test_a_flow_sends_keys_to_the_far_end(node: FakeNode) -> None:
    caller = await node.is_called("<Response><Play digits='12w3#'/></Response>")

    await caller.is_hung_up()

    assert caller.leg.pressed == "123#"
