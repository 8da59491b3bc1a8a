"""The matrix as a table of docs/interop.md, made of what became of each call."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.sip.interop.cases import EVERY, POSSIBLE, Case, Codec, Known, Peer, Transport

PAGE: Final = Path(__file__).parents[3] / "docs/interop.md"
_BEGINS: Final = "<!-- made by make interop -->\n"
_ENDS: Final = "<!-- end -->\n"
_TITLES: Final = {
    Peer.ASTERISK: "Asterisk 22", Transport.UDP: "UDP", Transport.TCP: "TCP", Transport.TLS: "TLS and SRTP",
    Codec.G722: "G.722", Codec.OPUS: "Opus",
}  # fmt: skip


def written(passed: Mapping[Case, bool]) -> str:
    """The table: how many calls of each cell went as they should, of how many; and which there can't be."""
    heads = ["Far end", "Known by", "Transport", *(_title(each) for each in Codec)]
    lines = [heads, ["---"] * len(heads)]
    for peer in Peer:
        for known in Known:
            for transport in Transport:
                row = [each for each in POSSIBLE if (each.peer, each.known, each.transport) == (peer, known, transport)]
                if row:
                    cells = [_cell([each for each in row if each.codec is codec], passed) for codec in Codec]
                    lines.append([_title(peer), known, _title(transport), *cells])
    table = "".join(f"| {' | '.join(each)} |\n" for each in lines)
    reasons = dict.fromkeys(f"{_title(each.peer)} by {each.known} ({each.why_not})" for each in EVERY if each.why_not)
    return f"{table}\nNot run: {'; '.join(reasons)}.\n"


def with_matrix(page: str, matrix: str) -> str:
    """The page with this table in place of the one that it has."""
    before, _, rest = page.partition(_BEGINS)
    _, _, after = rest.partition(_ENDS)
    return f"{before}{_BEGINS}\n{matrix}\n{_ENDS}{after}"


def _cell(cases: list[Case], passed: Mapping[Case, bool]) -> str:
    run = [passed[each] for each in cases if each in passed]
    return f"{sum(run)} of {len(run)}" if run else "not run"


def _title(value: Peer | Transport | Codec) -> str:
    return _TITLES.get(value, value.value)
