"""What each verb does with the call; attributes and defaults are in docs/call-flow.md."""

import pytest

from engine.errors import FlowFailed, MediaError, RecordingError
from engine.flow.plans import (
    Beep,
    BridgeRecording,
    DialOutcome,
    DialPlan,
    DialRecord,
    DialTarget,
    QueueEntry,
    RecordOutcome,
    RecordPlan,
    RoomOutcome,
    RoomPlan,
)
from engine.model.call import Status
from engine.ports import Speech
from tests.unit.flow.acting import Customer, ScriptedStage, perform, seconds_of

HOME = "https://customer.example/home"
ACTION = "https://customer.example/action"
OVER = "<Response><Hangup/></Response>"


def gather(attributes: str, inside: str = "", after: str = "<Say>nothing</Say>") -> Customer:
    return Customer({HOME: f"<Response><Gather {attributes}>{inside}</Gather>{after}</Response>", ACTION: OVER})


class TestSay:
    def test_speaks_the_language_of_the_call_unless_told_otherwise(self) -> None:
        stage = ScriptedStage(language="nl-BE")
        story = perform("<Response><Say>Dag</Say><Say language='fr'>Salut</Say></Response>", stage)
        assert story[:2] == ["said Dag (nl-BE)", "said Salut (fr-FR)"]

    def test_repeats(self) -> None:
        assert perform("<Response><Say loop='3'>Hi</Say></Response>").count("said Hi (en-GB)") == 3

    def test_loop_0_repeats_until_the_caller_leaves(self) -> None:
        story = perform("<Response><Say loop='0'>Hi</Say></Response>", ScriptedStage(leaves_at_s=99))
        assert story.count("said Hi (en-GB)") == 49

    def test_says_nothing_when_there_is_nothing_to_say(self) -> None:
        assert perform("<Response><Say loop='0'> </Say></Response>") == ["hung up"]

    @pytest.mark.parametrize("voice", ["alice", "man", "Polly.Amy-Neural", "Google.en-GB-Wavenet-A"])
    def test_voices_of_clouds_are_ignored(self, voice: str) -> None:
        stage = ScriptedStage()
        perform(f"<Response><Say voice='{voice}'>Hi</Say></Response>", stage)
        assert stage.plans == [Speech("Hi", "en-GB")]

    def test_voices_of_ours_are_used(self) -> None:
        stage = ScriptedStage()
        perform("<Response><Say voice='gmw/nl+f2' language='nl-NL'>Hoi</Say></Response>", stage)
        assert stage.plans == [Speech("Hoi", "nl-NL", "gmw/nl+f2")]

    def test_markup_is_spoken_as_such(self) -> None:
        stage = ScriptedStage()
        perform(
            "<Response><Say>One &amp; <break time='1s'/> <lang xml:lang='fr-FR'>deux</lang></Say></Response>", stage
        )
        ssml = '<speak>One &amp; <break time="1s"></break> <lang xml:lang="fr-FR">deux</lang></speak>'
        assert stage.plans == [Speech(ssml, "en-GB", ssml=True)]


class TestPlay:
    def test_sends_keys_with_pauses(self) -> None:
        story = perform("<Response><Play digits='wW12w#'/></Response>")
        assert story == ["paused 0.5", "paused 1", "sent 12", "paused 0.5", "sent #", "hung up"]

    def test_repeats(self) -> None:
        assert (
            perform("<Response><Play loop='2'>https://x/a.wav</Play></Response>").count("played https://x/a.wav") == 2
        )


class TestGather:
    def test_enough_keys_go_to_action(self) -> None:
        customer = gather("numDigits='2' action='/action'")
        perform(HOME, ScriptedStage(keys=[(1, "4"), (2, "2"), (3, "9")]), customer)
        assert customer.was_asked_for(ACTION) == {"Digits": "42"}

    def test_the_finishing_key_is_not_part_of_the_input(self) -> None:
        customer = gather("action='/action'")
        perform(HOME, ScriptedStage(keys=[(1, "4"), (2, "2"), (3, "#")]), customer)
        assert customer.was_asked_for(ACTION) == {"Digits": "42", "FinishedOnKey": "#"}

    def test_without_a_finishing_key_every_key_counts(self) -> None:
        customer = gather("action='/action' finishOnKey=''")
        perform(HOME, ScriptedStage(keys=[(1, "#"), (2, "*")]), customer)
        assert customer.was_asked_for(ACTION) == {"Digits": "#*"}

    def test_a_key_stops_the_prompt(self) -> None:
        customer = gather("numDigits='1' action='/action'", "<Say>Menu</Say><Say>more</Say>")
        story = perform(HOME, ScriptedStage(keys=[(1, "1")]), customer)
        assert story == ["answered", "said (interrupted) Menu (en-GB)", "hung up"]

    def test_a_key_in_the_silence_after_the_prompt_counts(self) -> None:
        customer = gather("numDigits='1' action='/action'", "<Say>Menu</Say>")
        perform(HOME, ScriptedStage(keys=[(6.9, "1")]), customer)
        assert customer.was_asked_for(ACTION) == {"Digits": "1"}

    def test_the_time_counts_from_the_prompts_end(self) -> None:
        flow = "<Response><Gather timeout='4'><Say>a</Say><Pause length='3'/><Say>b</Say></Gather></Response>"
        assert seconds_of(flow, ScriptedStage()) == pytest.approx(2 + 3 + 2 + 4)

    def test_the_time_counts_anew_from_each_key(self) -> None:
        customer = gather("timeout='4' action='/action'")
        perform(HOME, ScriptedStage(keys=[(3, "1"), (6, "2"), (9, "3"), (14, "4")]), customer)
        assert customer.was_asked_for(ACTION) == {"Digits": "123"}

    def test_without_input_the_flow_goes_on(self) -> None:
        customer = gather("action='/action'", "<Say>Menu</Say>")
        story = perform(HOME, customer=customer)
        assert story == ["answered", "said Menu (en-GB)", "paused 5", "said nothing (en-GB)", "hung up"]

    def test_action_may_be_asked_for_without_input(self) -> None:
        customer = gather("action='/action' actionOnEmptyResult='true'")
        perform(HOME, customer=customer)
        assert customer.was_asked_for(ACTION) == {"Digits": ""}

    def test_the_finishing_key_alone_is_no_input(self) -> None:
        story = perform(HOME, ScriptedStage(keys=[(1, "#")]), gather("action='/action'"))
        assert story == ["answered", "said nothing (en-GB)", "hung up"]

    def test_without_barge_in_keys_count_only_after_the_prompt(self) -> None:
        customer = gather("numDigits='1' bargeIn='false' action='/action'", "<Say>Law</Say>")
        story = perform(HOME, ScriptedStage(keys=[(1, "1"), (3, "2")]), customer)
        assert story == ["answered", "said Law (en-GB)", "hung up"]
        assert customer.was_asked_for(ACTION) == {"Digits": "2"}

    def test_without_action_the_same_document_is_asked_again(self) -> None:
        customer = gather("numDigits='1'", after="<Hangup/>")
        perform(HOME, ScriptedStage(keys=[(1, "5")]), customer)
        assert customer.asked == [("POST", HOME, {}), ("POST", HOME, {"Digits": "5"})]

    def test_without_action_an_inline_flow_goes_on(self) -> None:
        flow = "<Response><Gather numDigits='1'/><Say>Thanks</Say></Response>"
        assert perform(flow, ScriptedStage(keys=[(1, "5")])) == ["answered", "said Thanks (en-GB)", "hung up"]

    def test_action_may_be_asked_with_get(self) -> None:
        customer = gather("numDigits='1' action='/action' method='GET'")
        perform(HOME, ScriptedStage(keys=[(1, "5")]), customer)
        assert customer.asked[1] == ("GET", ACTION, {"Digits": "5"})

    def test_a_caller_who_leaves_during_the_prompt_ends_it(self) -> None:
        customer = gather("action='/action'", "<Say>Menu</Say>")
        assert perform(HOME, ScriptedStage(leaves_at_s=1), customer) == ["answered"]

    def test_a_prompt_that_fails_does_not_end_the_input(self) -> None:
        customer = gather("numDigits='1' action='/action'", "<Play>https://x/gone.wav</Play>")
        stage = ScriptedStage(keys=[(3, "1")], unspeakable={"https://x/gone.wav": MediaError("gone")})
        assert perform(HOME, stage, customer)[1] == "noted prompt_failed: gone"
        assert customer.was_asked_for(ACTION) == {"Digits": "1"}


class TestRecord:
    def record(self, attributes: str, stage: ScriptedStage) -> Customer:
        customer = Customer({HOME: f"<Response><Record {attributes}/><Say>after</Say></Response>", ACTION: OVER})
        perform(HOME, stage, customer)
        return customer

    def test_defaults(self) -> None:
        stage = ScriptedStage()
        self.record("action='/action'", stage)
        assert stage.plans == [RecordPlan(3600, 5, frozenset("1234567890*#"), beep=True)]

    def test_attributes(self) -> None:
        stage = ScriptedStage()
        self.record("action='/action' maxLength='20' timeout='0' finishOnKey='' playBeep='false'", stage)
        assert stage.plans == [RecordPlan(20, 0, frozenset(), beep=False)]

    def test_the_result_goes_to_action(self) -> None:
        assert self.record("action='/action'", ScriptedStage()).was_asked_for(ACTION) == {
            "RecordingUrl": "https://node/RE1.wav",
            "RecordingSid": "RE1",
            "RecordingDuration": "3",
            "Digits": "#",
        }

    def test_the_result_goes_to_action_also_when_the_caller_has_left(self) -> None:
        stage = ScriptedStage(recorded=RecordOutcome("RE1", "https://node/RE1.wav", 3, "hangup"))
        assert self.record("action='/action'", stage).was_asked_for(ACTION)["Digits"] == "hangup"

    def test_one_that_fails_is_noted_and_skipped(self) -> None:
        stage = ScriptedStage(recorded=RecordingError("disk full"))
        self.record("action='/action'", stage)
        assert stage.story == ["recorded", "noted not_recorded: disk full", "said after (en-GB)", "hung up"]


class TestDial:
    def dial(self, dial: str, stage: ScriptedStage) -> Customer:
        customer = Customer({HOME: f"<Response>{dial}<Say>after</Say></Response>", ACTION: OVER})
        perform(HOME, stage, customer)
        return customer

    def test_defaults(self) -> None:
        stage = ScriptedStage()
        self.dial("<Dial>+32 2 555 01-99</Dial>", stage)
        assert stage.plans[0] == DialPlan((DialTarget("+3225550199"),), answer_timeout_s=30)

    def test_attributes(self) -> None:
        stage = ScriptedStage()
        self.dial(
            "<Dial timeout='9' callerId='+3225550100' timeLimit='60' record='record-from-answer-dual' "
            "hangupOnStar='true'><Sip>sip:desk@pbx</Sip><Number>+3225550199</Number></Dial>",
            stage,
        )
        targets = (DialTarget("sip:desk@pbx"), DialTarget("+3225550199"))
        assert stage.plans[0] == DialPlan(
            targets,
            9,
            "+3225550100",
            limit_s=60,
            recording=BridgeRecording(DialRecord.FROM_ANSWER_DUAL),
            hang_up_on_star=True,
        )

    def test_without_action_the_flow_goes_on(self) -> None:
        stage = ScriptedStage()
        self.dial("<Dial>+3225550199</Dial>", stage)
        assert stage.story == ["dialled", "said after (en-GB)", "hung up"]

    def test_the_result_goes_to_action(self) -> None:
        stage = ScriptedStage(
            dialled=DialOutcome(Status.COMPLETED, "CA2", 7, 200, "https://node/RE2.wav", bridged=True)
        )
        assert self.dial("<Dial action='/action'>+3225550199</Dial>", stage).was_asked_for(ACTION) == {
            "DialCallStatus": "completed",
            "DialCallSid": "CA2",
            "DialBridged": "true",
            "DialCallDuration": "7",
            "DialSipResponseCode": "200",
            "RecordingUrl": "https://node/RE2.wav",
        }

    def test_failure_goes_to_action_too(self) -> None:
        stage = ScriptedStage(dialled=DialOutcome(Status.BUSY, "CA2", 0, 486))
        params = self.dial("<Dial action='/action'>+3225550199</Dial>", stage).was_asked_for(ACTION)
        assert params["DialCallStatus"] == "busy"
        assert "RecordingUrl" not in params

    def test_an_empty_action_is_the_document_itself(self) -> None:
        customer = Customer({HOME: "<Response><Dial action=''>+3225550199</Dial></Response>"})
        with pytest.raises(FlowFailed, match="goes in circles"):
            perform(HOME, customer=customer)
        assert customer.asked[1][:2] == ("POST", HOME)

    def test_a_conference_is_entered(self) -> None:
        stage = ScriptedStage()
        self.dial("<Dial><Conference>Room 1</Conference></Dial>", stage)
        assert stage.plans[0] == RoomPlan("Room 1")

    def test_a_conferences_attributes(self) -> None:
        stage = ScriptedStage(entered=RoomOutcome("CF1", QueueEntry.ENTERED, 9, "https://node/RE3.wav"))
        customer = self.dial(
            "<Dial action='/action' hangupOnStar='true' timeLimit='60'><Conference muted='true' maxParticipants='3' "
            "startConferenceOnEnter='false' endConferenceOnExit='true' beep='onEnter' record='record-from-start'>"
            "Room</Conference></Dial>",
            stage,
        )
        assert stage.plans[0] == RoomPlan(
            "Room", muted=True, start_on_enter=False, end_on_exit=True, beep=Beep.ON_ENTER, max_participants=3,
            record=True, limit_s=60, leave_on_star=True,
        )  # fmt: skip
        assert customer.was_asked_for(ACTION) == {
            "DialCallStatus": "answered",
            "DialCallDuration": "9",
            "ConferenceSid": "CF1",
            "ConferenceStatus": "entered",
            "RecordingUrl": "https://node/RE3.wav",
        }

    def test_a_full_conference_failed(self) -> None:
        stage = ScriptedStage(entered=RoomOutcome("CF1", QueueEntry.FULL))
        customer = self.dial("<Dial action='/action'><Conference>Room</Conference></Dial>", stage)
        told = customer.was_asked_for(ACTION)
        assert (told["DialCallStatus"], told["ConferenceStatus"]) == ("failed", "full")
