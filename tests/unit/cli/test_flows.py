"""`telefoon flow` and `telefoon simulate`: what they print, and how they end."""

import json
from pathlib import Path

import pytest
import soundfile

from tests.peers.audio import Sound, hears
from tests.unit.cli.conftest import Run

MENU = """<Response>
  <Gather numDigits="1" action="https://127.0.0.1:9/menu" enhanced="true">
    <Say voice="Polly.Lotte">Druk een</Say>
  </Gather>
  <Say>Nothing came</Say>
</Response>
"""
WRONG = """<Response>
  <Gather numDigits="many"/>
  <Pay chargeAmount="9"/>
  <Say loop="-1">x</Say>
</Response>
"""


@pytest.fixture
def menu(tmp_path: Path) -> Path:
    path = tmp_path / "menu.xml"
    path.write_text(MENU)
    return path


def test_check_tells_everything_at_once_with_its_place_and_ends_with_1(telefoon: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.xml"
    wrong.write_text(WRONG)

    checked = telefoon("flow", "check", str(wrong))

    assert checked.exit_code == 1
    assert "line 2, column 3: <Gather>: 'numDigits' is 'many': write a whole number" in checked.stdout
    assert "line 3, column 3: <Pay>: taking card payments is not supported" in checked.stdout
    assert "line 4, column 3: <Say>: 'loop' is '-1'" in checked.stdout


def test_check_does_not_miss_what_it_has_just_refused(telefoon: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.xml"
    wrong.write_text("<Response><Dial>555-0199</Dial></Response>")

    checked = telefoon("flow", "check", str(wrong))

    assert [line.split()[0] for line in checked.stdout.splitlines()[1:]] == ["refused"]
    assert "'number' is '555-0199'" in checked.stdout


def test_check_goes_on_into_what_it_has_understood_otherwise(telefoon: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.xml"
    wrong.write_text('<response><SAY foo="1" LOOP="2.5">Hello</SAY></response>')

    [report] = json.loads(telefoon("flow", "check", str(wrong), "--json").stdout)

    assert [(each["element"], each["attribute"], each["done"]) for each in report["findings"]] == [
        ("response", "", "it was read as <Response>"),
        ("SAY", "", "it was read as <Say>"),
        ("Say", "foo", "it was left out"),
        ("Say", "LOOP", "it was read as loop"),
        ("Say", "LOOP", "it was read as 2"),
    ]


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ("<Conference muted='1'>weekly</Conference><Number>+3225550188</Number>", "stands alone"),
        ("<Client><Identity a='1'>alice</Identity><Identity>bob</Identity></Client>", "write one client's name"),
        ("<Sip>sip:a@pbx.example<Headers kind='own'>X-Order: 7</Headers></Sip>", "there is 'kind'"),
        ("<Sip>sip:a@pbx.example<Headers>X-Order: 7</Headers></Sip>", "text can't stand here: 'X-Order: 7'"),
    ],
)
def test_check_misses_nothing_beside_another_mistake(telefoon: Run, tmp_path: Path, inside: str, why: str) -> None:
    wrong = tmp_path / "wrong.xml"
    wrong.write_text(f"<Response><Dial>{inside}</Dial></Response>")

    assert why in telefoon("flow", "check", str(wrong)).stdout


def test_check_understands_numbers_of_the_country_that_is_called(telefoon: Run, tmp_path: Path) -> None:
    flow = tmp_path / "flow.xml"
    flow.write_text("<Response><Dial>0470 12 34 56</Dial></Response>")

    anywhere, in_belgium = (telefoon("flow", "check", str(flow), *more) for more in ((), ("--called", "+3225550199")))

    assert "does not run as it is" in anywhere.stdout
    assert "(it was read as '+32470123456')" in in_belgium.stdout


def test_check_tells_what_differs_and_ends_with_0(telefoon: Run, menu: Path) -> None:
    checked = telefoon("flow", "check", str(menu))

    assert checked.exit_code == 0
    assert "ignored  line 2, column 3: <Gather>: 'enhanced' has no effect" in checked.stdout
    assert (
        "differs  line 3, column 5: <Say>: 'Polly.Lotte' is spoken by the voice of Telefoon for nl-NL" in checked.stdout
    )


def test_check_is_json_for_programs(telefoon: Run, menu: Path) -> None:
    [report] = json.loads(telefoon("flow", "check", str(menu), "--json").stdout)

    assert report["runs"]
    assert {finding["effect"] for finding in report["findings"]} == {"ignored", "differs"}


def test_convert_there_and_back_is_the_same_flow(telefoon: Run, menu: Path, tmp_path: Path) -> None:
    as_json = tmp_path / "menu.json"
    as_json.write_text(telefoon("flow", "convert", str(menu)).stdout)
    back = tmp_path / "back.xml"
    back.write_text(telefoon("flow", "convert", str(as_json)).stdout)

    assert telefoon("flow", "convert", str(back)).stdout == as_json.read_text()


def test_simulate_tells_the_call_and_ends_with_1_where_nobody_can_be_asked(telefoon: Run, menu: Path) -> None:
    simulated = telefoon("simulate", str(menu), "--digits", "1")

    assert simulated.exit_code == 1, "its fallback would be taken"
    assert "(nl-NL) Druk een" in simulated.stdout
    assert "key 1" in simulated.stdout
    assert "the call takes its fallback here: POST https://127.0.0.1:9/menu failed" in simulated.stdout


def test_simulate_refuses_with_the_parsers_words(telefoon: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.xml"
    wrong.write_text(WRONG)

    simulated = telefoon("simulate", str(wrong), "--reading", "strict")

    assert simulated.exit_code == 1
    assert "line 2, column 3: <Gather>: 'numDigits' is 'many'" in simulated.stderr


def test_simulate_passes_over_mistakes_and_tells_them_unless_it_is_not_to(telefoon: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.xml"
    wrong.write_text(WRONG)

    simulated = telefoon("simulate", str(wrong))

    assert "a mistake, passed over: line 2: <Gather>: 'numDigits' is 'many'" in simulated.stdout


def test_check_tells_whether_a_call_would_go_on_past_the_mistakes(telefoon: Run, tmp_path: Path) -> None:
    mistaken = tmp_path / "mistaken.xml"
    mistaken.write_text('<Response><Say foo="1">Hello</Say></Response>')

    lenient, strict = telefoon("flow", "check", str(mistaken)), telefoon("flow", "check", str(mistaken), "--strict")

    assert (lenient.exit_code, strict.exit_code) == (1, 1)
    assert f"{mistaken}: runs; mistakes are passed over" in lenient.stdout
    assert f"{mistaken}: does not run as it is" in strict.stdout
    assert "there is no attribute 'foo'" in lenient.stdout


@pytest.mark.processes
def test_simulate_writes_what_the_caller_hears(telefoon: Run, tmp_path: Path) -> None:
    flow = tmp_path / "flow.json"
    flow.write_text('[{"verb": "pause", "length": 2}, {"verb": "dial", "to": "+3225550188", "ringTone": "be"}]')
    audio = tmp_path / "heard.wav"

    simulated = telefoon("simulate", str(flow), "--audio", str(audio), "--answers", "busy")

    assert simulated.exit_code == 0
    assert soundfile.info(str(audio)).duration >= 6
    assert hears(Sound.of_file(audio), 425, seconds=0.8)


@pytest.mark.parametrize("arguments", [("--limit", "soon"), ("--digits", "x"), ("--answers", "maybe")])
def test_simulate_names_what_makes_no_sense(telefoon: Run, menu: Path, arguments: tuple[str, str]) -> None:
    assert telefoon("simulate", str(menu), *arguments).exit_code == 2


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("<speak><sub alias='a'><s>b</s></sub></speak>", "may hold no other element"),
        ("<speak><break time='2s'/></speak>", "holds no words"),
        ("<speak><voice name='gmw/xx'>x</voice></speak>", "<voice> can't stand in SSML here"),
    ],
)
def test_check_refuses_words_that_could_not_be_spoken(telefoon: Run, tmp_path: Path, said: str, why: str) -> None:
    flow = tmp_path / "flow.json"
    flow.write_text(json.dumps([{"verb": "say", "text": said, "language": "nl-BE"}]))

    checked = telefoon("flow", "check", str(flow))

    assert checked.exit_code == 1
    assert why in checked.output


def test_check_remarks_on_what_is_spoken_otherwise_and_ends_with_0(telefoon: Run, tmp_path: Path) -> None:
    flow = tmp_path / "flow.xml"
    flow.write_text(
        '<Response><Say><prosody volume="ear-splitting">x</prosody> <lang xml:lang="fr-CA">y</lang>'
        ' <lang xml:lang="tlh">z</lang></Say></Response>'
    )

    checked = telefoon("flow", "check", str(flow))

    assert checked.exit_code == 0
    assert "'volume' is 'ear-splitting'" in checked.output
    assert "fr-CA is spoken by the voice of fr-FR" in checked.output
    assert "tlh is not a language that we speak" in checked.output


def test_check_tells_of_a_voice_that_nobody_here_has(telefoon: Run, tmp_path: Path) -> None:
    flow = tmp_path / "flow.xml"
    flow.write_text('<Response><Say language="en-GB" voice="nobody">Hello</Say></Response>')

    checked = telefoon("flow", "check", str(flow))

    assert checked.exit_code == 0
    assert "differs  line 1, column 11: <Say>: No voice 'nobody' speaks en-GB." in checked.stdout


def test_check_reads_the_greeting_of_a_conversation_too(telefoon: Run, tmp_path: Path) -> None:
    flow = tmp_path / "talk.xml"
    flow.write_text(
        '<Response><Connect><ConversationRelay url="wss://shop.example/" language="en-GB" voice="nobody"'
        ' welcomeGreeting="Hello"/></Connect></Response>'
    )

    checked = telefoon("flow", "check", str(flow))

    assert checked.exit_code == 0
    assert "<ConversationRelay>: No voice 'nobody' speaks en-GB." in checked.stdout


def test_a_program_does_what_the_option_says(telefoon: Run, tmp_path: Path) -> None:
    flow = tmp_path / "talk.xml"
    flow.write_text('<Response><Connect><ConversationRelay url="wss://shop.example/"/></Connect></Response>')

    simulated = telefoon("simulate", str(flow), "--agent", "say:What will it be?;hear:two pizzas;end:ordered")

    assert simulated.exit_code == 0
    assert "the program ends it: 'ordered'" in simulated.stdout


def test_simulate_ends_with_1_where_a_prompt_would_fail_and_the_call_goes_on(telefoon: Run, tmp_path: Path) -> None:
    silent = {"verb": "say", "text": "<speak><break time='2s'/></speak>"}
    flow = tmp_path / "flow.json"
    flow.write_text(json.dumps([silent, {"verb": "say", "text": "Still here."}]))

    simulated = telefoon("simulate", str(flow), "--json")

    assert simulated.exit_code == 1
    told = json.loads(simulated.stdout)
    assert any("holds no words" in fault for fault in told["faults"])
    assert told["said"] == ["Still here."]
