"""Call flows that were written by hand over ten years: what is understood, what is passed over, what is told of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DocumentError
from engine.flow.document import Document
from engine.flow.listening import Input
from engine.flow.manner import BY_SPELLING, STRICT_MANNER, ReadingManner
from engine.flow.next_step import HttpMethod
from engine.flow.parse import parse, read_flow
from engine.flow.plans import DialRecord
from engine.flow.verbs.dial import Dial
from engine.flow.verbs.gather import Gather
from engine.flow.verbs.hangup import Hangup
from engine.flow.verbs.nouns import Number
from engine.flow.verbs.pause import Pause
from engine.flow.verbs.play import Play
from engine.flow.verbs.record import Record
from engine.flow.verbs.say import Say
from engine.model.flow_reading import FlowReading

IN_BELGIUM = ReadingManner(country="be")


def read(inside: str, manner: ReadingManner = BY_SPELLING) -> Document:
    return read_flow(f"<Response>{inside}</Response>", None, manner)


def verbs(inside: str, manner: ReadingManner = BY_SPELLING) -> tuple[object, ...]:
    return read(inside, manner).verbs


class TestWhatIsPassedOver:
    def test_an_attribute_that_nobody_knows(self) -> None:
        document = read('<Say foo="1">Hello</Say>')

        assert document.verbs == (Say("Hello"),)
        [warning] = document.warnings
        assert (warning.line, warning.element, warning.attribute) == (1, "Say", "foo")
        assert warning.reason.startswith("<Say>: there is no attribute 'foo'.")
        assert warning.mend == "Write one of: language, voice, loop."
        assert warning.done == "it was left out"

    @pytest.mark.parametrize(
        "refused",
        ["<Pay/>", "<Sms>Hi</Sms>", "<Connect><Room>a</Room></Connect>", "<Stop/>", "<Shout>!</Shout>",
         "<Connect><Stream/></Connect>", "<Stop><Siprec/></Stop>", "<Start><Transcription/></Start>", "between"],
    )  # fmt: skip
    def test_a_verb_that_does_not_run_here_where_others_follow(self, refused: str) -> None:
        document = read(f"{refused}<Say>Hello</Say>")

        assert document.verbs == (Say("Hello"),)
        assert document.warnings

    def test_but_a_document_of_which_nothing_is_left_is_refused(self) -> None:
        with pytest.raises(DocumentError, match="card payments"):
            read("<Pay/><Pay/>")

    def test_one_of_several_whom_a_dial_calls(self) -> None:
        assert verbs("<Dial><Sim>DE0</Sim><Number>+3225550199</Number></Dial>") == (Dial(to=(Number("+3225550199"),)),)

    def test_an_element_in_a_text_of_which_the_words_are_said(self) -> None:
        document = read('<Say>Dear <blink>friends</blink><break time="1s"/></Say>')

        assert document.verbs == (Say('<speak>Dear friends<break time="1s"></break></speak>'),)
        assert [warning.element for warning in document.warnings] == ["blink"]

    def test_an_attribute_of_an_element_in_a_text(self) -> None:
        document = read('<Say>Dear <emphasis level="strong" weight="3">friends</emphasis></Say>')

        assert document.verbs == (Say('<speak>Dear <emphasis level="strong">friends</emphasis></speak>'),)
        assert [(warning.element, warning.attribute) for warning in document.warnings] == [("emphasis", "weight")]

    def test_a_noun_in_the_place_of_a_verb_of_which_is_told_where_it_stands(self) -> None:
        [warning] = read("<Queue>support</Queue><Hangup/>").warnings

        assert warning.reason == "<Queue>: it is no verb. It stands in <Dial>."

    def test_a_text_where_none_may_stand(self) -> None:
        assert verbs("<Hangup>now</Hangup>") == (Hangup(),)

    def test_what_lacks_what_it_needs(self) -> None:
        document = read("<Dial/><Play/><Say>Hello</Say>")

        assert document.verbs == (Say("Hello"),)
        assert [warning.element for warning in document.warnings] == ["Dial", "Play"]


class TestWhatIsUnderstood:
    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ('<Pause length="9999"/>', Pause(3600)),
            ('<Pause length="-1"/>', Pause(0)),
            ('<Pause length="2.7"/>', Pause(2)),
            ('<Pause length="5 seconds"/>', Pause(5)),
            ('<Pause length="a while"/>', Pause()),
            ('<Say loop="1001">x</Say>', Say("x", loop=1000)),
            ('<Gather numDigits="0"/>', Gather(num_digits=1)),
            ('<Gather input="voice dtmf"/>', Gather((Input.DTMF,))),
            ('<Gather speechTimeout="900"/>', Gather(speech_timeout=60)),
            ('<Say loop="-1">x</Say>', Say("x", loop=1)),
            ('<Record timeout="-1"/>', Record(timeout=5)),
            ('<Gather timeout="-1"/>', Gather(timeout=0)),
            ('<Gather finishOnKey="the # key"/>', Gather(finish_on_key="#")),
            ('<Gather finishOnKey="pound, star"/>', Gather(finish_on_key="#*")),
            ('<Record finishOnKey="any key"/>', Record(finish_on_key="1234567890*#")),
            ('<Gather bargeIn="no"/>', Gather(barge_in=False)),
        ],
    )
    def test_a_value_out_of_bounds_or_in_other_words(self, written: str, meant: object) -> None:
        document = read(written)

        assert document.verbs == (meant,)
        assert len(document.warnings) == 1

    @pytest.mark.parametrize("written", ['<say loop="2">x</say>', '<SAY LOOP="2">x</SAY>', '<Say Loop="2">x</Say>'])
    def test_names_in_other_case(self, written: str) -> None:
        document = read(written)

        assert document.verbs == (Say("x", loop=2),)
        assert all("it was read as" in warning.done for warning in document.warnings)
        assert document.warnings

    def test_an_element_of_a_text_in_other_case(self) -> None:
        assert verbs('<Say>One <Break time="1s"/></Say>') == (Say('<speak>One <break time="1s"></break></speak>'),)

    def test_a_root_in_other_case(self) -> None:
        assert read_flow("<response><Hangup/></response>", None, BY_SPELLING).verbs == (Hangup(),)

    def test_words_with_other_signs_between(self) -> None:
        dial = '<Dial record="recordFromAnswer"><Number>+3225550199</Number></Dial>'

        assert verbs(dial) == (Dial(record=DialRecord.FROM_ANSWER, to=(Number("+3225550199"),)),)

    @pytest.mark.parametrize(
        "url", [r"http:\\cdn.example\a b.wav", "http:/cdn.example/a b.wav", "http://cdn.example/a%20b.wav"]
    )
    def test_addresses_of_other_forms(self, url: str) -> None:
        assert verbs(f"<Play>{url}</Play>") == (Play("http://cdn.example/a%20b.wav"),)


class TestNumbers:
    @pytest.mark.parametrize(
        ("written", "country", "number"),
        [
            ("0470 12 34 56", "be", "+32470123456"),
            ("+32 (0)470 12 34 56", "be", "+32470123456"),
            ("+39 (0)2 1234 5678", "be", "+390212345678"),
            ("tel:+32-470-12-34-56", "be", "+32470123456"),
            ("0032 470 12 34 56", "be", "+32470123456"),
            ("0032 470 12 34 56", "", "+32470123456"),
            ("415-123-4567", "us", "+14151234567"),
            ("1-800-FLOWERS", "us", "+18003569377"),
            ("(0341) 123456", "de", "+49341123456"),
        ],
    )
    def test_are_read_as_people_of_the_country_write_them(self, written: str, country: str, number: str) -> None:
        [dial] = verbs(f"<Dial>{written}</Dial>", ReadingManner(country=country))

        assert isinstance(dial, Dial)
        assert isinstance(dial.to[0], Number)
        assert dial.to[0].address == number

    @pytest.mark.parametrize("emergency", ["112", "110", "17"])
    def test_of_emergencies_stay_as_they_are(self, emergency: str) -> None:
        document = read(f"<Dial>{emergency}</Dial>", IN_BELGIUM)

        assert document == Document((Dial(to=(Number(emergency),)),))

    def test_who_calls_may_be_written_so_too(self) -> None:
        [dial] = verbs('<Dial callerId="02 555 01 00">+3225550199</Dial>', IN_BELGIUM)

        assert isinstance(dial, Dial)
        assert dial.caller_id == "+3225550100"

    @pytest.mark.parametrize("caller", ["anonymous", "client:4151234567", "+32 2 555 01 00", ""])
    def test_who_calls_is_not_read_into_what_is_no_national_number(self, caller: str) -> None:
        document = read(f'<Dial callerId="{caller}">+3225550199</Dial>', IN_BELGIUM)

        assert document.warnings == ()

    def test_that_can_not_be_read_leave_their_dial_out(self) -> None:
        document = read("<Dial>0470</Dial><Say>Nobody is there</Say>", IN_BELGIUM)

        assert document.verbs == (Say("Nobody is there"),)


class TestADialOfNobody:
    @pytest.mark.parametrize(
        ("inside", "why"),
        [
            ("0470", "'number' is '0470'"),
            ("<Number>0470</Number><Number>nobody</Number>", "'nobody'"),
            ("<Sip>nobody@nowhere</Sip>", "'sip' is 'nobody@nowhere'"),
            ("<Sip>sip:a@b.example?Via=x</Sip>", "'Via' can't be set"),
            ("<Sim>DE1</Sim>", "Sim"),
            ("", "write whom to call"),
        ],
    )
    def test_stays_where_its_action_is_to_be_told(self, inside: str, why: str) -> None:
        document = read(f'<Dial action="/done" method="GET" foo="1">{inside}</Dial><Say>Nobody</Say>', IN_BELGIUM)

        dial, say = document.verbs
        assert isinstance(dial, Dial)
        assert (dial.to, dial.action, dial.method) == ((), "/done", HttpMethod.GET)
        assert why in dial.unread
        assert "foo" not in dial.unread
        assert say == Say("Nobody")
        assert document.warnings

    @pytest.mark.parametrize("to", ["0470", [{"number": "0470"}, {"sip": "nobody"}], []])
    def test_stays_in_json_too(self, to: object) -> None:
        flow = [{"verb": "dial", "to": to, "action": "/done"}]

        [dial] = read_flow(flow, None, ReadingManner(FlowReading.LENIENT, country="be")).verbs

        assert isinstance(dial, Dial)
        assert (dial.to, bool(dial.unread)) == ((), True)

    def test_calls_who_is_left(self) -> None:
        [dial] = verbs('<Dial action="/done"><Number>0470</Number><Number>+3225550199</Number></Dial>', IN_BELGIUM)

        assert dial == Dial(action="/done", to=(Number("+3225550199"),))

    def test_is_refused_where_mistakes_are(self) -> None:
        with pytest.raises(DocumentError):
            read('<Dial action="/done">0470</Dial>', STRICT_MANNER)


class TestWhoChooses:
    def test_strict_refuses_the_first_mistake(self) -> None:
        with pytest.raises(DocumentError, match="no attribute 'foo'"):
            read('<Say foo="1">Hello</Say>', STRICT_MANNER)

    def test_json_is_read_strictly_unless_it_is_chosen_otherwise(self) -> None:
        flow = [{"verb": "say", "text": "Hello", "foo": 1}, {"verb": "pay"}, {"verb": "pause", "length": "7"}]

        with pytest.raises(DocumentError):
            read_flow(flow, None, BY_SPELLING)
        document = read_flow(flow, None, ReadingManner(FlowReading.LENIENT))

        assert document.verbs == (Say("Hello"), Pause(7))
        assert len(document.warnings) == 3

    @pytest.mark.parametrize(
        "body",
        ["<Response><Say>", "<!DOCTYPE x><Response/>", "<html/>", f"<Response>{' ' * 65536}</Response>", "",
         "<Response><Say>&nbsp;</Say></Response>"],
    )  # fmt: skip
    def test_what_is_no_document_is_refused_in_either_reading(self, body: str) -> None:
        with pytest.raises(DocumentError):
            read_flow(body, None, BY_SPELLING)


LETTER = st.characters(codec="utf-8", exclude_characters="<&\"'", exclude_categories=("Cs", "Cc"))
WORDS = st.text(LETTER, max_size=12)
VERB = st.sampled_from(["Say", "Dial", "Gather", "Record", "Play", "Pause", "Redirect", "Enqueue", "Pay", "Refer", "x"])
ATTRIBUTE = st.sampled_from(["timeout", "loop", "length", "method", "action", "record", "callerId", "numDigits", "foo"])


@st.composite
def elements(draw: st.DrawFn) -> str:
    name = draw(VERB)
    given_ = {draw(ATTRIBUTE): draw(WORDS) for _ in range(draw(st.integers(0, 3)))}
    attributes = "".join(f' {each}="{value}"' for each, value in given_.items())
    return f"<{name}{attributes}>{draw(WORDS)}</{name}>"


@given(st.lists(elements(), max_size=4))
def test_whatever_a_strict_reading_takes_a_lenient_one_takes_alike(written: list[str]) -> None:
    body = f"<Response>{''.join(written)}</Response>"
    try:
        strict = parse(body)
    except DocumentError:
        return

    assert read_flow(body, None, BY_SPELLING) == strict


@given(st.lists(elements(), max_size=4))
def test_whatever_stands_there_something_is_performed_or_the_first_mistake_is_told(written: list[str]) -> None:
    body = f"<Response>{''.join(written)}<Hangup/></Response>"

    document = read_flow(body, None, IN_BELGIUM)

    assert document.verbs[-1] == Hangup()
    assert all(each.reason and each.done for each in document.warnings)
