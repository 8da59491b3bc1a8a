"""What a prompt tells beside what was said, where a flow asks for it (`includeInPrompt`)."""

from engine.flow.parse import read_flow
from engine.flow.program_plans import AgentPlan, InterruptedBy
from engine.flow.verbs.connect import Connect
from engine.flow.verbs.conversation_relay import ConversationRelay, PromptDetail
from tests.unit.agents.talk import AgentTalk

URL = "wss://agent.example/talk"


def test_a_prompt_tells_whether_the_program_is_heard_meanwhile() -> None:
    talk = AgentTalk(AgentPlan(
        URL, interruptible=InterruptedBy.NOTHING, reports_while_speaking=InterruptedBy.SPEECH, partial_prompts=True,
        tells_turn_state=True,
    ))  # fmt: skip
    talk.text("The parcel leaves on Monday.", last=True)

    talk.speak("And in the", partials=["And in the"])
    talk.pass_s(5)
    talk.speak("And in the evening?")

    told = [(each["voicePrompt"], each["last"], each["agentSpeaking"]) for each in talk.of_type("prompt")]
    assert told == [("And in the", False, True), ("And in the", True, True), ("And in the evening?", True, False)]


def test_who_interrupts_is_told_of_when_the_program_is_heard_no_more() -> None:
    talk = AgentTalk(AgentPlan(URL, tells_turn_state=True))
    talk.text("The parcel leaves on Monday.", last=True)

    talk.speak("Stop that, please.")

    assert [each["agentSpeaking"] for each in talk.of_type("prompt")] == [False]


def test_without_being_asked_a_prompt_says_no_more_than_what_was_said() -> None:
    talk = AgentTalk()

    talk.speak("Are you open?")

    assert talk.of_type("prompt")[0].keys() == {"type", "voicePrompt", "lang", "last"}


def test_of_segments_a_flow_is_told_that_there_are_none() -> None:
    relay = _relay("turn-state prompt-segments")

    assert relay.include_in_prompt == (PromptDetail.TURN_STATE, PromptDetail.SEGMENTS)
    assert [attribute for attribute, _ in relay.differences()] == ["includeInPrompt"]
    assert list(_relay("turn-state").differences()) == []


def _relay(details: str) -> ConversationRelay:
    [connect] = read_flow(
        f"<Response><Connect><ConversationRelay url='{URL}' includeInPrompt='{details}'/></Connect></Response>"
    ).verbs
    assert isinstance(connect, Connect)
    [relay] = connect.relay
    return relay
