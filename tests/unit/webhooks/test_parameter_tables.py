"""docs/webhooks.md has a table of the parameters of each kind of request, made from the product's own."""

from pathlib import Path

import pytest

from engine.page_tables import renewed
from engine.webhooks.payloads.parameters import Webhook
from engine.webhooks.payloads.reference import tables

pytestmark = pytest.mark.promise

TEXT = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_product() -> None:
    assert renewed(TEXT, tables()) == TEXT, "renew them: python -m engine.webhooks.payloads.reference docs/webhooks.md"


@pytest.mark.parametrize("webhook", Webhook)
def test_every_kind_of_request_has_its_table(webhook: Webhook) -> None:
    assert TEXT.count(f"<!-- made from the declarations: {webhook.value} -->") == 1
