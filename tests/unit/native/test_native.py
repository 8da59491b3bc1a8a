"""Our own C++, tested in C++: each test case of the files beside this one, under AddressSanitizer and UBSan."""

import re
from pathlib import Path

import pytest

from tests.unit.native.program import TESTS, program, run

pytestmark = pytest.mark.processes

CASES = [
    pytest.param(name, id=f"{path.stem}: {name}")
    for path in sorted(TESTS.glob("*_test.cpp"))
    for name in re.findall(r'^TEST_CASE\("([^"]+)"\)', path.read_text(), re.MULTILINE)
]


@pytest.fixture(scope="session")
def binary() -> Path:
    return program()


@pytest.mark.parametrize("name", CASES)
def test_case(name: str, binary: Path) -> None:
    done = run(name, binary)

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "1 passed" in done.stdout
