"""The licence is the same wherever it is told, and NOTICE names every work that is installed."""

import ast
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.promise

CHECKOUT = Path(__file__).resolve().parents[3]
SPDX = "GPL-3.0-or-later"
NOT_PASSED_ON = {"build", "test"}
"""Extras of setup.py that only who works on Telefoon installs."""


def constants_of_setup() -> dict[str, ast.expr]:
    """What setup.py assigns, by name; it is read, not run."""
    tree = ast.parse((CHECKOUT / "setup.py").read_text())
    return {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def packages() -> list[str]:
    """Names of all packages that an installation may have."""
    constants = constants_of_setup()
    extras = constants["EXTRAS"]
    assert isinstance(extras, ast.Dict)
    passed_on = [
        value
        for name, value in zip(extras.keys, extras.values, strict=True)
        if isinstance(name, ast.Constant) and name.value not in NOT_PASSED_ON
    ]
    named = [constants[value.id] if isinstance(value, ast.Name) else value for value in passed_on]
    lists = [constants["REQUIRES"], *named]
    words = [node.value for each in lists for node in ast.walk(each) if isinstance(node, ast.Constant)]
    return sorted({re.split(r"[^A-Za-z0-9.-]", str(word))[0] for word in words})


def test_the_licence_says_which_it_is() -> None:
    assert (CHECKOUT / "LICENSE").read_text().startswith(f"SPDX-License-Identifier: {SPDX}\n")


def test_the_package_has_the_same_licence() -> None:
    assert f'license_expression="{SPDX}"' in (CHECKOUT / "setup.py").read_text()


def test_the_image_and_the_documents_name_no_other() -> None:
    told = re.findall(r"SPDX-License-Identifier: (\S+)", "".join(_texts()))

    assert set(told) == {SPDX}


@pytest.mark.parametrize("package", packages())
def test_every_package_has_its_licence_in_the_notice(package: str) -> None:
    notice = (CHECKOUT / "NOTICE").read_text()

    assert re.search(rf"(?<![\w-]){re.escape(package)}(?![\w-])", notice, re.IGNORECASE), (
        f"NOTICE says no licence of {package}"
    )


def _texts() -> list[str]:
    return [
        path.read_text()
        for pattern in ("*", "docs/*", "sip/native/*", "scripts/*")
        for path in sorted(CHECKOUT.glob(pattern))
        if path.is_file() and path.suffix not in {".lock", ".pyc"}
    ]
