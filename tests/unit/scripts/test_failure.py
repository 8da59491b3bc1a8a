"""How a script gives up."""

from __future__ import annotations

import pytest

from scripts.failure import SetupFailed, run_main


def test_a_failure_is_its_text_and_code_one(capsys: pytest.CaptureFixture[str]) -> None:
    def main() -> None:
        raise SetupFailed("swig is missing. Install it.")

    with pytest.raises(SystemExit) as ending:
        run_main(main)

    assert ending.value.code == 1
    assert capsys.readouterr().err == "telefoon: swig is missing. Install it.\n"


def test_an_interrupt_is_code_130(capsys: pytest.CaptureFixture[str]) -> None:
    def main() -> None:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as ending:
        run_main(main)

    assert ending.value.code == 130
    assert "stopped" in capsys.readouterr().err
