"""Column types that hold the same values on SQLite and PostgreSQL."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from ipaddress import ip_network
from typing import Any, Generic, TypeVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, Numeric, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from engine.model.accounts import Network, Scope
from engine.model.call import Attempt
from engine.model.callback import Callback
from engine.model.conference_options import Announces, RecordedTracks, RoomOptions
from engine.model.consent import ConsentChoice, ConsentPolicy, Withdrawal
from engine.model.disclosure import DisclosureChoice, DisclosurePolicy
from engine.model.recording_marks import MarkKind, PauseBehavior, RecordingMark
from engine.model.sip_headers import Header
from engine.model.storable import storable
from engine.model.stream import StreamFigures

Word = TypeVar("Word", bound=StrEnum)

IDENTIFIER = String(34)
"""Two letters and 32 hex digits (engine/ids.py)."""

SERIAL = BigInteger().with_variant(Integer(), "sqlite")
"""A number that the database counts up; SQLite does so for INTEGER alone."""

_SQLITE_MOMENT = String(32)
_SQLITE_MONEY = String(32)


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time, UTC, exact to the microsecond.

    SQLite has no such type: there it is ISO 8601 text of one width, so that text order is the order in time.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(_SQLITE_MOMENT if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        moment = value.astimezone(UTC)
        return moment.isoformat(timespec="microseconds") if dialect.name == "sqlite" else moment

    def process_literal_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return self.process_bind_param(value, dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        return _moment_of_text if dialect.name == "sqlite" else _in_utc


def _moment_of_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def _in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


class StoredText(TypeDecorator[str]):
    """Text, of which no character stops it from being stored."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Money(TypeDecorator[Decimal]):
    """An amount, exact: NUMERIC, or text on SQLite, whose NUMERIC is binary floating point."""

    impl = Numeric()
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(_SQLITE_MONEY if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return str(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class EnumColumn(TypeDecorator[Word], Generic[Word]):
    """A member of an enumeration, by its value; `longest` is for how many characters there is room."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[Word], longest: int = 20) -> None:
        super().__init__(longest)
        assert all(len(word.value) <= longest for word in words), f"{words} has longer words"
        self.words = words
        self.longest = longest
        self._by_value: dict[str | None, Word | None] = {None: None, **{word.value: word for word in words}}

    def process_bind_param(self, value: Word | None, dialect: Dialect) -> str | None:
        return None if value is None else self.words(value).value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Word | None]:
        return self._by_value.__getitem__


class Names(TypeDecorator[tuple[str, ...]]):
    """Some words, in order, blanks between."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:
        return " ".join(value or ())

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        return tuple((value or "").split())


class Scopes(TypeDecorator[frozenset[Scope]]):
    """A column of a key's scopes, blanks between."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: frozenset[Scope] | None, dialect: Dialect) -> str:
        return " ".join(sorted(value or ()))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[Scope]:
        return frozenset(Scope(word) for word in (value or "").split())


class Networks(TypeDecorator[tuple[Network, ...]]):
    """A column of networks as CIDR, blanks between."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[Network, ...] | None, dialect: Dialect) -> str:
        return " ".join(map(str, value or ()))

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Network, ...]:
        return tuple(ip_network(word) for word in value.split()) if value else ()


class Headers(TypeDecorator[tuple[Header, ...]]):
    """A column of SIP headers, in order."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: tuple[Header, ...] | None, dialect: Dialect) -> Any:
        return None if value is None else [[storable(part) for part in header] for header in value]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[Header, ...] | None:
        return None if value is None else tuple((name, text) for name, text in value)


class Attempts(TypeDecorator[tuple[Attempt, ...]]):
    """A column of the attempts to carry a call, in order."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: tuple[Attempt, ...] | None, dialect: Dialect) -> Any:
        return [asdict(attempt) for attempt in value or ()]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[Attempt, ...]:
        return tuple(Attempt(**attempt) for attempt in value)


class Options(TypeDecorator[RoomOptions]):
    """A column of a conference's options; what a newer release has added is as its default."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: RoomOptions | None, dialect: Dialect) -> Any:
        return asdict(value or RoomOptions())

    def process_result_value(self, value: Any, dialect: Dialect) -> RoomOptions:
        given = dict(value or {})
        if "announce" in given:
            given["announce"] = Announces(given["announce"])
        if "recorded_tracks" in given:
            given["recorded_tracks"] = RecordedTracks(given["recorded_tracks"])
        return RoomOptions(**given)


class ConsentChoiceColumn(TypeDecorator[ConsentChoice]):
    """A consent policy that was chosen, with what was said with it; NULL for none."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: ConsentChoice | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        given_at = value.given_at.isoformat() if value.given_at else None
        return {name: each for name, each in {**asdict(value), "given_at": given_at}.items() if each is not None}

    def process_result_value(self, value: Any, dialect: Dialect) -> ConsentChoice | None:
        if value is None:
            return None
        given_at = datetime.fromisoformat(value["given_at"]) if "given_at" in value else None
        withdrawal = Withdrawal(value.get("withdrawal", Withdrawal.CUT))
        return ConsentChoice(
            **{**value, "policy": ConsentPolicy(value["policy"]), "withdrawal": withdrawal, "given_at": given_at}
        )


class DisclosureChoiceColumn(TypeDecorator[DisclosureChoice]):
    """A disclosure policy that was chosen, with what was asserted with it; NULL for none."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: DisclosureChoice | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        asserted_at = value.asserted_at.isoformat() if value.asserted_at else None
        return {name: each for name, each in {**asdict(value), "asserted_at": asserted_at}.items() if each is not None}

    def process_result_value(self, value: Any, dialect: Dialect) -> DisclosureChoice | None:
        if value is None:
            return None
        asserted_at = datetime.fromisoformat(value["asserted_at"]) if "asserted_at" in value else None
        return DisclosureChoice(**{**value, "policy": DisclosurePolicy(value["policy"]), "asserted_at": asserted_at})


class RecordingMarksColumn(TypeDecorator[tuple[RecordingMark, ...]]):
    """A column of a recording's marks, in order."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: tuple[RecordingMark, ...] | None, dialect: Dialect) -> Any:
        return [{**asdict(mark), "time": mark.time.isoformat()} for mark in value or ()]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[RecordingMark, ...]:
        return tuple(
            RecordingMark(
                MarkKind(mark["kind"]),
                mark["at_s"],
                datetime.fromisoformat(mark["time"]),
                PauseBehavior(mark["behavior"]),
                mark["paused_s"],
            )
            for mark in value or ()
        )


class CallbackColumn(TypeDecorator[Callback]):
    """A column of a callback: its URL, method and events; NULL for none."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Callback | None, dialect: Dialect) -> Any:
        return None if value is None else asdict(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Callback | None:
        return None if value is None else Callback(value["url"], value["method"], tuple(value["events"]))


class StreamFiguresColumn(TypeDecorator[StreamFigures]):
    """A column of what has gone over a media stream."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: StreamFigures | None, dialect: Dialect) -> Any:
        return None if value is None else asdict(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> StreamFigures | None:
        return None if value is None else StreamFigures(**value)
