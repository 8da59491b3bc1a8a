"""One line an event on standard error, with the call's id and without anyone's number or secret."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
import structlog

from api.logging.logs import HIDDEN, logging_as, write_logs
from config.settings import LogFormat, LogLevel, Settings

Written = Callable[[], str]


@pytest.fixture
def err(capsys: pytest.CaptureFixture[str]) -> Written:
    return lambda: capsys.readouterr().err


def line_of(err: Written) -> dict[str, Any]:
    (line,) = err().splitlines()
    told: dict[str, Any] = json.loads(line)
    return told


def test_a_line_of_json_has_event_level_time_and_the_bound_call(err: Written) -> None:
    write_logs(LogFormat.JSON, LogLevel.INFO)
    structlog.contextvars.bind_contextvars(call_id="CA1")
    structlog.get_logger("engine").warning("prompt_failed", attempt=2)
    line = line_of(err)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "prompt_failed", "level": "warning", "call_id": "CA1", "attempt": 2}


def test_numbers_and_sip_users_are_masked_wherever_they_stand(err: Written) -> None:
    write_logs(LogFormat.JSON, LogLevel.INFO)
    attempts = [{"target": "sip:+3225550199@10.0.0.1;user=phone"}]
    structlog.get_logger().info("+3225550100 calls", to="+3225550199", attempts=attempts, seconds=3225550199)
    line = line_of(err)
    assert line["event"] == "+3225•••••00 calls"
    assert line["to"] == "+3225•••••99"
    assert line["attempts"] == [{"target": "sip:+•••••@10.0.0.1;user=phone"}]
    assert line["seconds"] == 3225550199


def test_times_and_identifiers_are_no_numbers(err: Written) -> None:
    write_logs(LogFormat.JSON, LogLevel.INFO)
    structlog.get_logger().info("x", at="2026-11-23T22:30:00.000+00:00", id="CA0019320011223344556677889900aabb")
    line = line_of(err)
    assert (line["at"], line["id"]) == ("2026-11-23T22:30:00.000+00:00", "CA0019320011223344556677889900aabb")


@pytest.mark.parametrize("name", ["password", "trunk_password", "api_key", "Authorization", "token", "client_secret"])
def test_what_is_named_like_a_secret_is_dropped(err: Written, name: str) -> None:
    write_logs(LogFormat.JSON, LogLevel.INFO)
    structlog.get_logger().info("x", **{name: "hunter2"})
    assert line_of(err)[name] == HIDDEN


def test_keys_and_credentials_are_dropped_from_texts(err: Written) -> None:
    write_logs(LogFormat.JSON, LogLevel.INFO)
    structlog.get_logger().info(
        "x", said=f"key SK{'a' * 40} is wrong", url="https://ann:pw@example.com/flow", db="postgresql+asyncpg://u:p@h/d"
    )
    line = line_of(err)
    assert line["said"] == f"key {HIDDEN} is wrong"
    assert (line["url"], line["db"]) == (f"https://{HIDDEN}@example.com/flow", f"postgresql+asyncpg://{HIDDEN}@h/d")


def test_a_traceback_is_masked_too(err: Written) -> None:
    write_logs(LogFormat.JSON, LogLevel.INFO)
    try:
        raise ValueError("no route to +3225550199")
    except ValueError:
        structlog.get_logger().exception("broke")
    assert "no route to +3225•••••99" in line_of(err)["exception"]


def test_libraries_lines_come_out_the_same_way(err: Written) -> None:
    write_logs(LogFormat.JSON, LogLevel.INFO)
    structlog.contextvars.bind_contextvars(call_id="CA1")
    logging.getLogger("aiohttp.server").error("failed for %s", "+3225550199")
    line = line_of(err)
    assert (line["event"], line["level"], line["call_id"]) == ("failed for +3225•••••99", "error", "CA1")


def test_lines_below_the_level_are_not_written(err: Written) -> None:
    with logging_as(Settings(log_level=LogLevel.WARNING, log_format=LogFormat.TEXT)):
        log = structlog.get_logger()
        log.info("quiet")
        logging.getLogger("x").info("quiet")
        log.warning("loud", to="+3225550199")
    (line,) = err().splitlines()
    assert "loud" in line
    assert "to=+3225•••••99" in line


def test_libraries_are_quiet_unless_asked_for_everything(err: Written) -> None:
    write_logs(LogFormat.JSON, LogLevel.INFO)
    logging.getLogger("aiohttp.client").info("connected")
    assert err() == ""
    write_logs(LogFormat.JSON, LogLevel.DEBUG)
    logging.getLogger("aiohttp.client").info("connected")
    assert line_of(err)["event"] == "connected"


def test_debug_is_sip_and_not_sql(err: Written) -> None:
    write_logs(LogFormat.JSON, LogLevel.DEBUG)
    for library in ("sqlalchemy.engine.Engine", "alembic.runtime.migration", "aiosqlite"):
        logging.getLogger(library).info("SELECT 1")
    assert err() == ""


def test_values_in_a_query_are_hidden(err: Written) -> None:
    write_logs(LogFormat.JSON, LogLevel.INFO)
    structlog.get_logger().warning("failed", error="GET https://customer.example/x?who=Zebulon&n=%2B3225550199 failed.")
    assert line_of(err)["error"] == "GET https://customer.example/x?who=•••&n=••• failed."
