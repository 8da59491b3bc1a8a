"""The tables of events in docs/events.md, made from engine/webhooks/payloads/events.py.

python -m engine.webhooks.payloads.event_reference docs/events.md     # renews them
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.page_tables import renew, row, table
from engine.webhooks.payloads.events import EVENTS, EventGroup, Fact
from engine.webhooks.payloads.parameters import Privacy

_KEPT: Final[Mapping[Privacy, str]] = MappingProxyType({
    Privacy.TECHNICAL: "",
    Privacy.REASON: " (shortened)",
    Privacy.KEYS: " (hidden, a key)",
    Privacy.SPEECH: " (hidden, speech)",
    Privacy.PERSONAL: " (shortened)",
})  # fmt: skip


def tables() -> Mapping[str, str]:
    """One for each group of kinds, by its name."""
    return {group.value: _table(group) for group in EventGroup}


def _table(group: EventGroup) -> str:
    rows = [row(f"`{kind.name}`", f"{kind.meaning}.", _facts(kind.facts)) for kind in EVENTS if kind.group is group]
    return table(("kind", "when", "facts"), rows)


def _facts(facts: tuple[Fact, ...]) -> str:
    return "; ".join(f"`{fact.name}`: {fact.meaning}{_KEPT[fact.privacy]}" for fact in facts)


if __name__ == "__main__":
    renew(tables())
