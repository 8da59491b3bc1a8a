"""Each file of our own C++ stands in its page."""

import pytest

from tests.unit.promises.pages import CHECKOUT

pytestmark = pytest.mark.promise

NATIVE = CHECKOUT / "sip" / "native"


@pytest.mark.parametrize("header", sorted(path.name for path in NATIVE.glob("*.h*")))
def test_a_header_is_told_of(header: str) -> None:
    assert f"`{header}`" in (NATIVE / "README.md").read_text("utf-8")


@pytest.mark.parametrize("source", sorted(path.stem for path in NATIVE.glob("*.cpp")))
def test_a_source_is_told_of_with_its_header(source: str) -> None:
    assert any((NATIVE / f"{source}{suffix}").is_file() for suffix in (".h", ".hpp"))
