"""Flags that are made of the table of options of calls."""

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from api.cli.option_flags import with_option_flags, with_order_flags
from engine.model.call_options import STANDARD, AccountOptions, NumberOptions


@dataclass(slots=True)
class Told:
    """What the command was called with."""

    name: str = ""
    options: AccountOptions | None = None


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def app(told: Told) -> typer.Typer:
    """A command with an argument, the options of numbers, and a flag of its own."""
    made = typer.Typer()

    @made.command()
    @with_option_flags(NumberOptions)
    def choose(
        *, name: Annotated[str, typer.Argument()], options: NumberOptions, loud: Annotated[bool, typer.Option()] = False
    ) -> None:
        told.name, told.options = f"{name}{'!' * loud}", options

    return made


def test_what_is_chosen_becomes_one_value(app: typer.Typer, told: Told) -> None:
    ran = CliRunner().invoke(app, ["shop", "--language", "nl-BE", "--record", "--recording-beep", "0", "--loud"])

    assert ran.exit_code == 0
    assert told == Told("shop!", NumberOptions(language="nl-BE", record=True, recording_beep_s=0).over(STANDARD))


def test_what_is_left_out_is_as_is_standard(app: typer.Typer, told: Told) -> None:
    CliRunner().invoke(app, ["shop"])

    assert told == Told("shop", NumberOptions().over(STANDARD))


def test_an_order_has_what_was_chosen_and_nothing_else_by_the_names_of_rest() -> None:
    ordered: dict[str, object] = {}
    made = typer.Typer()

    @made.command()
    @with_order_flags
    def order(*, options: dict[str, object]) -> None:
        ordered.update(options)

    ran = CliRunner().invoke(made, ["--record", "--language", "nl-BE", "--timeout", "5"])

    assert ran.exit_code == 0
    assert ordered == {"record": True, "tts_language": "nl-BE", "timeout": 5}


@pytest.mark.parametrize("beep", ["-1", "3601", "often"])
def test_what_is_out_of_bounds_is_refused(app: typer.Typer, beep: str) -> None:
    assert CliRunner().invoke(app, ["shop", "--recording-beep", beep]).exit_code == 2
