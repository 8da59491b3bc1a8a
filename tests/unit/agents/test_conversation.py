"""The conversation of a program with a person, by the moments at which either speaks."""

import pytest

from engine.flow.program_plans import AgentLanguage, AgentPlan, AgentStatus, InterruptedBy, Sensitivity
from tests.unit.agents.talk import AgentTalk

URL = "wss://agent.example/"


def test_the_first_sentence_is_said_while_the_rest_still_comes() -> None:
    talk = AgentTalk()

    for token in ("Good ", "morning. ", "How ", "are"):
        talk.text(token)

    assert talk.said == ["Good morning."]
    talk.text(" you?", last=True)
    talk.pass_s(2)
    assert talk.said == ["Good morning.", "How are you?"]


def test_the_welcome_comes_first() -> None:
    talk = AgentTalk(AgentPlan(URL, welcome="Welcome. How can I help?"))

    talk.text("Later.", last=True)
    talk.pass_s(10)

    assert talk.said == ["Welcome.", "How can I help?", "Later."]


def test_speech_interrupts_and_the_program_is_told_what_was_heard() -> None:
    talk = AgentTalk()
    talk.text("One two three four. Five six seven eight.", last=True)
    talk.pass_s(3)

    talk.speak("Stop.")

    assert talk.breaks == 1
    assert talk.of_type("interrupt") == [
        {
            "type": "interrupt",
            "utteranceUntilInterrupt": "One two three four. Five six",
            "durationUntilInterruptMs": 3000,
        }
    ]
    assert [each["type"] for each in talk.told] == ["interrupt", "prompt"]
    assert talk.of_type("prompt") == [{"type": "prompt", "voicePrompt": "Stop.", "lang": "en-GB", "last": True}]


def test_a_whole_sentence_is_told_exactly_even_where_it_was_shorter_than_its_time() -> None:
    talk = AgentTalk()
    talk.text("One two three.", last=True)
    talk.pass_s(2)
    talk.text("Another turn.", last=True)
    talk.pass_s(0.0)

    talk.begin_to_speak()

    assert talk.of_type("interrupt")[0]["utteranceUntilInterrupt"] == ""


def test_tokens_of_an_interrupted_turn_are_dropped_until_its_end() -> None:
    talk = AgentTalk()
    talk.text("One. Two. ")
    talk.begin_to_speak()

    talk.text("Three. ")
    talk.text("", last=True)
    talk.text("A new turn.", last=True)

    assert talk.said == ["One.", "A new turn."]


def test_tokens_of_an_interrupted_turn_are_dropped_until_the_program_is_told_a_prompt() -> None:
    talk = AgentTalk()
    talk.text("One. Two. ")
    talk.begin_to_speak()
    talk.text("Three. ")

    talk.speak("What about four?")
    talk.text("Four. ")

    assert talk.said == ["One.", "Four."]


def test_tokens_that_cross_a_key_are_dropped_and_those_that_answer_it_are_said() -> None:
    talk = AgentTalk(AgentPlan(URL, tells_keys=True))
    talk.text("One. Two. ")

    talk.press("1")
    talk.pass_s(0.1)
    talk.text("Three. ")
    talk.pass_s(0.5)
    talk.text("You pressed one. ")

    assert [each["type"] for each in talk.told] == ["interrupt", "dtmf"]
    assert talk.said == ["One.", "You pressed one."]


@pytest.mark.parametrize(
    ("by", "speech", "keys"),
    [
        (InterruptedBy.NOTHING, False, False),
        (InterruptedBy.SPEECH, True, False),
        (InterruptedBy.KEYS, False, True),
        (InterruptedBy.ANYTHING, True, True),
    ],
)
def test_what_interrupts_is_as_set(by: InterruptedBy, speech: bool, keys: bool) -> None:
    spoken_over, pressed_over = AgentTalk(AgentPlan(URL, interruptible=by)), AgentTalk(AgentPlan(URL, interruptible=by))
    for talk in (spoken_over, pressed_over):
        talk.text("A sentence.", last=True)

    spoken_over.begin_to_speak()
    pressed_over.press("1")

    assert (bool(spoken_over.breaks), bool(pressed_over.breaks)) == (speech, keys)


def test_the_welcome_and_a_message_may_be_otherwise_than_the_session() -> None:
    talk = AgentTalk(AgentPlan(URL, welcome="Welcome.", welcome_interruptible=InterruptedBy.NOTHING))
    talk.begin_to_speak()
    assert talk.breaks == 0

    talk.pass_s(2)
    talk.text("This is the law.", last=True, interruptible=False)
    talk.begin_to_speak()
    assert talk.breaks == 0

    talk.pass_s(2)
    talk.text("This is not.", last=True)
    talk.begin_to_speak()
    assert talk.breaks == 1


@pytest.mark.parametrize(
    ("sensitivity", "after"),
    [(Sensitivity.HIGH, "a sound"), (Sensitivity.MEDIUM, "a word"), (Sensitivity.LOW, "three words")],
)
def test_sensitivity_says_how_much_speech_interrupts(sensitivity: Sensitivity, after: str) -> None:
    talk = AgentTalk(AgentPlan(URL, sensitivity=sensitivity))
    talk.text("A sentence.", last=True)
    interrupted = {}

    talk.begin_to_speak()
    interrupted["a sound"] = talk.breaks
    talk._do(talk.conversation.understood_so_far("Wait", 1.0))
    interrupted["a word"] = talk.breaks
    talk._do(talk.conversation.understood_so_far("Wait a moment", 1.5))
    interrupted["three words"] = talk.breaks

    assert next(name for name, breaks in interrupted.items() if breaks) == after


def test_who_only_listens_interrupts_nothing_where_that_is_ignored() -> None:
    talk = AgentTalk(AgentPlan(URL, ignores_backchannel=True))
    talk.text("A long story.", last=True)

    talk.speak("Mhm, ja.", partials=["Mhm"])
    assert talk.told == []

    talk.speak("Ja, maar wacht.")
    assert [each["type"] for each in talk.told] == ["interrupt", "prompt"]


def test_an_answer_of_one_word_is_told_also_where_listening_is_ignored() -> None:
    talk = AgentTalk(AgentPlan(URL, ignores_backchannel=True))

    talk.speak("Ja.")

    assert talk.of_type("prompt")[0]["voicePrompt"] == "Ja."


def test_its_own_words_come_back_are_no_prompt() -> None:
    talk = AgentTalk(AgentPlan(URL, interruptible=InterruptedBy.NOTHING, reports_while_speaking=InterruptedBy.ANYTHING))
    talk.text("Your order leaves the warehouse on Monday.", last=True)

    talk.speak("order leaves the ware house on Monday", partials=["order leaves the"])
    assert talk.told == []

    talk.speak("Can it leave on Sunday?")
    assert talk.of_type("prompt")[0]["voicePrompt"] == "Can it leave on Sunday?"


def test_an_answer_in_the_words_of_the_question_is_told() -> None:
    talk = AgentTalk()
    talk.text("Do you want to speak to sales?", last=True)
    talk.pass_s(2)

    talk.speak("I want to speak to sales.")

    assert talk.of_type("prompt")[0]["voicePrompt"] == "I want to speak to sales."


@pytest.mark.parametrize("reports", [InterruptedBy.NOTHING, InterruptedBy.SPEECH, InterruptedBy.KEYS])
def test_what_a_person_does_while_the_agent_speaks_is_told_as_set(reports: InterruptedBy) -> None:
    plan = AgentPlan(URL, interruptible=InterruptedBy.NOTHING, reports_while_speaking=reports, tells_keys=True)
    talk = AgentTalk(plan)
    talk.text("A sentence.", last=True)

    talk.speak("Hello?")
    talk.press("5")

    told = [{InterruptedBy.SPEECH: "prompt", InterruptedBy.KEYS: "dtmf"}[reports]] if reports != "none" else []
    assert [each["type"] for each in talk.told] == told


def test_partial_prompts_come_where_they_are_asked_for_and_at_the_hang_up() -> None:
    talk = AgentTalk(AgentPlan(URL, partial_prompts=True, partial_prompt_on_hangup=True))

    talk._do(talk.conversation.understood_so_far("I would", 0.5))
    talk.hang_up()

    told = {"type": "prompt", "voicePrompt": "I would", "lang": "en-GB", "last": False}
    assert talk.told == [told, told]
    assert talk.finish is not None
    assert talk.finish.status is AgentStatus.COMPLETED


def test_what_is_preemptible_gives_way_to_what_is_said_next() -> None:
    talk = AgentTalk()
    talk.text("One moment. I am looking. Still looking.", last=True, preemptible=True)
    talk.pass_s(1)

    talk.text("Found it.", last=True)

    assert talk.said == ["One moment.", "Found it."]
    assert talk.breaks == 1
    assert talk.of_type("interrupt") == []


def test_a_sound_is_played_in_its_turn_so_many_times() -> None:
    talk = AgentTalk()
    talk.text("Listen.", last=True)
    talk.order(type="play", source="https://agent.example/a.wav", loop=3)
    talk.pass_s(2)

    assert talk.said == ["Listen.", "https://agent.example/a.wav"]


def test_the_end_waits_for_what_is_said_and_for_no_sound() -> None:
    talk = AgentTalk()
    talk.text("Goodbye.", last=True)
    talk.order(type="play", source="https://agent.example/endless.wav", loop=0)
    talk.order(type="end", handoffData='{"to": "a person"}')
    assert not talk.is_over

    talk.pass_s(2)

    assert talk.finish is not None
    assert (talk.finish.status, talk.finish.handoff_data) == (AgentStatus.ENDED, '{"to": "a person"}')
    assert talk.said == ["Goodbye."]


def test_who_interrupts_the_goodbye_is_handed_on_at_once() -> None:
    talk = AgentTalk()
    talk.text("Goodbye.", last=True)
    talk.order(type="end")

    talk.begin_to_speak()

    assert talk.finish is not None
    assert talk.finish.status is AgentStatus.ENDED


def test_the_strongest_of_all_languages_holds() -> None:
    plan = AgentPlan(URL, spoken="nl-BE", voice="belgian", languages=(AgentLanguage("fr-FR", "french"),))
    talk = AgentTalk(plan, "en-GB")

    talk.text("Dag.", last=True)
    talk.order(type="language", ttsLanguage="fr-FR", transcriptionLanguage="fr-FR")
    talk.text("Bonjour.", last=True)
    talk.text("Guten Tag. ", lang="de-DE")
    talk.text("Bonsoir.", last=True)
    talk.pass_s(10)
    talk.speak("Oui.")

    spoken = [(each.text, each.language, each.voice) for each in talk.performed]  # type: ignore[union-attr]
    assert spoken == [
        ("Dag.", "nl-BE", "belgian"),
        ("Bonjour.", "fr-FR", "french"),
        ("Guten Tag.", "de-DE", None),
        ("Bonsoir.", "fr-FR", "french"),
    ]
    assert talk.of_type("prompt")[0]["lang"] == "fr-FR"


def test_one_bad_message_is_answered_and_ten_in_a_row_end_it() -> None:
    talk = AgentTalk()
    for _ in range(9):
        talk.send("not JSON")
    talk.text("", last=True)
    for _ in range(9):
        talk.send('{"type": "speak"}')
    assert not talk.is_over

    talk.send("{")

    assert talk.finish is not None
    assert (talk.finish.close_code, talk.finish.error_code) == (1007, "64105")
    assert len(talk.of_type("error")) == 19
    assert all(each["description"].startswith("64107: ") for each in talk.told)


def test_a_sentence_that_cant_be_spoken_is_told_and_the_next_one_is() -> None:
    talk = AgentTalk()
    talk.text("One. Two.", last=True)

    talk.fail("Nobody speaks this.")

    assert talk.said == ["One.", "Two."]
    assert talk.told == [{"type": "error", "description": "Nobody speaks this."}]


def test_notices_come_where_they_are_asked_for() -> None:
    talk = AgentTalk(AgentPlan(URL, debug=frozenset({"speaker-events", "tokens-played"})))
    talk.text("One. Two.", last=True)
    talk.pass_s(4)
    talk.speak("Three.")

    assert [(each["name"], each["value"]) for each in talk.of_type("info")] == [
        ("agentSpeaking", "on"),
        ("tokensPlayed", "One."),
        ("tokensPlayed", "Two."),
        ("agentSpeaking", "off"),
        ("clientSpeaking", "on"),
        ("clientSpeaking", "off"),
    ]
