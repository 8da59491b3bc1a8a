"""The XML spelling: what it takes, how it says no, and what it does not let in."""

import pytest

from engine.errors import DocumentError
from engine.flow.document import Document
from engine.flow.from_xml import DEPTH_LIMIT, SIZE_LIMIT
from engine.flow.listening import Input
from engine.flow.next_step import HttpMethod
from engine.flow.parse import parse
from engine.flow.plans import Beep, DialRecord
from engine.flow.verbs.conference import Conference
from engine.flow.verbs.dial import Dial
from engine.flow.verbs.gather import Gather
from engine.flow.verbs.hangup import Hangup
from engine.flow.verbs.nouns import Number, Sip
from engine.flow.verbs.pause import Pause
from engine.flow.verbs.play import Play
from engine.flow.verbs.record import Record
from engine.flow.verbs.redirect import Redirect
from engine.flow.verbs.reject import Reject, RejectReason
from engine.flow.verbs.say import Say

FLOW = """<?xml version="1.0" encoding="UTF-8"?>
<!-- a menu -->
<Response>
  <Say language="nl-BE" voice="alice" loop="2">Dag &amp; <![CDATA[<welkom>]]></Say>
  <Play loop="0" digits="">hold.mp3</Play>
  <Pause length="3"/>
  <Gather input="dtmf speech" numDigits="1" timeout="3" finishOnKey="*" action="/menu" method="get"
          actionOnEmptyResult="TRUE" hints="x" speechTimeout="auto">
    <Say>Menu</Say><Play>menu.wav</Play><Pause/>
  </Gather>
  <Record maxLength="20" timeout="2" finishOnKey="" playBeep="false" action="r" method="POST" trim="do-not-trim"/>
  <Dial timeout="9" callerId="+3225550100" timeLimit="60" action="d" record="true" hangupOnStar="true">
    <Number statusCallback="/s">+32 2 555 01 99</Number><Sip>sip:a@b.example;transport=tcp</Sip>
  </Dial>
  <Dial><Conference muted="true" beep="onExit" waitUrl="">room</Conference></Dial>
  <Dial>+3225550199</Dial>
  <Redirect method="GET">next</Redirect>
  <Reject reason="busy"/>
  <Hangup/>
</Response>
"""


def refused(body: str | bytes, content_type: str | None = None) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        parse(body, content_type)
    return caught.value


def test_every_verb_with_its_attributes() -> None:
    assert parse(FLOW) == Document(
        (
            Say("Dag & <welkom>", "nl-BE", "alice", 2),
            Play("hold.mp3", 0),
            Pause(3),
            Gather(
                (Input.DTMF, Input.SPEECH),
                1,
                3,
                "*",
                "/menu",
                HttpMethod.GET,
                True,
                hints="x",
                prompts=(Say("Menu"), Play("menu.wav"), Pause()),
            ),
            Record(20, 2, "", play_beep=False, action="r"),
            Dial(
                9,
                "+3225550100",
                time_limit=60,
                action="d",
                record=DialRecord.FROM_ANSWER,
                hangup_on_star=True,
                to=(Number("+32 2 555 01 99", status_callback="/s"), Sip("sip:a@b.example;transport=tcp")),
            ),
            Dial(to=(Conference("room", muted=True, beep=Beep.ON_EXIT, wait_url=""),)),
            Dial(to=(Number("+3225550199"),)),
            Redirect("next", HttpMethod.GET),
            Reject(RejectReason.BUSY),
            Hangup(),
        )
    )


@pytest.mark.parametrize(
    ("inside", "words", "element", "attribute"),
    [
        (
            '<Gather numDigits="many"/>',
            "'numDigits' is 'many': write a whole number from 1 to 1000",
            "Gather",
            "numDigits",
        ),
        ('<Gather numDigits="0"/>', "a whole number from 1 to 1000", "Gather", "numDigits"),
        ('<Gather timeout="1e3"/>', "a whole number from 0 to 600", "Gather", "timeout"),
        ('<Gather timeout="٣"/>', "a whole number", "Gather", "timeout"),
        ('<Gather timeout="99999999999999999999"/>', "a whole number", "Gather", "timeout"),
        ('<Gather actionOnEmptyResult="yes"/>', "write true or false", "Gather", "actionOnEmptyResult"),
        ('<Gather input="voice"/>', "of dtmf, speech", "Gather", "input"),
        ('<Gather method="PUT"/>', "one of GET, POST", "Gather", "method"),
        ('<Gather finishOnKey="x"/>', "keys out of 0-9", "Gather", "finishOnKey"),
        ('<Gather action="ftp://x/y"/>', "an http or https URL", "Gather", "action"),
        ('<Gather action="javascript:alert(1)"/>', "an http or https URL", "Gather", "action"),
        ("<Gather><Dial>+3225550199</Dial></Gather>", "Allowed there: <Say>, <Play>, <Pause>", "Dial", ""),
        ("<Gather>press one</Gather>", "text can't stand here: 'press one'", "Gather", ""),
        ('<Say lang="nl">x</Say>', "there is no attribute 'lang'. Allowed are: language, voice, loop", "Say", "lang"),
        ('<Say loop="-1">x</Say>', "from 0 to 1000", "Say", "loop"),
        ('<Say><audio src="/etc/passwd"/></Say>', "Allowed there: <break>", "audio", ""),
        ("<Say><p><Play>x</Play></p></Say>", "it can't stand in <p>", "Play", ""),
        ("<Play/>", "write the file's URL, or 'digits'", "Play", ""),
        ("<Play>file:///etc/passwd</Play>", "an http or https URL", "Play", "url"),
        ('<Play digits="1x"/>', "keys 0-9", "Play", "digits"),
        ("<Pause>3</Pause>", "text can't stand here: '3'", "Pause", ""),
        ("<Pause><Say>x</Say></Pause>", "it can't stand in <Pause>. Allowed there: no elements", "Say", ""),
        (
            '<Record transcribe="true"/>',
            "'transcribe' is not supported: there is no transcriber",
            "Record",
            "transcribe",
        ),
        (
            '<Record recordingStatusCallbackEvent="begun"/>',
            "in-progress, paused, resumed, completed, failed, absent",
            "Record",
            "recordingStatusCallbackEvent",
        ),
        ("<Dial/>", "write whom to call", "Dial", ""),
        ("<Dial>0471 23 45 67</Dial>", "a number in E.164", "Dial", "number"),
        ("<Dial><Task>x</Task></Dial>", "there is no task router", "Task", ""),
        ("<Dial>+3225550199<Sip>sip:a@b</Sip></Dial>", "text can't stand here", "Dial", ""),
        ("<Dial><Sip>https://b.example</Sip></Dial>", "a SIP URI", "Sip", "sip"),
        ("<Dial><Sip><Uri>sip:a@b</Uri><Uri>sip:a@b?Via=x</Uri></Sip></Dial>", "'Via' can't be set", "Sip", ""),
        ("<Dial><Sip/></Dial>", "it is empty; write a SIP URI", "Sip", ""),
        ("<Dial><Sip>" + "<Uri>sip:a@b</Uri>" * 11 + "</Sip></Dial>", "it calls 11; at most 10", "Dial", ""),
        ("<Dial><Sip>sip:a@b?Via=x</Sip></Dial>", "'Via' can't be set", "Sip", ""),
        ("<Dial><Sip>sip:a@b?Replaces=x&amp;replaces=y</Sip></Dial>", "Replaces is there more than once", "Sip", ""),
        ("<Dial><Sip>sip:a@b?X-A=1%0d%0aTo:%20c</Sip></Dial>", "stands on one line", "Sip", ""),
        ("<Dial><Sip>sip:a@b?X-A%3a=1</Sip></Dial>", "can't be set", "Sip", ""),
        (
            "<Dial><Sip>sip:a@b?X-A="
            + "a" * 600
            + "<Headers><Header name='X-B' value='"
            + "b" * 600
            + "'/></Headers></Sip></Dial>",
            "have 1206 characters together",
            "Sip",
            "",
        ),
        ("<Dial><Number sendDigits='x'>+3225550199</Number></Dial>", "keys 0-9", "Number", "sendDigits"),
        ("<Dial><Conference>a</Conference><Number>+3225550199</Number></Dial>", "stands alone", "Dial", ""),
        ("<Dial>" + "<Number>+3225550199</Number>" * 11 + "</Dial>", "at most 10", "Dial", ""),
        ("<Dial><Conference/></Dial>", "it is empty; write a name", "Conference", ""),
        ("<Dial record='maybe'>+3225550199</Dial>", "one of do-not-record", "Dial", "record"),
        ("<Redirect/>", "it is empty; write an http", "Redirect", ""),
        ("<Reject reason='tired'/>", "one of rejected, busy", "Reject", "reason"),
        ("<Sing/>", "there is no such verb. Allowed are: <Say>, <Play>", "Sing", ""),
        ("<say>x</say>", "there is no such verb", "say", ""),
        ("<Pay/>", "taking card payments is not supported", "Pay", ""),
        ("hello", "text can't stand outside of the verbs: 'hello'", "Response", ""),
    ],
)
def test_what_is_wrong_is_named(inside: str, words: str, element: str, attribute: str) -> None:
    error = refused(f"<Response>{inside}</Response>")
    assert words in str(error)
    assert (error.element, error.attribute) == (element, attribute)


def test_an_error_has_its_place() -> None:
    error = refused('<Response>\n  <Say>x</Say>\n  <Gather>\n    <Say loop="x">y</Say></Gather></Response>')
    assert (error.line, error.column) == (4, 5)
    assert str(error).startswith("line 4, column 5: <Say>: 'loop' is 'x'")


@pytest.mark.parametrize("set_to", ["false", ""])
def test_what_does_not_work_yet_may_be_switched_off(set_to: str) -> None:
    assert parse(f'<Response><Record transcribe="{set_to}"/></Response>') == Document((Record(),))


def test_attributes_of_xml_itself_do_no_harm() -> None:
    xml = '<Response xmlns:xsi="x" xsi:noNamespaceSchemaLocation="y"><Say xml:lang="nl" xmlns="z">x</Say></Response>'
    assert parse(xml) == Document((Say("x"),))


class TestWhatIsNotLetIn:
    def test_a_billion_laughs(self) -> None:
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        bomb = f'<!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]><Response><Say>&l9;</Say></Response>'
        assert "document type" in str(refused(bomb))

    @pytest.mark.parametrize(
        "body",
        [
            '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><Response><Say>&f;</Say></Response>',
            '<!DOCTYPE x SYSTEM "http://evil.example/x.dtd"><Response/>',
            '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://evil.example/p"> %p;]><Response/>',
            "<!DOCTYPE Response><Response/>",
        ],
    )
    def test_document_types_and_external_entities(self, body: str) -> None:
        assert "document type" in str(refused(body))

    def test_entities_that_nobody_declared(self) -> None:
        assert "undefined entity" in str(refused("<Response><Say>&nbsp;</Say></Response>"))

    def test_more_than_64_kib(self) -> None:
        room = SIZE_LIMIT - len("<Response></Response>")
        assert parse(f"<Response>{' ' * room}</Response>") == Document(())
        assert "64 KiB" in str(refused(f"<Response>{' ' * (room + 1)}</Response>"))
        assert "64 KiB" in str(refused(f"<Response><Say>{'é' * (SIZE_LIMIT // 2)}</Say></Response>"))
        assert "64 KiB" in str(refused(f"<Response x='{'y' * 1024 * 1024}'/>".encode()))

    def test_elements_more_than_ten_deep(self) -> None:
        inside = "<p>" * (DEPTH_LIMIT - 2) + "x" + "</p>" * (DEPTH_LIMIT - 2)
        parse(f"<Response><Say>{inside}</Say></Response>")
        assert "10 deep" in str(refused(f"<Response><Say><p>{inside}</p></Say></Response>"))
        assert "10 deep" in str(refused("<a>" * 10_000))

    @pytest.mark.parametrize(
        "body",
        [
            b"<Response><Say>\xff\xfe</Say></Response>",
            b'<?xml version="1.0" encoding="utf-7"?><Response/>',
            b'<?xml version="1.0" encoding="zlib"?><Response/>',
            b'<?xml version="1.0" encoding="klingon"?><Response/>',
        ],
    )
    def test_encodings_that_can_not_be_read(self, body: bytes) -> None:
        refused(body)

    def test_a_content_type_that_lies_about_the_encoding(self) -> None:
        assert "encoding" in str(refused(b"<Response><Say>\xe9</Say></Response>", "text/xml; charset=utf-8"))
        assert "encoding" in str(refused(b"<Response/>", "text/xml; charset=zlib"))

    @pytest.mark.parametrize(
        "body",
        ["<Response>", "<Response><Say></Response>", "<Response/><Response/>", "<Response a='1' a='2'/>", "<>", "<"],
    )
    def test_what_is_not_well_formed(self, body: str) -> None:
        error = refused(body)
        assert "not well-formed" in str(error)
        assert error.line == 1

    def test_another_root(self) -> None:
        assert "begins with <Response>" in str(refused("<html><body>Error 500</body></html>"))


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
    def test_the_xml_declaration_names_it(self, encoding: str) -> None:
        body = f'<?xml version="1.0" encoding="{encoding}"?><Response><Say>één</Say></Response>'.encode(encoding)
        assert parse(body) == Document((Say("één"),))

    def test_the_content_type_names_it(self) -> None:
        body = "<Response><Say>één</Say></Response>".encode("iso-8859-1")
        assert parse(body, 'text/xml; charset="ISO-8859-1"') == Document((Say("één"),))

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            (b'\n<?xml version="1.0" encoding="UTF-8"?>{}', "text/xml"),
            (b'\n<?xml version="1.0" encoding="UTF-8"?>{}', "text/xml; charset=utf-8"),
            ('\ufeff\n<?xml version="1.0"?>{}'.encode(), "application/xml"),
            ("\ufeff{}".encode(), "text/xml; charset=iso-8859-1"),
            ("\ufeff{}".encode("utf-16-be"), "text/xml; charset=utf-8"),
            ("{}".encode("utf-16-le"), "text/xml; charset=utf-16le"),
        ],
    )
    def test_however_it_begins_the_same_bytes_mean_the_same(self, body: bytes, content_type: str) -> None:
        encoding = "utf-16-be" if body.startswith(b"\xfe\xff") else "utf-16-le" if b"\x00" in body else "utf-8"
        document = body.replace("{}".encode(encoding), "<Response><Say>één</Say></Response>".encode(encoding))

        assert parse(document, content_type) == Document((Say("één"),))

    @pytest.mark.parametrize("encoding", ["shift_jis", "big5", "koi8-r", "utf-16-le"])
    def test_of_any_alphabet(self, encoding: str) -> None:
        word = "Привет" if encoding == "koi8-r" else "日本" if encoding == "shift_jis" else "中"
        body = f'<?xml version="1.0" encoding="{encoding}"?><Response><Say>{word}</Say></Response>'.encode(encoding)
        content_type = "text/xml; charset=utf-16-le" if encoding == "utf-16-le" else None

        assert parse(body, content_type) == Document((Say(word),))

    def test_a_server_that_names_one_charset_for_all_is_not_believed_where_that_can_not_be(self) -> None:
        body = '<?xml version="1.0" encoding="ISO-8859-1"?><Response><Say>één</Say></Response>'.encode("iso-8859-1")

        assert parse(body, "text/xml; charset=utf-8") == Document((Say("één"),))

    def test_a_declaration_of_two_bytes_each_that_stands_in_one_byte_each(self) -> None:
        body = '<?xml version="1.0" encoding="utf-16"?><Response><Say>één</Say></Response>'.encode()

        assert parse(body) == Document((Say("één"),))

    def test_a_byte_order_mark_does_no_harm(self) -> None:
        body = "\ufeff \n<Response/>"
        assert parse(body) == parse("\ufeff<Response/>".encode()) == parse(b"<Response/>") == Document(())


def test_what_says_nothing_to_us_is_read_over() -> None:
    body = (
        '<?xml version="1.0"?><?xml-stylesheet href="a.xsl"?><!-- a menu -->'
        '<tw:Response xmlns:tw="urn:voice" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:noNamespaceSchemaLocation="voice.xsd"><tw:Say tw:id="7">Hello<?pause?></tw:Say></tw:Response>'
    )

    assert parse(body) == Document((Say("Hello"),))


@pytest.mark.parametrize(
    "content_type", [None, "text/html", "text/plain", "application/xml", "text/xml; charset=utf-8"]
)
def test_xml_is_known_by_its_first_character(content_type: str | None) -> None:
    assert parse(b"\n <Response/>", content_type) == Document(())


@pytest.mark.parametrize("body", ["", "  ", b"", b"\xef\xbb\xbf"])
def test_nothing_is_no_document(body: str | bytes) -> None:
    assert "empty" in str(refused(body))


def test_prose_is_no_document() -> None:
    assert "neither XML nor JSON" in str(refused("Hello"))
