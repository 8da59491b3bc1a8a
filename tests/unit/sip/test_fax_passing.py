"""Fax between two legs in all orders of what far ends ask and answer: nobody waits for ever, nothing stays open."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from engine.model.trunk import AddressFamily
from engine.ports import FaxBegan, FaxEnded, LegEvent, LegId
from sip.config import ListenAddress
from sip.fax.description import FaxLine
from sip.fax.passing import FaxPassing

FAX = FaxLine("192.0.2.1", 5004, ())
FIRST, SECOND = LegId(1), LegId(2)


@dataclass
class FakeFaxDialog:
    """A dialog that keeps what it was told; `waits` is whether its far end waits for our answer."""

    busy: bool = False
    over: bool = False
    waits: bool = False
    asked: bool = False
    faxing: bool = False
    told: list[LegEvent] = field(default_factory=list)
    passes_fax: bool = True
    media_family: AddressFamily = AddressFamily.IPV4

    def offer_fax(self, fax: FaxLine, port: int) -> bool:
        self.faxing = self.asked = not (self.busy or self.waits)
        return self.asked

    def answer_fax(self, fax: FaxLine, port: int) -> None:
        assert self.waits
        self.waits, self.faxing = False, True

    def refuse_fax(self, code: int) -> None:
        assert self.waits
        self.waits = False

    def offer_audio(self) -> bool:
        if self.busy or self.asked or self.waits:
            return False
        self.faxing = False
        return True

    def tell(self, event: LegEvent) -> None:
        self.told.append(event)

    def count(self, kind: type[LegEvent]) -> int:
        return sum(isinstance(each, kind) for each in self.told)


class TwoFarEnds:
    """Two joined legs, whose far ends do what a test says; what is to be done later is done by `pause`."""

    def __init__(self) -> None:
        self.dialogs = {FIRST: FakeFaxDialog(), SECOND: FakeFaxDialog()}
        self.open: list[object] = []
        """What carries datagrams now."""
        self._later: list[Callable[[], None]] = []
        places = {AddressFamily.IPV4: ListenAddress("127.0.0.1", 5060, (), None, 20000, 60000)}
        self.passing = FaxPassing(self._live, self._postpone, self._postpone, self._emit, places)
        self.passing.join(FIRST, SECOND)

    def asks(self, leg: LegId) -> None:
        dialog = self.dialogs[leg]
        if not (dialog.waits or dialog.asked):
            dialog.waits = True
            self.passing.offered(leg, FAX)

    def agrees(self, leg: LegId) -> None:
        self._answers(leg, 200, FAX)

    def refuses(self, leg: LegId) -> None:
        self._answers(leg, 488, None)

    def closes(self, leg: LegId) -> None:
        self._answers(leg, 200, None)

    def returns(self, leg: LegId) -> None:
        dialog = self.dialogs[leg]
        if dialog.faxing and not (dialog.asked or dialog.waits):
            dialog.faxing = False
            self.passing.has_audio(leg)

    def leaves(self, leg: LegId) -> None:
        self.passing.over(leg)
        dialog = self.dialogs[leg]
        dialog.over, dialog.waits, dialog.asked = True, False, False

    def meets(self, leg: LegId) -> None:
        self.dialogs[leg].busy = not self.dialogs[leg].busy

    def pause(self, _: LegId) -> None:
        due, self._later = self._later, []
        for command in due:
            command()

    def _answers(self, leg: LegId, code: int, answer: FaxLine | None) -> None:
        dialog = self.dialogs[leg]
        if dialog.asked:
            dialog.asked, dialog.faxing = False, code < 300
            self.passing.answered(leg, code, answer)

    def _live(self, leg: LegId) -> FakeFaxDialog | None:
        return None if self.dialogs[leg].over else self.dialogs[leg]

    def _postpone(self, _: object, command: Callable[[], None]) -> None:
        self._later.append(command)

    def _emit(self, deliver: Callable[[], object]) -> None:
        relay, name = getattr(deliver, "__self__", None), getattr(deliver, "__name__", "")
        if name == "open":  # datagrams are read where there is a loop, and so not here
            self.open.append(relay)
            return
        deliver()
        if relay in self.open:
            self.open.remove(relay)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["asks", "agrees", "refuses", "closes", "returns", "leaves", "meets", "pause"]),
        st.sampled_from([FIRST, SECOND]),
    ),
    max_size=25,
)


@given(STEPS, st.booleans())
def test_in_any_order_each_is_answered_each_fax_ends_once_and_nothing_is_carried_on(
    steps: list[tuple[str, LegId]], parted: bool
) -> None:
    both = TwoFarEnds()
    for step, leg in steps:
        if not both.dialogs[leg].over:
            getattr(both, step)(leg)

    if parted:
        both.passing.part(FIRST, SECOND)
    else:
        for leg in (FIRST, SECOND):
            both.leaves(leg)
    both.pause(FIRST)

    assert both.open == []
    for dialog in both.dialogs.values():
        assert not dialog.waits
        assert dialog.count(FaxBegan) == dialog.count(FaxEnded)


@given(STEPS)
def test_whoever_is_left_without_a_fax_is_brought_back_to_sound(steps: list[tuple[str, LegId]]) -> None:
    both = TwoFarEnds()
    for step, leg in steps:
        if not both.dialogs[leg].over:
            getattr(both, step)(leg)
    both.passing.part(FIRST, SECOND)
    for leg, dialog in both.dialogs.items():
        dialog.busy = False
        both.refuses(leg)

    for _ in range(3):
        both.pause(FIRST)

    assert [dialog for dialog in both.dialogs.values() if dialog.faxing and not dialog.over] == []
