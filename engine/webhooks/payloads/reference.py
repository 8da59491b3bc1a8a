"""The tables of parameters in docs/webhooks.md, made from engine/webhooks/payloads/parameters.py.

python -m engine.webhooks.payloads.reference docs/webhooks.md     # renews them
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.flow_faults import FlowFault
from engine.page_tables import renew, row, table
from engine.webhooks.payloads.parameters import OF_A_CALL, Privacy, Webhook, WebhookParameter, carried_by

_IN_THE_LEDGER: Final[Mapping[Privacy, str]] = MappingProxyType({
    Privacy.TECHNICAL: "kept",
    Privacy.REASON: "shortened",
    Privacy.KEYS: "hidden, a key",
    Privacy.SPEECH: "hidden, speech",
    Privacy.PERSONAL: "hidden",
})  # fmt: skip


def tables() -> Mapping[str, str]:
    """One for each kind of request, by its name. What each tells of the call stands in that of call flows alone."""
    return {webhook.value: _table(webhook) for webhook in Webhook} | {"ErrorCode": _table_of_faults()}


def _table(webhook: Webhook) -> str:
    rows = [row(f"`{each.name}`", f"{each.meaning}.", _IN_THE_LEDGER[each.privacy]) for each in _shown(webhook)]
    return table(("parameter", "", "in the ledger"), rows)


def _table_of_faults() -> str:
    return table(("`ErrorCode`", ""), [row(str(each.number), each.meaning) for each in FlowFault])


def _shown(webhook: Webhook) -> list[WebhookParameter]:
    if webhook is Webhook.FLOW or webhook not in OF_A_CALL:
        return list(carried_by(webhook))
    return [each for each in carried_by(webhook) if each not in carried_by(Webhook.FLOW)]


if __name__ == "__main__":
    renew(tables())
