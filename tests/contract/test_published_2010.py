"""What /2010-04-01 is by its published description, and what of it is here: all, or it is said why not."""

import pytest

from api.http.contract import Json, Published
from api.http.v2010.absent import ABSENT, REFUSED, why_absent
from api.http.v2010.contract import BASE_PATH, published
from tests.contract.package_of_programs import PackageNoun, PackageOperation, nouns, same_path

ACCOUNT = "/Accounts/{}/"
OURS: Published = published()
SERVED = {(each.method, same_path(each.path.removeprefix(BASE_PATH))): each for each in OURS.operations.values()}
REFUSALS = {(method, same_path(path)) for method, path in REFUSED}
NOUNS = [each for each in nouns() if not all(why_absent(of.path.removeprefix(ACCOUNT)) for of in each.operations)]
OPERATIONS = [each for noun in NOUNS for each in noun.operations if (each.method, each.path) not in REFUSALS]
WITHOUT_RESOURCES = {
    "account/call/notification.py": "there are no notifications, so that lists are empty",
    "account/notification.py": "there are no notifications, so that lists are empty",
    "account/validation_request.py": "numbers are the operator's, so that none is asked to prove itself",
}


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_an_operation_is_here_with_each_of_its_parameters(operation: PackageOperation) -> None:
    served = SERVED.get((operation.method, operation.path))

    assert served is not None, f"{operation} is neither served nor in api/http/v2010/absent.py"
    properties = served.body.get("properties", {}) if served.body is not None else {}
    known = {*properties, *(each.name for each in served.query)}
    assert operation.parameters <= known, f"unknown: {sorted(operation.parameters - known)}"


@pytest.mark.parametrize(
    "noun", [each for each in NOUNS if each.module not in WITHOUT_RESOURCES], ids=lambda noun: noun.module
)
def test_a_resource_has_each_of_its_fields(noun: PackageNoun) -> None:
    schemas: dict[str, Json] = OURS.document["components"]["schemas"]
    missing = {name: noun.fields - schema.get("properties", {}).keys() for name, schema in schemas.items()}
    nearest = min(missing, key=lambda name: len(missing[name]))

    assert missing[nearest] == set(), f"{nearest} is the nearest schema"


@pytest.mark.parametrize("path", ABSENT)
def test_what_is_said_to_be_absent_is_published_and_not_served(path: str) -> None:
    place = f"{ACCOUNT}{same_path(path)}"

    assert any(each.path.startswith(place) for noun in nouns() for each in noun.operations)
    assert not any(served.startswith((f"{place}.json", f"{place}/")) for _, served in SERVED)
