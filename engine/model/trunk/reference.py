"""The tables of docs/trunks.md, made from the fields of a trunk and from the profiles.

python -m engine.model.trunk.reference docs/trunks.md     # renews it
"""

import json
from collections.abc import Iterator, Mapping

from engine.model.trunk.profiles import TrunkProfile, profiles
from engine.model.trunk.trunk import Trunk
from engine.page_tables import renew, row, table


def tables() -> Mapping[str, str]:
    """Each by its name."""
    made_of = (row(f"`{name}`", _fields(_set_by(profile))) for name, profile in profiles().items())
    return {
        "fields": table(("field", "what it is", "takes", "if left out"), list(_rows())),
        "profiles": table(("profile", "what it sets"), list(made_of)),
    }


def _rows() -> Iterator[str]:
    for name, facts in Trunk.table().items():
        yield row(f"`{name}`", facts.help, facts.kind.allowed, _default(name))


def _default(name: str) -> str:
    if name not in Trunk.defaults():
        return "must be given"
    default = Trunk.table()[name].kind.written(Trunk.defaults()[name])
    return "" if default == "" else f"`{json.dumps(default)}`"


def _set_by(profile: TrunkProfile) -> Mapping[str, object]:
    return profile.fields if profile.port is None else {"port": profile.port, **profile.fields}


def _fields(fields: Mapping[str, object]) -> str:
    return ", ".join(f"`{name} = {_value(value)}`" for name, value in fields.items())


def _value(value: object) -> str:
    """A value as TOML has it in one line."""
    if not isinstance(value, Mapping):
        return json.dumps(value)
    return f"{{{', '.join(f'{name} = {json.dumps(each)}' for name, each in value.items())}}}"


if __name__ == "__main__":
    renew(tables())
