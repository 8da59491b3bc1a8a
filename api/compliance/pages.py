"""Makes docs/compliance/ from the product's own facts: .venv/bin/python -m api.compliance.pages"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from api.compliance.checklist import BOXES, YOURS
from api.node.periods import periods_of
from config.settings import Settings
from engine.gdpr.inventory import HOLDINGS, PERSONAL, PLACES
from engine.gdpr.requests import EXCEPTIONS
from engine.privacy.retention import FOR_EVER, DataCategory
from engine.store.data_kinds import Whose

FOLDER: Final = Path(__file__).parents[2] / "docs" / "compliance"
_MADE: Final = (
    "<!-- Made by api/compliance/pages.py from engine/store/tables/, engine/gdpr/inventory.py and config/settings.py; "
    "change those. -->\n"
)
_NO_ADVICE: Final = (
    "This page tells what the product does by default. It is no legal advice; "
    "what is in *italics* is yours to fill in.\n"
)

_LEAVES: Final = (
    (
        "Caller, called person",
        "SIP and RTP, TLS and SRTP if set",
        "trunk, tls_ca, trunk_srtp, registrar",
        "numbers, sound",
    ),
    (
        "Customer's server",
        "HTTP(S), signed",
        "numbers' and calls' URLs, egress_allow",
        "numbers, keys, recognised speech",
    ),
    (
        "Program behind a WebSocket",
        "WebSocket over TLS, signed, where a flow or REST names one",
        "streams, egress_allow, allowed_countries; URLs of flows",
        "a call's sound or its words, numbers, keys",
    ),
    ("Customer's program", "REST with an API key", "http_host, http_port", "all of its account"),
    ("Log collector", "standard error", "log_format, log_level", "identifiers; numbers masked"),
    ("Database server", "SQL, if PostgreSQL", "database_url", "all tables"),
    (
        "Object store",
        "S3 over HTTPS, if set",
        "recording_store, recording_store_endpoint",
        "recordings, sealed unless recording_encryption is off; identifiers",
    ),
    ("Speech server", "HTTP(S), if set", "tts_servers, tts_engines", "what is said to callers, in words"),
    ("Key service or token", "as it asks, if set", "recording_master_key", "accounts' keys to wrap, nothing personal"),
)
_RISKS: Final = (
    (
        "A recording, or a stream to a program, without consent",
        "neither can be started without a Consent value for its purpose",
        "*policies per country reviewed*",
    ),
    (
        "Somebody takes a machine for a person",
        "no program is heard before the notice was, or an assertion is on record",
        "*spoken name set; assertions checked*",
    ),
    ("Somebody else listens in", "TLS, SRTP and HTTPS, where set", "turn trunk_srtp and TLS on; network plan"),
    (
        "The disk or a backup is stolen",
        "keys hashed, secrets encrypted, files mode 0600",
        "disk encryption, backups' keys",
    ),
    ("A PIN or a card number is written down", "keys, words and bodies are not kept by default", "Gather with mask"),
    ("Data is kept too long", "a sweep every hour by kind and account", "*periods decided and written down*"),
    ("A person's request is not met in time", "telefoon privacy export and erase", "*who answers, by when*"),
    ("Staff look where they need not", "audit log of each read, scopes of keys", "*who reads the log, anchors kept*"),
    ("Data leaves the countries you chose", "allowed_countries, outside", "*contracts; target_countries filled in*"),
)


def pages() -> dict[str, str]:
    """Name to text."""
    made: dict[str, Callable[[], Iterator[str]]] = {
        "checklist.md": _checklist,
        "records-of-processing.md": _records,
        "dpia.md": _dpia,
        "data-flow.md": _data_flow,
    }
    return {name: _MADE + "\n".join(lines()) + "\n" for name, lines in made.items()}


def main() -> None:
    """Write them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def _checklist() -> Iterator[str]:
    yield "\n# One page for the data-protection officer\n"
    yield _NO_ADVICE
    defaults = {name: _spelled(field.default) for name, field in Settings.model_fields.items()}
    rows = [("☐", f"{box.question} {box.law}", *_filled(defaults, box.answer, box.see)) for box in BOXES]
    yield from _table(("", "Question", "What the product does", "See for yourself"), rows)
    yield "\n## What remains yours\n"
    yield from (f"- ☐ {each}" for each in YOURS)
    yield "\n*Version (`telefoon version`), settings that differ from the defaults, name, date, signature*"


def _filled(defaults: Mapping[str, str], *texts: str) -> tuple[str, ...]:
    return tuple(text.format_map(defaults) for text in texts)


def _spelled(default: object) -> str:
    """Spell a default as people say it: on, off, or its figure."""
    return {True: "on", False: "off"}[default] if isinstance(default, bool) else str(default)


def _records() -> Iterator[str]:
    yield "\n# Records of processing (GDPR Art. 30)\n"
    yield _NO_ADVICE
    yield from _table(
        ("Question (Art. 30(1))", "Answer"),
        [
            ("Controller, representative, data protection officer", "*name and contact*"),
            (
                "Purposes",
                "; ".join(sorted({each.purpose for each in HOLDINGS.values() if each.whose is Whose.CALLERS})),
            ),
            ("Categories of people", ", ".join(each.value for each in Whose if each is not Whose.NOBODY)),
            ("Categories of data", "numbers, times, sound, keys and words if kept, names of accounts: tables below"),
            ("Recipients", ", ".join(name for name, *_ in _LEAVES)),
            (
                "Recipients by name",
                (
                    "`telefoon privacy recipients` tells which hosts of programs calls reached, by account; streams "
                    f"are {_spelled(Settings.model_fields['streams'].default)} by default, and networks are those of "
                    "`egress_allow` and `allowed_countries`"
                ),
            ),
            ("Transfers to third countries", "none by the product; *your trunk and servers*: allowed_countries"),
            ("Time limits", "tables below"),
            ("Security (Art. 32(1))", "see dpia.md"),
        ],
    )
    yield "\n## Time limits\n"
    yield "Defaults; each account may have its own (`telefoon retention show`), and a legal hold exempts.\n"
    days = periods_of(Settings.model_construct()).days
    yield from _table(
        ("Kind", "Setting", "Days", "What is in it"),
        [(kind.value, f"`keep_{kind}_days`", _days(days[kind]), _tables_of(kind)) for kind in DataCategory],
    )
    yield "\nA call's row stays after its time for the bill, without numbers (pseudonyms), URLs, flow and attempts.\n"
    yield "\n## Tables\n"
    rows = [
        (
            f"`{name}`",
            each.purpose,
            each.whose.value,
            _columns(name),
            f"keep_{each.kept}_days" if each.kept else each.until,
        )
        for name, each in HOLDINGS.items()
    ]
    yield from _table(("Table", "Purpose", "Whose", "Personal columns", "Kept"), rows)
    yield "\n## Files in the data folder\n"
    yield from _table(
        ("Path", "Holds", "Whose", "Kept"),
        [(f"`{each.path}`", each.holds, each.whose.value, each.until) for each in PLACES],
    )
    yield "\n## What an erasure leaves\n"
    yield from (f"- {each}" for each in EXCEPTIONS)


def _dpia() -> Iterator[str]:
    yield "\n# Data protection impact assessment: a template (GDPR Art. 35)\n"
    yield _NO_ADVICE
    yield "## What is done, and why (Art. 35(7)(a))\n"
    yield "*Which calls, of whom, how many a day, who records and why.*"
    yield "What the product stores: records-of-processing.md. Where data flows: data-flow.md.\n"
    yield "## Necessity and proportion (Art. 35(7)(b))\n"
    settings = Settings.model_construct()
    kept = ("keep_digits", "keep_spoken_text", "keep_webhook_bodies")
    yield from _table(
        ("Setting", "Default", "Yours, and why"),
        [(f"`{name}`", str(getattr(settings, name)).lower(), "*…*") for name in kept]
        + [(f"`keep_{kind}_days`", _days(days), "*…*") for kind, days in periods_of(settings).days.items()],
    )
    yield "\n## Risks and measures (Art. 35(7)(c), (d))\n"
    yield from _table(("Risk", "What the product does", "What you do"), _RISKS)
    yield "\n## What remains\n"
    yield "*Likelihood and severity of each risk after the measures; who decided; is the authority asked (Art. 36)?*"


def _data_flow() -> Iterator[str]:
    yield "\n# Where data flows\n"
    yield _NO_ADVICE
    yield "```mermaid\nflowchart LR"
    yield "  node[Telefoon node] --> data[(data folder: database, recordings, caches, pepper)]"
    for index, (name, how, _, what) in enumerate(_LEAVES):
        yield f'  node <-->|"{how}: {what}"| out{index}["{name}"]'
    yield "```\n"
    yield from _table(("To and from", "How", "Set by", "What"), _LEAVES)
    yield "\n## What rests in the data folder\n"
    yield from _table(("Path", "Holds", "Kept"), [(f"`{each.path}`", each.holds, each.until) for each in PLACES])
    yield "\n## What rests in the database\n"
    personal = [(f"`{name}`", each.whose.value, _columns(name)) for name, each in HOLDINGS.items() if PERSONAL[name]]
    yield from _table(("Table", "Whose", "Personal columns"), personal)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _tables_of(kind: DataCategory) -> str:
    files = ("the files of `log_folder`",) if kind is DataCategory.LOGS else ()
    return ", ".join([*files, *(f"`{name}`" for name, each in HOLDINGS.items() if each.kept is kind)])


def _columns(table: str) -> str:
    return ", ".join(f"`{name}`" for name in PERSONAL[table]) or "none"


def _days(days: int) -> str:
    return "for ever" if days == FOR_EVER else str(days)


if __name__ == "__main__":
    main()
