"""What a phone's script says, and which scripts make no sense."""

from pathlib import Path

import pytest

from engine.errors import InvalidField
from sip.test_phone.script import PhoneScript


@pytest.mark.parametrize(
    ("digits", "presses"),
    [
        ("", []),
        ("12#", [("12#", 0.0)]),
        ("1w2#", [("1", 0.5), ("2#", 0.0)]),
        ("ww4", [("", 1.0), ("4", 0.0)]),
        ("4w", [("4", 0.5)]),
    ],
)
def test_w_among_the_digits_waits_half_a_second(digits: str, presses: list[tuple[str, float]]) -> None:
    assert list(PhoneScript(digits=digits).presses()) == presses


def test_digits_that_no_key_has_are_refused() -> None:
    with pytest.raises(InvalidField, match=r"'12x' are no digits. Allowed are 0-9 \* # A-D, and w to wait") as refused:
        PhoneScript(digits="12x")
    assert refused.value.field == "digits"


@pytest.mark.parametrize("code", [200, 180, 299, 700])
def test_a_code_that_refuses_nothing_is_no_refusal(code: int) -> None:
    with pytest.raises(InvalidField, match=f"{code} refuses no call"):
        PhoneScript(refusal=code)


def test_a_file_to_play_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidField, match=r"absent\.wav is not a file"):
        PhoneScript(play=tmp_path / "absent.wav")


def test_each_call_is_recorded_to_a_file_of_its_own() -> None:
    script = PhoneScript(record=Path("heard.wav"))
    assert [script.recording_of(call) for call in (1, 2, 3)] == [Path(f"heard{n}.wav") for n in ("", "-2", "-3")]
    assert PhoneScript().recording_of(1) is None
