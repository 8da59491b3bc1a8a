import pytest

from engine.model.numbers import from_carrier


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("+3225550100", "+3225550100"),
        ("3225550100", "+3225550100"),
        ("003225550100", "+3225550100"),
        ("0470123456", "0470123456"),
        ("100", "100"),
        ("112", "112"),
        ("anonymous", "anonymous"),
        ("alice@example.org", "alice@example.org"),
    ],
)
def test_numbers_as_carriers_send_them_become_e164(given: str, number: str) -> None:
    assert from_carrier(given) == number
