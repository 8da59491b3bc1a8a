"""telefoon phone: options that make no sense. Its calls are in tests/sip/test_phone.py."""

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--digits", "12x"), "'12x' are no digits"),
        (("--play", "absent.wav"), "absent.wav is not a file"),
        (("--record", "absent/heard.wav"), "absent is no folder"),
        (("--dial", "+3225550100"), "Write a SIP URI, such as sip:"),
        (("--reject", 200), ""),
        (("--port", 70000), ""),
        (("--calls", 0), ""),
    ],
)
def test_options_that_make_no_sense_are_wrong_usage(telefoon: Run, arguments: tuple[str | int, ...], said: str) -> None:
    refused = telefoon("phone", *arguments)
    assert refused.exit_code == 2
    assert said in refused.stderr


def test_a_taken_port_is_a_failure_of_one_line(telefoon: Run, tmp_path: Path) -> None:
    del tmp_path
    failed = telefoon("phone", "--host", "192.0.2.1", "--port", 5060)
    assert failed.exit_code == 1
    assert failed.stderr.startswith("telefoon: SIP over UDP can't listen on 192.0.2.1:5060")
