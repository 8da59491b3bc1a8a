"""docs/contributing.md: the verb that it shows works as it says."""

import re
from pathlib import Path
from typing import Any

import pytest

from engine.flow import from_xml, verbs
from telefoon.testing import simulate

pytestmark = pytest.mark.promise

PAGE = (Path(__file__).parents[3] / "docs" / "contributing.md").read_text("utf-8")


def test_the_verb_of_the_page_has_thirty_lines_and_runs_once_it_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    code = PAGE.partition("```python\n")[2].partition("```")[0]
    names: dict[str, Any] = {}
    exec(compile(code, "time.py", "exec"), names)
    monkeypatch.setattr(from_xml, "VERBS", {**verbs.VERBS, "Time": names["Time"]})

    call = simulate('<Response><Time zone="Europe/Berlin" seconds="true"/></Response>', language="de-DE")

    assert len([line for line in code.splitlines() if line.strip()]) <= 30
    assert re.fullmatch(r"\d\d:\d\d:\d\d", call.said[0])
