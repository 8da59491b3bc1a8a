"""Every fact of the contract is in what we publish: what is added may add, never change."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.http.contract import BASE_PATH, Published

Json = Mapping[str, Any]

CONTRACT: Json = yaml.safe_load(Path(__file__).with_name("contract.yml").read_text())
OURS: Json = Published.load().document


def resolved(document: Json, value: Any) -> Any:
    while isinstance(value, Mapping) and "$ref" in value:
        found: Any = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        value = found
    return value


def operations() -> Iterator[tuple[str, str]]:
    for path, item in CONTRACT["paths"].items():
        for method in item:
            yield path, method


def ours(path: str, method: str) -> Json:
    item = OURS["paths"][path]
    operation: Json = {"parameters": [], **item[method]}
    return {**operation, "parameters": [*item.get("parameters", []), *operation["parameters"]]}


def assert_holds(contract: Any, published: Any, where: str) -> None:
    """Each fact of the contract's schema is in ours."""
    wanted, given = resolved(CONTRACT, contract), resolved(OURS, published)
    for name, fact in wanted.items():
        if name == "properties":
            for field, schema in fact.items():
                assert_holds(schema, given["properties"][field], f"{where}.{field}")
        elif name == "items":
            assert_holds(fact, given["items"], f"{where}[]")
        elif name == "required":
            assert set(fact) <= set(given["required"]), where
        else:
            assert given[name] == fact, f"{where}: {name}"


def test_the_interface_is_served_below_the_contracts_base_path() -> None:
    assert OURS["servers"][0]["url"] == BASE_PATH == "/v1/voice"


@pytest.mark.parametrize(("path", "method"), list(operations()))
def test_an_operation_keeps_its_name_parameters_body_and_answers(path: str, method: str) -> None:
    wanted, given = CONTRACT["paths"][path][method], ours(path, method)
    assert given["operationId"] == wanted["operationId"]

    parameters = {each["name"]: each for each in (resolved(OURS, each) for each in given["parameters"])}
    for parameter in wanted.get("parameters", []):
        published = parameters[parameter["name"]]
        assert published["in"] == parameter["in"]
        assert published.get("required", False) == parameter.get("required", False)
        assert_holds(parameter["schema"], published["schema"], f"{method} {path} {parameter['name']}")

    if "requestBody" in wanted:
        kind = "application/json"
        body = wanted["requestBody"]["content"][kind]["schema"]
        assert_holds(body, given["requestBody"]["content"][kind]["schema"], f"{method} {path} body")

    for code, answer in wanted["responses"].items():
        published = resolved(OURS, given["responses"][code])
        for kind, content in answer.get("content", {}).items():
            assert_holds(content["schema"], published["content"][kind]["schema"], f"{method} {path} {code}")


@pytest.mark.parametrize("name", list(CONTRACT["components"]["schemas"]))
def test_a_type_keeps_its_fields(name: str) -> None:
    assert_holds(CONTRACT["components"]["schemas"][name], OURS["components"]["schemas"][name], name)


def test_the_key_travels_in_the_contracts_header() -> None:
    assert_holds(
        CONTRACT["components"]["securitySchemes"]["ApiKeyAuth"],
        OURS["components"]["securitySchemes"]["ApiKeyAuth"],
        "ApiKeyAuth",
    )
