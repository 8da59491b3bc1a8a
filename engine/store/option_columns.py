"""The columns of options of calls, made of the table of options."""

from typing import Any, Final, get_args, get_type_hints

from sqlalchemy import Boolean, Column, Integer, String
from sqlalchemy.types import TypeEngine

from engine.model.call_options import AccountOptions, CallOptions, Option
from engine.model.consent.policy import ConsentChoice
from engine.model.disclosure.policy import DisclosureChoice
from engine.model.flow_reading import FlowReading
from engine.model.recording_shape import Channels, Tracks, Trim
from engine.model.sip_headers import Header
from engine.store.data_kinds import personal, technical
from engine.store.types import ConsentChoiceColumn, DisclosureChoiceColumn, EnumColumn, Headers, Names, StoredText

_TYPES: Final[dict[Any, Any]] = {
    bool: Boolean,
    int: Integer,
    str: StoredText,
    ConsentChoice: ConsentChoiceColumn,
    DisclosureChoice: DisclosureChoiceColumn,
    FlowReading: EnumColumn(FlowReading),
    Channels: EnumColumn(Channels),
    Tracks: EnumColumn(Tracks),
    Trim: EnumColumn(Trim),
    tuple[str, ...]: Names,
    tuple[Header, ...]: Headers,
}


def option_columns(level: type[AccountOptions]) -> list[Column[Any]]:
    """One for each option that may be chosen on a level; those of a call say which of them tell of a person."""
    hints = get_type_hints(level)
    return [
        _column(name, option, get_args(hints[name])[0], of_a_call=issubclass(level, CallOptions))
        for name, option in level.table().items()
    ]


def _column(name: str, option: Option, kind: Any, *, of_a_call: bool) -> Column[Any]:
    column_type: type[TypeEngine[Any]] | TypeEngine[Any] = String(option.length) if option.length else _TYPES[kind]
    options: dict[str, Any] = {"nullable": not option.required, "server_default": option.server_default}
    if of_a_call and option.personal:
        return personal(name, column_type, emptied=not option.required, **options)
    return technical(name, column_type, **options)
