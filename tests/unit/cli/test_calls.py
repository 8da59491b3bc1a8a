"""telefoon call and calls, against the real REST interface."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.flow.written import WrittenFlow
from engine.model.call_options import CallOptions
from engine.model.recording_shape import Channels, Tracks, Trim
from tests.peers.ports import Ports
from tests.unit.cli.conftest import Run
from tests.unit.cli.rest_server import CONGESTED, ENGAGED, OWN, RestServer, rest_server

TO = "+3225550199"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RestServer]:
    with rest_server(tmp_path) as running:
        monkeypatch.setenv("TELEFOON_API_KEY", running.key)
        monkeypatch.setenv("TELEFOON_SERVER", running.address)
        yield running


def test_a_text_is_placed_as_a_flow(telefoon: Run, server: RestServer) -> None:
    placed = telefoon("call", TO, "--from", OWN, "--say", "Goedemorgen", "--language", "nl-BE", "--timeout", 5)
    assert placed.exit_code == 0
    (order,) = server.call_service.orders
    assert (order.to, order.from_, order.options.language, order.options.timeout_s) == (TO, OWN, "nl-BE", 5)
    assert order.flow is not None
    assert json.loads(order.flow.text) == [{"verb": "say", "text": "Goedemorgen", "language": "nl-BE"}]
    assert "telefoon calls show CA" in placed.stdout


def test_json_prints_the_call_as_the_interface_does(telefoon: Run, server: RestServer) -> None:
    call = json.loads(telefoon("call", TO, "--from", OWN, "--record", "--json").stdout)
    assert (call["status"], call["to"]) == ("queued", TO)
    assert server.call_service.orders[0].options.record is True


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("menu.xml", '<?xml version="1.0"?>\n<Response><Hangup/></Response>'),
        ("menu.json", '[{"verb": "hangup"}]'),
    ],
)
def test_a_flow_comes_from_a_file(telefoon: Run, server: RestServer, tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    assert telefoon("call", TO, "--from", OWN, "--flow", file).exit_code == 0
    assert server.call_service.orders[0].flow == WrittenFlow.read(text)


def test_a_url_is_placed(telefoon: Run, server: RestServer) -> None:
    assert telefoon("call", TO, "--from", OWN, "--url", "https://example.com/flow").exit_code == 0
    assert server.call_service.orders[0].url == "https://example.com/flow"


def test_urls_are_placed_with_their_methods(telefoon: Run, server: RestServer) -> None:
    url, spare = "https://example.com/flow", "https://example.com/spare"
    flags = ("--url", url, "--method", "GET", "--fallback-url", spare, "--fallback-method", "GET")

    assert telefoon("call", TO, "--from", OWN, *flags).exit_code == 0

    (order,) = server.call_service.orders
    assert (order.url, order.method, order.fallback_url, order.fallback_method) == (url, "GET", spare, "GET")


def test_every_option_of_an_order_has_a_flag(telefoon: Run, server: RestServer) -> None:
    flags = (
        "--status-callback", "https://example.com/s", "--status-callback-method", "GET",
        "--status-callback-events", "answered", "--status-callback-events", "completed",
        "--time-limit", 60, "--send-digits", "ww12#", "--caller-name", "Bakkerij Zoë",
        "--record", "--recording-channels", "mono", "--recording-track", "inbound", "--trim", "trim-silence",
        "--recording-status-callback", "https://example.com/r", "--recording-status-callback-method", "GET",
        "--recording-status-callback-events", "completed",
    )  # fmt: skip

    assert telefoon("call", TO, "--from", OWN, *flags).exit_code == 0

    assert server.call_service.orders[0].options == CallOptions(
        status_callback="https://example.com/s", status_callback_method="GET",
        status_callback_events=("answered", "completed"), time_limit_s=60, send_digits="ww12#",
        caller_name="Bakkerij Zoë", record=True, recording_channels=Channels.MONO, recording_track=Tracks.INBOUND,
        recording_trim=Trim.SILENCE, recording_status_callback="https://example.com/r",
        recording_status_callback_method="GET", recording_status_callback_events=("completed",), timeout_s=30,
    )  # fmt: skip


def test_a_wrong_flag_is_told_by_the_name_of_its_field(telefoon: Run, server: RestServer) -> None:
    del server

    wrong = telefoon("call", TO, "--from", OWN, "--send-digits", "one")

    assert wrong.exit_code == 1
    assert 'send_digits: "one" is not keys 0-9 * # A-D, with w for half a second' in wrong.stderr


def test_watching_tells_the_story_and_exits_0_if_completed(telefoon: Run, server: RestServer) -> None:
    del server
    watched = telefoon("call", TO, "--from", OWN, "--say", "Good morning", "--watch")
    assert watched.exit_code == 0
    assert 'said (en-GB): "Good morning"' in watched.stdout
    assert "completed" in watched.stdout
    assert "0.0120" in watched.stdout


def test_watching_a_call_that_fails_exits_1(telefoon: Run, server: RestServer) -> None:
    server.call_service.script = ENGAGED
    watched = telefoon("call", TO, "--from", OWN, "--watch", "--json")
    assert watched.exit_code == 1
    assert json.loads(watched.stdout)["status"] == "busy"


def test_calls_are_listed_with_filters(telefoon: Run, server: RestServer) -> None:
    telefoon("call", TO, "--from", OWN)
    server.call_service.script = ENGAGED
    telefoon("call", TO, "--from", OWN)
    assert json.loads(telefoon("calls", "list", "--json").stdout)["total"] == 2
    (busy,) = json.loads(telefoon("calls", "list", "--status", "busy", "--json").stdout)["calls"]
    assert busy["id"] in telefoon("calls", "list").stdout
    assert "2 in all" in telefoon("calls", "list", "--page-size", 1).stdout
    assert telefoon("calls", "list", "--direction", "inbound").stdout == "There are no such calls.\n"
    wrong = telefoon("calls", "list", "--status", "gone")
    assert (wrong.exit_code, wrong.stderr.count("\n")) == (1, 1)


def test_a_call_is_shown_and_explained(telefoon: Run, server: RestServer) -> None:
    server.call_service.script = ENGAGED
    call = json.loads(telefoon("call", TO, "--from", OWN, "--json").stdout)
    shown = telefoon("calls", "show", call["id"]).stdout
    assert call["id"] in shown
    assert "busy" in shown
    assert "attempts" not in shown
    assert json.loads(telefoon("calls", "show", call["id"], "--json").stdout)["sip_code"] == 486
    explained = telefoon("calls", "explain", call["id"])
    assert explained.stdout.splitlines() == [
        f"outbound call from {OWN} to {TO}: busy (SIP 486 Busy Here, Q.850 cause 17)",
        "The person who was called is on the telephone.",
        "Tried:",
        f"  trunk 127.0.0.1:5080  {TO}: The far end is busy. (SIP 486 Busy Here, Q.850 cause 17)",
    ]


def test_what_happened_is_part_of_the_explanation(telefoon: Run, server: RestServer) -> None:
    del server
    call = json.loads(telefoon("call", TO, "--from", OWN, "--json").stdout)
    assert "said  language=en-GB  text=Good morning" in telefoon("calls", "explain", call["id"]).stdout
    explained = json.loads(telefoon("calls", "explain", call["id"], "--json").stdout)
    assert [event["kind"] for event in explained["events"]] == ["said"]


def test_a_failed_call_is_explained_with_its_causes_attempts_and_what_to_do(telefoon: Run, server: RestServer) -> None:
    server.call_service.script = CONGESTED
    call = json.loads(telefoon("call", TO, "--from", OWN, "--json").stdout)
    assert telefoon("calls", "explain", call["id"]).stdout.splitlines() == [
        f"outbound call from {OWN} to {TO}: failed (SIP 503 Service Unavailable, Q.850 cause 34)",
        "The carrier has no way or no room for the call now.",
        "The network's cause says: no line was free.",
        "Try again later, then ask the carrier.",
        "Tried:",
        f"  trunk a  {TO}: Nothing was answered. (SIP 408 Request Timeout, Q.850 cause 102)",
        "    Nothing was answered in time: the trunk, or the way to it, is down.",
        "    Try: telefoon trunks test NAME",
        f"  trunk b  {TO}: The trunk is full. (SIP 503 Service Unavailable, Q.850 cause 34)",
    ]


def test_a_trace_is_for_keys_of_operators_alone(telefoon: Run, server: RestServer) -> None:
    del server
    call = json.loads(telefoon("call", TO, "--from", OWN, "--json").stdout)
    refused = telefoon("calls", "trace", call["id"])
    assert (refused.exit_code, "lacks the scope admin" in refused.stderr) == (1, True)


def test_a_call_is_ended_and_an_unknown_one_is_one_line(telefoon: Run, server: RestServer) -> None:
    del server
    call = json.loads(telefoon("call", TO, "--from", OWN, "--json").stdout)
    assert telefoon("calls", "end", call["id"]).stdout == f"{call['id']} is ended.\n"
    for command in ("end", "show", "explain"):
        unknown = telefoon("calls", command, "CA0")
        assert (unknown.exit_code, unknown.stderr) == (1, "telefoon: 404: There is no call CA0 in this account.\n")


def test_refusals_of_the_server_are_one_line(telefoon: Run, server: RestServer) -> None:
    del server
    foreign = telefoon("call", TO, "--from", "+3225550177")
    assert foreign.exit_code == 1
    assert foreign.stderr.startswith("telefoon: 403: 'from' is +3225550177, which is not a number of this account.")
    wrong = telefoon("call", "0471", "--from", OWN, "--timeout", 0)
    assert wrong.exit_code == 1
    assert wrong.stderr.startswith("telefoon: 4")
    assert wrong.stderr.count("\n") == 1


def test_a_wrong_key_and_no_key_are_told(telefoon: Run, server: RestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    del server
    wrong = telefoon("calls", "list", "--key", "SKwrong")
    assert (wrong.exit_code, wrong.stderr) == (
        1,
        "telefoon: 401: This API key is unknown, has expired or was revoked.\n",
    )
    monkeypatch.delenv("TELEFOON_API_KEY")
    none = telefoon("calls", "list")
    assert none.exit_code == 1
    assert none.stderr.startswith("telefoon: A key is needed: --key or TELEFOON_API_KEY.")


def test_no_server_is_told_with_how_to_start_one(telefoon: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    port = Ports().one()
    monkeypatch.setenv("TELEFOON_HTTP_PORT", str(port))
    absent = telefoon("calls", "list", "--key", "x")
    assert absent.exit_code == 1
    assert absent.stderr == (
        f"telefoon: No server answers at http://127.0.0.1:{port}/v1/voice: Connection refused. "
        "Start one with: telefoon serve\n"
    )


def test_a_server_that_is_no_url_is_told(telefoon: Run) -> None:
    wrong = telefoon("calls", "list", "--key", "x", "--server", "nowhere")
    assert (wrong.exit_code, wrong.stderr.count("\n")) == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--say", "x", "--url", "https://example.com"), "Give one of --say, --url, --flow and --application."),
        (("--flow", "absent.xml"), "absent.xml can't be read: No such file or directory."),
        (("--flow", "wrong.json"), "wrong.json is neither XML nor JSON: "),
    ],
)
def test_flows_that_make_no_sense_are_wrong_usage(
    telefoon: Run, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "wrong.json").write_text("verb: say", encoding="utf-8")
    refused = telefoon("call", TO, "--from", OWN, "--key", "x", *arguments)
    assert refused.exit_code == 2
    assert refused.stderr.startswith(f"telefoon: {said}")
    assert refused.stderr.count("\n") == 1


def test_a_sip_address_is_placed_with_its_user_password_and_headers(
    telefoon: Run, server: RestServer, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text("hunter2\n")
    user = ("--sip-username", "shop", "--sip-password-file", file)
    headers = ("--sip-header", "X-Order=7", "--sip-header", "X-B=")

    placed = telefoon("call", "sip:desk@example.com", "--from", OWN, *user, *headers)

    assert placed.exit_code == 0
    [order] = server.call_service.orders
    assert (order.to, order.sip_password) == ("sip:desk@example.com", "hunter2")
    assert (order.options.sip_username, order.options.sip_headers) == ("shop", (("X-Order", "7"), ("X-B", "")))
    assert "hunter2" not in placed.stdout


def test_a_header_without_a_value_is_named(telefoon: Run, server: RestServer) -> None:
    refused = telefoon("call", "sip:desk@example.com", "--from", OWN, "--sip-header", "X-Order")

    assert refused.exit_code == 2
    assert "NAME=VALUE" in refused.output
    assert server.call_service.orders == []
