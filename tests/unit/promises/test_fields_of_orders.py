"""What may be asked for a call is the same in the published document, on its page and on the command line."""

from pathlib import Path
from typing import Final

import pytest

from api.http.contract import Published
from engine.model.call_options import CONSENT_OPTIONS, CallOptions

pytestmark = pytest.mark.promise

PAGE: Final = (Path(__file__).resolve().parents[3] / "docs" / "placing-calls.md").read_text("utf-8")
FIELDS: Final = Published.load().document["components"]["schemas"]["NewCall"]["properties"]
WITHOUT_A_FLAG: Final = {*CONSENT_OPTIONS.values(), "disclosure", "sip_headers", "sip_username"}
"""A policy goes with a basis, an assertion and more: it is chosen by the number or the account. What goes with a SIP
address has flags of its own, beside that of its password."""


def on_the_page(field: str) -> bool:
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    return any(f"`{field}`" in row for row in rows)


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_of_an_order_is_on_its_page(field: str) -> None:
    assert on_the_page(field)


def test_every_option_of_an_order_is_published_and_has_a_flag() -> None:
    options = {option.rest: option.flag for _, option in CallOptions.table().items() if option.rest}

    assert options.keys() <= FIELDS.keys()
    assert {rest for rest, flag in options.items() if flag is None} == WITHOUT_A_FLAG
