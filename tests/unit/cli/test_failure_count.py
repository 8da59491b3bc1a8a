"""Whatever is logged with a traceback is counted as a failure that nobody foresaw."""

import logging

import structlog

from api.logging.logs import write_logs
from api.node.metrics import counting_failures
from config.settings import LogFormat, LogLevel
from engine.metrics.meters import Meters


def failures(meters: Meters) -> int:
    """As /metrics tells them."""
    [line] = [line for line in meters.text({}).splitlines() if line.startswith("telefoon_unforeseen_failures_total ")]
    return int(line.split()[1])


def test_a_failure_of_ours_and_one_of_a_library_are_counted() -> None:
    write_logs(LogFormat.JSON, LogLevel.ERROR)
    meters = Meters()

    with counting_failures(meters):
        try:
            raise RuntimeError("unforeseen")
        except RuntimeError:
            structlog.get_logger().exception("storing_crashed")
            logging.getLogger("asyncio").exception("Task exception was never retrieved")

    assert failures(meters) == 2


def test_an_error_without_a_traceback_was_foreseen() -> None:
    write_logs(LogFormat.TEXT, LogLevel.INFO)
    meters = Meters()

    with counting_failures(meters):
        structlog.get_logger().error("store_failed", error="The database is away.")

    assert failures(meters) == 0


def test_what_happens_after_a_nodes_end_is_not_counted() -> None:
    write_logs(LogFormat.TEXT, LogLevel.INFO)
    meters = Meters()

    with counting_failures(meters):
        pass
    structlog.get_logger().error("later", exc_info=RuntimeError("unforeseen"))

    assert failures(meters) == 0
