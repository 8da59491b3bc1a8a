"""What makes lines of the log cheap changes nothing of what stands in them."""

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from api.logging.logs import thoroughly_without_anyone, without_anyone
from api.logging.plain_line import plain_line

FACTS = st.dictionaries(
    st.from_regex(r"[a-z_]{1,12}", fullmatch=True).filter(
        lambda name: name not in ("exc_info", "logger", "logger_name")
    ),
    st.none() | st.integers() | st.floats() | st.text() | st.lists(st.text(max_size=5), max_size=3),
    max_size=6,
)
TELLING = st.sampled_from(
    ["+3225550199", "003225550199", "025550199", "sip:ann@example.com", "HTTPS://a:b@example.com/?q=1", "SK" + "a" * 40]
)


@given(facts=FACTS, level=st.sampled_from(["debug", "info", "warning", "error", "critical"]))
def test_a_plain_line_is_what_structlog_writes_without_colours(facts: dict[str, object], level: str) -> None:
    line = facts | {"event": "call_began", "level": level, "timestamp": "2026-11-29T05:51:57.863208Z"}
    for below in ("stack", "exception"):
        line.pop(below, None)

    library = structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)

    assert plain_line(None, level, dict(line)) == library(None, level, dict(line))


def test_a_traceback_stands_below_its_line() -> None:
    line = {"event": "broke", "level": "error", "timestamp": "now", "exception": "Traceback\nValueError: no"}

    assert plain_line(None, "error", line) == "now [error    ] broke\nTraceback\nValueError: no"


@pytest.mark.parametrize("glue", ["", " ", "7", "x", "="])
@given(parts=st.lists(st.text(max_size=8) | TELLING, max_size=4))
def test_no_text_is_taken_for_harmless_that_is_not(glue: str, parts: list[str]) -> None:
    text = glue.join(parts)

    assert without_anyone(text) == thoroughly_without_anyone(text)
