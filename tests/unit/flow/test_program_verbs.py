"""What Start, Stop and Connect ask of the call for programs, and what they make of the outcome."""

import pytest

from engine.errors import AgentError, DocumentError, StreamError
from engine.flow.diagnostics import Report
from engine.flow.from_xml import from_xml
from engine.flow.next_step import Continue, GoTo, HttpMethod
from engine.flow.parse import parse
from engine.flow.program_plans import (
    AgentLanguage,
    AgentOutcome,
    AgentPlan,
    AgentStatus,
    InterruptedBy,
    Sensitivity,
    StreamOrder,
    StreamOutcome,
    StreamTracks,
)
from engine.model.callback import Callback
from engine.ports.streams import StreamEncoding, StreamFormat
from tests.unit.flow.noted_actions import NotedActions
from tests.unit.flow.performing import next_after, perform

URL = "wss://shop.example/audio"
STREAM = f"<Stream url='{URL}'/>"
RELAY = f"<ConversationRelay url='{URL}'/>"
HEARD = StreamOutcome("MZ1", 7)
TALKED = AgentOutcome("VX1", AgentStatus.ENDED, 9, handoff_data='{"to": "sales"}')
ADDRESSES = [
    ("wss://shop.example/audio", "wss://shop.example/audio"),
    ("WSS://shop.example:8443/a/b", "WSS://shop.example:8443/a/b"),
    ("ws://127.0.0.1:8080/audio", "ws://127.0.0.1:8080/audio"),
    ("/audio", "wss://customer.example/audio"),
    ("audio", "wss://customer.example/audio"),
    ("//shop.example/audio", "wss://shop.example/audio"),
]


class TestStart:
    async def test_a_stream_goes_one_way_beside_the_flow(self) -> None:
        actions = NotedActions()

        following = await next_after(f"<Start>{STREAM}</Start>", actions)

        assert following == Continue()
        assert actions.asked == [("answer",), ("start_stream", StreamOrder(URL))]

    async def test_every_attribute_is_ordered(self) -> None:
        actions = NotedActions()

        await next_after(
            "<Start><Stream url='/audio' name='desk' track='both_tracks' statusCallback='/s'"
            " statusCallbackMethod='GET' audioFormat='l16' sampleRate='16000' reconnect='true' markResult='true'>"
            "<Parameter name='first name' value='Ann'/><Parameter name='tier'/></Stream></Start>",
            actions,
        )

        assert actions.asked_to("start_stream") == [
            StreamOrder(
                "wss://customer.example/audio",
                name="desk",
                tracks=StreamTracks.BOTH,
                sound=StreamFormat(StreamEncoding.L16, 16000),
                parameters=(("first name", "Ann"), ("tier", "")),
                callback=Callback(
                    "https://customer.example/s", "GET", ("stream-started", "stream-stopped", "stream-error")
                ),
                reconnect=True,
                tells_cleared=True,
            )
        ]

    async def test_a_recording_and_several_streams_may_begin_together(self) -> None:
        actions = NotedActions()

        await next_after(f"<Start><Recording/>{STREAM}<Stream url='wss://other.example/'/></Start>", actions)

        assert [asked[0] for asked in actions.asked] == ["answer", "record_call", "start_stream", "start_stream"]

    async def test_a_stream_that_cannot_begin_is_passed_over_and_the_next_begins(self) -> None:
        actions = NotedActions(start_stream=StreamError("Nobody consents."))

        following = await next_after(f"<Start>{STREAM}{STREAM}</Start>", actions)

        assert following == Continue()
        assert actions.asked_to("start_stream") == [StreamOrder(URL), StreamOrder(URL)]


class TestStop:
    async def test_streams_are_stopped_by_their_names(self) -> None:
        actions = NotedActions()

        await next_after("<Stop><Stream name='desk'/><Stream name='MZ1'/></Stop>", actions)

        assert actions.asked_to("stop_stream") == ["desk", "MZ1"]

    async def test_one_that_there_is_not_is_noted(self) -> None:
        actions = NotedActions(stop_stream=StreamError("There is none."))

        following = await next_after("<Stop><Stream name='desk'/></Stop>", actions)

        assert following == Continue()
        assert actions.asked[-1] == ("note", "stream_not_stopped", {"stream": "desk", "reason": "There is none."})


class TestConnectedStream:
    async def test_it_holds_the_flow_and_the_next_verb_follows(self) -> None:
        actions = NotedActions(connect_stream=HEARD)

        following = await next_after(f"<Connect>{STREAM}</Connect>", actions)

        assert following == Continue()
        assert actions.asked == [("connect_stream", StreamOrder(URL))]

    async def test_the_outcome_goes_to_action(self) -> None:
        actions = NotedActions(connect_stream=HEARD)

        following = await next_after(f"<Connect action='/after' method='GET'>{STREAM}</Connect>", actions)

        assert following == GoTo("/after", HttpMethod.GET, {"StreamSid": "MZ1", "StreamDuration": "7"})

    async def test_an_error_goes_to_action_in_words(self) -> None:
        actions = NotedActions(connect_stream=StreamOutcome("MZ1", 0, "The server refused."))

        following = await next_after(f"<Connect action='/after'>{STREAM}</Connect>", actions)

        told = {"StreamSid": "MZ1", "StreamDuration": "0", "StreamError": "The server refused."}
        assert following == GoTo("/after", HttpMethod.POST, told)

    async def test_one_that_may_not_begin_is_passed_over(self) -> None:
        actions = NotedActions(connect_stream=StreamError("Nobody consents."))

        assert await next_after(f"<Connect>{STREAM}</Connect>", actions) == Continue()

    async def test_but_an_action_is_told_of_it(self) -> None:
        actions = NotedActions(connect_stream=StreamError("Nobody consents."))

        following = await next_after(f"<Connect action='/after'>{STREAM}</Connect>", actions)

        assert following == GoTo("/after", HttpMethod.POST, {"StreamError": "Nobody consents."})


class TestConversation:
    async def test_defaults(self) -> None:
        actions = NotedActions(converse=TALKED)

        await next_after(f"<Connect>{RELAY}</Connect>", actions)

        assert actions.asked == [("converse", AgentPlan(URL))]

    async def test_every_attribute_is_planned(self) -> None:
        actions = NotedActions(converse=TALKED)

        await next_after(
            "<Connect><ConversationRelay url='/talk' language='fr-BE' ttsLanguage='nl-BE' voice='gmw/nl+f2'"
            " welcomeGreeting='Dag.' welcomeGreetingInterruptible='false' interruptible='dtmf'"
            " interruptSensitivity='low' reportInputDuringAgentSpeech='true' preemptible='true' dtmfDetection='true'"
            " partialPrompts='true' partialPromptOnHangup='true' ignoreBackchannel='true' echoPromptFiltering='false'"
            " speechTimeout='750' hints='pizza, quattro stagioni,' debug='debugging' events='tokens-played'"
            " applicationReconnect='true'><Language code='nl' voice='gmw/nl+m1' hints='kaas'/>"
            "<Language code='en-GB' ttsProvider='Amazon' voice='Amy'/>"
            "<Parameter name='tier' value='gold'/></ConversationRelay></Connect>",
            actions,
        )

        assert actions.asked_to("converse") == [
            AgentPlan(
                "wss://customer.example/talk",
                spoken="nl-BE",
                understood="fr-BE",
                voice="gmw/nl+f2",
                languages=(AgentLanguage("nl-NL", "gmw/nl+m1", ("kaas",)), AgentLanguage("en-GB")),
                hints=("pizza", "quattro stagioni"),
                parameters=(("tier", "gold"),),
                welcome="Dag.",
                welcome_interruptible=InterruptedBy.NOTHING,
                interruptible=InterruptedBy.KEYS,
                sensitivity=Sensitivity.LOW,
                reports_while_speaking=InterruptedBy.ANYTHING,
                preemptible=True,
                tells_keys=True,
                partial_prompts=True,
                partial_prompt_on_hangup=True,
                ignores_backchannel=True,
                filters_echo=False,
                end_silence_s=0.75,
                debug=frozenset({"debugging", "tokens-played"}),
                reconnects=True,
            )
        ]

    @pytest.mark.parametrize(
        ("attributes", "spoken", "understood"),
        [
            ("", None, None),
            ("language='nl-BE'", "nl-BE", "nl-BE"),
            ("language='nl-BE' ttsLanguage='fr-CA'", "fr-FR", "nl-BE"),
            ("language='nl-BE' transcriptionLanguage='de-AT'", "nl-BE", "de-AT"),
            ("transcriptionLanguage='multi'", None, None),
            ("language='nl-BE' ttsLanguage='multi' transcriptionLanguage='multi'", "nl-BE", "nl-BE"),
            ("ttsProvider='Amazon' voice='Lisa-Neural'", "nl-BE", None),
            ("ttsProvider='Google' voice='fr-FR-Neural2-B'", "fr-FR", None),
            ("voice='Polly.Lotte'", "nl-NL", None),
            ("ttsProvider='ElevenLabs' voice='UgBBYS2sOqTuMpoF3BR0'", None, None),
            ("language='xx'", "en-GB", "en-GB"),
        ],
    )
    async def test_the_language_is_the_first_that_is_known(
        self, attributes: str, spoken: str | None, understood: str | None
    ) -> None:
        actions = NotedActions(converse=TALKED)

        await next_after(f"<Connect><ConversationRelay url='{URL}' {attributes}/></Connect>", actions)

        assert actions.asked_to("converse") == [AgentPlan(URL, spoken=spoken, understood=understood)]

    @pytest.mark.parametrize(
        ("outcome", "told"),
        [
            (TALKED, {"SessionStatus": "ended", "SessionDuration": "9", "HandoffData": '{"to": "sales"}'}),
            (AgentOutcome("VX1", AgentStatus.COMPLETED, 3), {"SessionStatus": "completed", "SessionDuration": "3"}),
            (
                AgentOutcome("VX1", AgentStatus.FAILED, 0, error_code="64102", error_message="No."),
                {
                    "SessionStatus": "failed",
                    "SessionDuration": "0",
                    "ErrorCode": "64102",
                    "ErrorMessage": "No.",
                },
            ),
        ],
    )
    async def test_the_outcome_goes_to_action(self, outcome: AgentOutcome, told: dict[str, str]) -> None:
        actions = NotedActions(converse=outcome)

        following = await next_after(f"<Connect action='/after'>{RELAY}</Connect>", actions)

        assert following == GoTo("/after", HttpMethod.POST, {"SessionId": "VX1", **told})

    async def test_one_that_may_not_begin_is_noted_and_told(self) -> None:
        actions = NotedActions(converse=AgentError("The account has no spoken name."))

        following = await next_after(f"<Connect action='/after'>{RELAY}</Connect>", actions)

        told = {"SessionStatus": "failed", "SessionDuration": "0", "ErrorMessage": "The account has no spoken name."}
        assert following == GoTo("/after", HttpMethod.POST, told)
        assert actions.asked[-1] == ("note", "not_conversed", {"reason": "The account has no spoken name."})


class TestAddress:
    @pytest.mark.parametrize(("written", "asked"), ADDRESSES)
    async def test_it_counts_from_the_document(self, written: str, asked: str) -> None:
        actions = NotedActions()

        await next_after(f"<Start><Stream url='{written}'/></Start>", actions)

        assert actions.asked_to("start_stream") == [StreamOrder(asked)]

    async def test_a_query_of_the_document_is_not_the_programs(self) -> None:
        actions = NotedActions()

        await perform(f"[{JSON_START}]", actions, base_url="http://shop.example/voice?token=1")

        assert actions.asked_to("start_stream") == [StreamOrder("ws://shop.example/audio")]

    @pytest.mark.parametrize("element", ["Stream", "ConversationRelay"])
    @pytest.mark.parametrize("url", [f"{URL}?token=1", f"{URL}#1", "https://shop.example/a", "sip:a@b", "wss://", ""])
    def test_others_are_refused(self, element: str, url: str) -> None:
        with pytest.raises(DocumentError, match="'url'"):
            parse(f"<Response><Connect><{element} url='{url}'/></Connect></Response>")

    def test_who_writes_a_query_is_told_of_parameter(self) -> None:
        with pytest.raises(DocumentError, match="by Parameter"):
            parse(f"<Response><Start><Stream url='{URL}?token=1'/></Start></Response>")

    def test_one_without_encryption_is_remarked(self) -> None:
        report = Report()

        from_xml("<Response><Start><Stream url='ws://shop.example/'/></Start></Response>", report.findings())

        [remark] = report.remarks
        assert (remark.attribute, "TELEFOON_EGRESS_ALLOW" in remark.detail) == ("url", True)


JSON_START = '{"verb": "start", "streams": [{"url": "/audio"}]}'


@pytest.mark.parametrize(
    ("flow", "why"),
    [
        ("<Start/>", "write one Recording, or Streams"),
        ("<Start><Recording/><Recording/></Start>", "write one Recording, or Streams"),
        ("<Stop/>", "write a Stream"),
        ("<Stop><Stream/></Stop>", "write its 'name'"),
        ("<Connect/>", "write one Stream or one ConversationRelay"),
        (f"<Connect>{STREAM}{STREAM}</Connect>", "write one Stream or one ConversationRelay"),
        (f"<Connect>{STREAM}{RELAY}</Connect>", "write one Stream or one ConversationRelay"),
        (f"<Connect><Stream url='{URL}' track='both_tracks'/></Connect>", "inbound_track"),
        (f"<Start><Stream url='{URL}' connectorName='desk'/></Start>", "'connectorName' is not supported"),
        (f"<Start><Stream url='{URL}' audioFormat='mulaw' sampleRate='16000'/></Start>", "mulaw has a 'sampleRate'"),
        (f"<Start><Stream url='{URL}'><Parameter value='1'/></Stream></Start>", "write its 'name'"),
        (f"<Connect><ConversationRelay url='{URL}'><Language/></ConversationRelay></Connect>", "write its 'code'"),
        ("<Connect><Room>one</Room></Connect>", "there are no video rooms"),
    ],
)
def test_what_a_program_can_not_do_without_is_asked_for(flow: str, why: str) -> None:
    with pytest.raises(DocumentError, match=why):
        parse(f"<Response>{flow}</Response>")


@pytest.mark.parametrize(("length", "allowed"), [(496, False), (495, True)])
def test_a_parameters_name_and_value_stay_below_500_characters(length: int, allowed: bool) -> None:
    flow = f"<Response><Start><Stream url='{URL}'><Parameter name='note' value='{'n' * length}'/></Stream></Start>"
    report = Report()

    from_xml(f"{flow}</Response>", report.findings())

    assert [fault.element for fault in report.faults] == ([] if allowed else ["Parameter"])
