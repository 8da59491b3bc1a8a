"""Calls to emergency numbers: which they are, and that they are refused, or carried past every limit.

They are refused unless a trunk is marked for them. A trunk that is marked is used also while its breaker is open or its
host has asked for a pause: it comes after those that are well. The table is config/emergency_numbers.toml.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from engine.model.numbers import country_of, read_number
from engine.routing.routable_trunk import RoutableHost, RoutableTrunk
from engine.routing.routes import Candidate, Draw, RoutedCall, choose

EUROPEAN: Final = "112"
_FILE: Final = "emergency_numbers.toml"
_SOS: Final = "urn:service:sos"
"""RFC 5031: the service itself, without a number."""

_LONGEST_WITH_CODE: Final = 9
"""Digits: a country code has three at most, an emergency number six. Nearly all numbers are longer."""

_SEPARATORS: Final = re.compile(r"[\s\-.()]")
_LINK: Final = re.compile(r"tel:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EmergencyRow:
    """The emergency numbers of a country, the rule that gives them, against what they were compared, and when.

    `helplines` are those of them where somebody listens, and nobody is sent.
    """

    numbers: frozenset[str]
    source: str
    checked: str
    date: date
    helplines: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EmergencyNumbers:
    """The table of emergency numbers, by ISO 3166 code in lower case."""

    countries: Mapping[str, EmergencyRow]
    all_numbers: frozenset[str] = field(init=False)
    """The emergency numbers of all countries together; made once, as each call that begins asks for them."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "all_numbers", frozenset().union(*(row.numbers for row in self.countries.values())))

    def find(self, called: str, home: str) -> str | None:
        """The emergency number that is called from a country, as it is dialled there; None for any other number.

        Whole numbers count, so neither 1120 nor +32112345678. They may come with a country's code, as programs write
        them that know E.164 only: +32112 is Belgium's 112.
        """
        if called.lower().partition(".")[0] == _SOS:
            return EUROPEAN
        dialled = _SEPARATORS.sub("", called)
        if dialled == EUROPEAN or dialled in self._of(home):
            return dialled
        return next((number for number in self._with_code(dialled)), None)

    def of_call(self, called: str, caller: str, home: str) -> str | None:
        """The emergency number that is called: one of the node's country, or of the country of the calling number."""
        countries = dict.fromkeys((home, _country(caller)))
        return next((found for each in countries if (found := self.find(called, each)) is not None), None)

    def is_helpline(self, number: str) -> bool:
        """Whether an emergency number, as it is dialled, is a helpline; none is a rescuer's number elsewhere."""
        return any(number in row.helplines for row in self.countries.values())

    def is_somewhere(self, called: str) -> bool:
        """Whether it is an emergency number of any country."""
        return _SEPARATORS.sub("", called) in self.all_numbers or self.find(called, "") is not None

    def _of(self, country: str) -> frozenset[str]:
        row = self.countries.get(country)
        return row.numbers if row else frozenset()

    def _with_code(self, dialled: str) -> list[str]:
        digits = dialled.removeprefix("+") if dialled.startswith("+") else dialled.removeprefix("00")
        if digits == dialled or len(digits) > _LONGEST_WITH_CODE:
            return []
        # Commands that look at no number are spared loading all plans.
        from engine.model.number_plans import calling_code

        return [
            digits.removeprefix(code)
            for country, row in self.countries.items()
            if digits.startswith(code := calling_code(country)) and digits.removeprefix(code) in row.numbers
        ]


@dataclass(frozen=True, slots=True)
class EmergencyCall:
    """A call to an emergency number, and the hosts that may carry it; none unless a trunk is marked."""

    number: str
    candidates: tuple[Candidate, ...]

    @property
    def refusal(self) -> str | None:
        """Why it is refused, and what to do, for whoever called; None where it is carried."""
        return None if self.candidates else refusal_of(self.number)


def refusal_of(number: str) -> str:
    """Why a call to an emergency number is refused where no trunk is marked, and what to do."""
    what = "a helpline that counts as an emergency number" if _is_helpline(number) else "an emergency number"
    return (
        f"{number} is {what}, and this service does not carry emergency calls: "
        "dial it on a telephone. To carry them, mark a trunk whose carrier does: "
        "telefoon trunks set NAME --set emergency=true"
    )


def read_called_number(text: str, country: str) -> str:
    """The number that is called from a country: E.164, or an emergency number of any country as it is dialled there.

    It may be written as people do (engine.model.numbers.read_number). Raises ValueError with a sentence for the user.
    """
    dialled = _LINK.sub("", text.strip(), count=1)
    return dialled if load_emergency_numbers().is_somewhere(dialled) else read_number(text, country)


@cache
def load_emergency_numbers() -> EmergencyNumbers:
    """The table of config/emergency_numbers.toml."""
    data = tomllib.loads((files("config") / _FILE).read_text("utf-8"))
    return EmergencyNumbers(
        {
            country: EmergencyRow(
                frozenset(row["numbers"]),
                row["source"],
                row["checked"],
                row["date"],
                frozenset(row.get("helplines", ())),
            )
            for country, row in data["countries"].items()
        }
    )


def emergency_call(
    call: RoutedCall, home: str, table: EmergencyNumbers, trunks: Sequence[RoutableTrunk], draw: Draw
) -> EmergencyCall | None:
    """What becomes of a call that comes from a country, if it is to an emergency number; None if it is not."""
    number = table.find(call.called, home)
    if number is None:
        return None
    return EmergencyCall(number, carriers(call, trunks, draw))


def carriers(call: RoutedCall, trunks: Sequence[RoutableTrunk], draw: Draw) -> tuple[Candidate, ...]:
    """All hosts of the trunks that are marked, in the order in which they are tried: those that are well first."""
    marked = [trunk for trunk in trunks if trunk.enabled and trunk.emergency]
    well = choose(call, marked, (), draw).candidates
    rest = choose(call, [_whatever_its_state(trunk) for trunk in marked], (), draw).candidates
    return tuple(dict.fromkeys((*well, *rest)))


def _is_helpline(number: str) -> bool:
    return load_emergency_numbers().is_helpline(number)


def _country(number: str) -> str:
    try:
        return country_of(number)
    except ValueError:
        return ""


def _whatever_its_state(trunk: RoutableTrunk) -> RoutableTrunk:
    hosts = (RoutableHost(host.address, host.priority, host.weight) for host in trunk.hosts)
    return replace(trunk, full=False, hosts=tuple(hosts))
