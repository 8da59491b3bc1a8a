"""What each verb asks of the call, and what it makes of the outcome; attributes and defaults are in docs/call-flow.md.

What comes of it on a live call is in tests/unit/live.
"""

import pytest

from engine.errors import FlowFailed, RecordingError
from engine.flow.next_step import Continue, GoTo, HttpMethod
from engine.flow.plans import (
    Beep,
    BridgeRecording,
    Credentials,
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
from tests.unit.flow.noted_actions import NotedActions
from tests.unit.flow.performing import HOME, customer_with, next_after, perform

TALKED = DialOutcome(Status.COMPLETED, "CA2", 7)
SPOKEN = RecordOutcome("RE1", "https://node/RE1.wav", 3, "#")
STAYED = RoomOutcome("CF1", QueueEntry.ENTERED, 9)


class TestSay:
    async def test_speaks_the_language_of_the_call_unless_told_otherwise(self) -> None:
        actions = NotedActions(language="nl-BE")

        await perform("<Response><Say>Dag</Say><Say language='fr'>Salut</Say></Response>", actions)

        assert actions.asked_to("say") == [Speech("Dag", "nl-BE"), Speech("Salut", "fr-FR")]

    async def test_repeats(self) -> None:
        actions = NotedActions()

        await next_after("<Say loop='3'>Hi</Say>", actions)

        assert actions.asked == [("say", Speech("Hi", "en-GB"))] * 3

    async def test_says_nothing_when_there_is_nothing_to_say(self) -> None:
        assert await perform("<Response><Say loop='0'> </Say></Response>") == [("hang_up",)]

    @pytest.mark.parametrize("voice", ["alice", "man", "Polly.Amy-Neural", "Google.en-GB-Wavenet-A"])
    async def test_voices_of_clouds_are_ignored(self, voice: str) -> None:
        actions = NotedActions()

        await next_after(f"<Say voice='{voice}'>Hi</Say>", actions)

        assert actions.asked_to("say") == [Speech("Hi", "en-GB")]

    async def test_voices_of_ours_are_used(self) -> None:
        actions = NotedActions()

        await next_after("<Say voice='gmw/nl+f2' language='nl-NL'>Hoi</Say>", actions)

        assert actions.asked_to("say") == [Speech("Hoi", "nl-NL", "gmw/nl+f2")]

    async def test_where_no_voice_has_the_name_the_languages_own_speaks(self) -> None:
        actions = NotedActions()
        actions.unknown_voices.add("nobody")

        await next_after("<Say voice='nobody' loop='2'>Hi</Say>", actions)

        assert actions.asked_to("say") == [
            Speech("Hi", "en-GB", "nobody"),
            Speech("Hi", "en-GB"),
            Speech("Hi", "en-GB"),
        ]
        assert [name for name, *_ in actions.asked if name == "note"] == ["note"]

    async def test_markup_is_spoken_as_such(self) -> None:
        actions = NotedActions()

        await next_after("<Say>One &amp; <break time='1s'/> <lang xml:lang='fr-FR'>deux</lang></Say>", actions)

        ssml = '<speak>One &amp; <break time="1s"></break> <lang xml:lang="fr-FR">deux</lang></speak>'
        assert actions.asked_to("say") == [Speech(ssml, "en-GB", ssml=True)]


class TestPlay:
    async def test_sends_keys_with_pauses(self) -> None:
        actions = NotedActions()

        await next_after("<Play digits='wW12w#'/>", actions)

        assert actions.asked == [
            ("pause", 0.5),
            ("pause", 1),
            ("send_digits", "12"),
            ("pause", 0.5),
            ("send_digits", "#"),
        ]


class TestRecord:
    async def test_defaults(self) -> None:
        actions = NotedActions(record=SPOKEN)

        await next_after("<Record action='/action'/>", actions)

        assert actions.asked_to("record") == [RecordPlan(3600, 5, frozenset("1234567890*#"), beep=True)]

    async def test_attributes(self) -> None:
        actions = NotedActions(record=SPOKEN)

        await next_after(
            "<Record action='/action' maxLength='20' timeout='0' finishOnKey='' playBeep='false'/>", actions
        )

        assert actions.asked_to("record") == [RecordPlan(20, 0, frozenset(), beep=False)]

    @pytest.mark.parametrize("ended_by", ["#", "hangup"])
    async def test_the_result_goes_to_action_also_when_the_caller_has_left(self, ended_by: str) -> None:
        recorded = RecordOutcome("RE1", "https://node/RE1.wav", 3, ended_by)

        following = await next_after("<Record action='/action'/>", NotedActions(record=recorded))

        told = {
            "RecordingUrl": "https://node/RE1.wav",
            "RecordingSid": "RE1",
            "RecordingDuration": "3",
            "Digits": ended_by,
        }
        assert following == GoTo("/action", HttpMethod.POST, told)

    async def test_one_that_fails_is_noted_and_skipped(self) -> None:
        actions = NotedActions(record=RecordingError("disk full"))

        following = await next_after("<Record action='/action'/>", actions)

        assert following == Continue()
        assert actions.asked[1:] == [("note", "not_recorded", {"reason": "disk full"})]


class TestDial:
    async def test_defaults(self) -> None:
        actions = NotedActions(dial=TALKED)

        await next_after("<Dial>+32 2 555 01-99</Dial>", actions)

        assert actions.asked_to("dial") == [DialPlan((DialTarget("+3225550199"),), answer_timeout_s=30)]

    async def test_attributes(self) -> None:
        actions = NotedActions(dial=TALKED)

        await next_after(
            "<Dial timeout='9' callerId='+3225550100' timeLimit='60' record='record-from-answer-dual' "
            "hangupOnStar='true'><Sip>sip:desk@pbx</Sip><Number>+3225550199</Number></Dial>",
            actions,
        )

        targets = (DialTarget("sip:desk@pbx"), DialTarget("+3225550199"))
        assert actions.asked_to("dial") == [
            DialPlan(
                targets,
                9,
                "+3225550100",
                limit_s=60,
                recording=BridgeRecording(DialRecord.FROM_ANSWER_DUAL),
                hang_up_on_star=True,
            )
        ]

    async def test_the_addresses_of_a_sip_are_tried_in_their_order(self) -> None:
        actions = NotedActions(dial=TALKED)

        await next_after(
            "<Dial><Sip username='a' password='b'><Uri priority='2'>sip:last@pbx</Uri>"
            "<Uri priority='1' weight='1' username='c' password='d'>sip:second@pbx</Uri>"
            "<Uri priority='1' weight='9'>sip:first@pbx?x-order=7</Uri></Sip></Dial>",
            actions,
        )

        targets = (
            DialTarget("sip:first@pbx", credentials=Credentials("a", "b"), headers=(("x-order", "7"),)),
            DialTarget("sip:second@pbx", credentials=Credentials("c", "d")),
            DialTarget("sip:last@pbx", credentials=Credentials("a", "b")),
        )
        assert actions.asked_to("dial") == [DialPlan(targets, 30, sequential=True)]

    async def test_without_action_the_flow_goes_on(self) -> None:
        assert await next_after("<Dial>+3225550199</Dial>", NotedActions(dial=TALKED)) == Continue()

    async def test_the_result_goes_to_action(self) -> None:
        outcome = DialOutcome(Status.COMPLETED, "CA2", 7, 200, "https://node/RE2.wav", bridged=True)

        following = await next_after("<Dial action='/action'>+3225550199</Dial>", NotedActions(dial=outcome))

        told = {
            "DialCallStatus": "completed",
            "DialCallSid": "CA2",
            "DialBridged": "true",
            "DialCallDuration": "7",
            "DialSipResponseCode": "200",
            "RecordingUrl": "https://node/RE2.wav",
        }
        assert following == GoTo("/action", HttpMethod.POST, told)

    async def test_failure_goes_to_action_too(self) -> None:
        busy = NotedActions(dial=DialOutcome(Status.BUSY, "CA2", 0, 486))

        following = await next_after("<Dial action='/action'>+3225550199</Dial>", busy)

        assert isinstance(following, GoTo)
        assert following.url == "/action"
        assert following.params["DialCallStatus"] == "busy"
        assert "RecordingUrl" not in following.params

    async def test_an_empty_action_is_the_document_itself(self) -> None:
        customer = customer_with(home="<Response><Dial action=''>+3225550199</Dial></Response>")

        with pytest.raises(FlowFailed, match="goes in circles"):
            await perform(HOME, NotedActions(dial=TALKED), customer)

        assert (customer.asked[1].method, customer.asked[1].url) == ("POST", HOME)

    async def test_a_conference_is_entered(self) -> None:
        actions = NotedActions(join=STAYED)

        await next_after("<Dial><Conference>Room 1</Conference></Dial>", actions)

        assert actions.asked_to("join") == [RoomPlan("Room 1")]

    async def test_a_conferences_attributes(self) -> None:
        actions = NotedActions(join=RoomOutcome("CF1", QueueEntry.ENTERED, 9, "https://node/RE3.wav"))

        following = await next_after(
            "<Dial action='/action' hangupOnStar='true' timeLimit='60'><Conference muted='true' maxParticipants='3' "
            "startConferenceOnEnter='false' endConferenceOnExit='true' beep='onEnter' record='record-from-start'>"
            "Room</Conference></Dial>",
            actions,
        )

        plan = RoomPlan(
            "Room", muted=True, start_on_enter=False, end_on_exit=True, beep=Beep.ON_ENTER, max_participants=3,
            record=True, limit_s=60, leave_on_star=True,
        )  # fmt: skip
        told = {
            "DialCallStatus": "answered",
            "DialCallDuration": "9",
            "ConferenceSid": "CF1",
            "ConferenceStatus": "entered",
            "RecordingUrl": "https://node/RE3.wav",
        }
        assert actions.asked_to("join") == [plan]
        assert following == GoTo("/action", HttpMethod.POST, told)

    async def test_a_full_conference_failed(self) -> None:
        full = NotedActions(join=RoomOutcome("CF1", QueueEntry.FULL))

        following = await next_after("<Dial action='/action'><Conference>Room</Conference></Dial>", full)

        assert isinstance(following, GoTo)
        assert (following.params["DialCallStatus"], following.params["ConferenceStatus"]) == ("failed", "full")
