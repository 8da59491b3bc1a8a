"""The messages and the library's scripts as tables of docs/torture.md.

python -m tests.sip.torture.page        renews the page
"""

from pathlib import Path
from typing import Final

from tests.sip.library_scripts.otherwise import OTHERWISE
from tests.sip.library_scripts.scenarios import NOT_RUN, OTHERS
from tests.sip.torture.message import A_CALL, TortureMessage
from tests.sip.torture.messages import MESSAGES

PAGE: Final = Path(__file__).parents[3] / "docs/torture.md"
_BEGINS: Final = "<!-- made by tests.sip.torture.page -->\n"
_SCRIPTS_BEGIN: Final = "<!-- made of tests.sip.library_scripts -->\n"
_SCENARIOS_BEGIN: Final = "<!-- made of tests.sip.library_scripts.scenarios -->\n"
_ENDS: Final = "<!-- end -->\n"


def written() -> str:
    """The table: a row for each message."""
    heads = ["Message", "Section", "What comes", "What is right", "What we do"]
    rows = [[each.name, each.section, each.what, each.right, _done(each)] for each in MESSAGES]
    return "".join(f"| {' | '.join(each)} |\n" for each in [heads, ["---"] * len(heads), *rows])


def scripts() -> str:
    """The table of the library's scripts that get another answer than they want."""
    heads = ["Script", "What it gets", "Why"]
    rows = [[name, f"`{got}`", why] for name, (got, why) in OTHERWISE.items()]
    return "".join(f"| {' | '.join(each)} |\n" for each in [heads, ["---"] * len(heads), *rows])


def scenarios() -> str:
    """The table of the library's scenarios for SIPp that get something else than they want, or are not run."""
    heads = ["Scenario", "What it gets", "Why"]
    otherwise = [[name, f"`{each.gets}`", each.why] for name, each in OTHERS.items() if each.gets]
    rows = [*otherwise, *([name, "not run", why] for name, why in NOT_RUN.items())]
    return "".join(f"| {' | '.join(each)} |\n" for each in [heads, ["---"] * len(heads), *rows])


def with_tables(page: str) -> str:
    """The page with these tables in place of those that it has."""
    tables = ((_BEGINS, written()), (_SCRIPTS_BEGIN, scripts()), (_SCENARIOS_BEGIN, scenarios()))
    for begins, table in tables:
        before, _, rest = page.partition(begins)
        _, _, after = rest.partition(_ENDS)
        page = f"{before}{begins}\n{table}\n{_ENDS}{after}"
    return page


def _done(message: TortureMessage) -> str:
    udp, tcp = (_told(message.answer_over(each)) for each in ("UDP", "TCP"))
    return udp if udp == tcp else f"{udp}; over TCP {tcp}"


def _told(answer: int | None) -> str:
    return {None: "silence", A_CALL: "a call"}.get(answer, str(answer))


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
