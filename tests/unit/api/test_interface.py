import pytest

from tests.unit.api.conftest import Site


@pytest.mark.parametrize("path", ["calls", "conferences", "recordings", f"calls/CA{'0' * 32}"])
async def test_without_a_key_that_opens_an_account_nothing_is_told(site: Site, path: str) -> None:
    key = site.key
    for wrong in ("", "SKwrong", key[:-1], f"{key}x"):
        site.key = wrong
        status, problem, _ = await site.request("GET", path)
        assert (status, problem["status"]) == (401, 401)
        assert key not in str(problem)


async def test_a_revoked_key_opens_nothing(site: Site) -> None:
    for key in await site.services.stores.accounts.keys():
        await site.services.stores.accounts.revoke(key.id)

    assert (await site.request("GET", "calls"))[0] == 401


@pytest.mark.parametrize(("method", "path", "code"), [("GET", "/nowhere", 404), ("PUT", "calls", 405)])
async def test_what_is_not_published_is_a_problem_too(site: Site, method: str, path: str, code: int) -> None:
    status, problem, response = await site.request(method, path)

    assert (status, problem["status"], response.content_type) == (code, code, "application/problem+json")


async def test_health_documents_and_pages_need_no_key(site: Site) -> None:
    site.key = ""

    assert (await site.request("GET", "/healthz"))[:2] == (200, {"status": "ok"})
    assert (await site.request("GET", "/readyz"))[0] == 200
    assert (await site.request("GET", "/openapi.json"))[1]["openapi"] == "3.1.0"
    assert (await site.request("GET", "/v1/voice/flow-schema.json"))[1]["$schema"].endswith("2020-12/schema")


async def test_a_node_that_is_not_ready_says_so(site: Site) -> None:
    site.health.ready = False

    status, body, _ = await site.request("GET", "/readyz")

    assert (status, body["ready"]) == (503, False)


async def test_what_trunks_carry_is_told_to_programs_on_this_machine_alone(site: Site) -> None:
    own = (await site.request("GET", "/readyz"))[1]
    of_others = (await site.request("GET", "/readyz", headers={"X-Forwarded-For": "192.0.2.7"}))[1]

    assert own["trunks"]["carrier"]["ok"]
    assert of_others.keys() == {"ready", "checks"}


@pytest.mark.promise
async def test_the_page_names_every_operation_and_loads_nothing(site: Site) -> None:
    async with site.client.get(f"{site.address}/docs") as response:
        page = await response.text()
        policy = response.headers["Content-Security-Policy"]

    for operation in site.services.published.operations.values():
        assert operation.path in page
    assert page.count("Needs a key with the scope <code>recordings</code>") == 5
    assert "<script" not in page
    assert "src=" not in page
    assert policy.startswith("default-src 'none'")


async def test_a_conference_is_opened_found_and_ended(site: Site) -> None:
    status, made, _ = await site.request("POST", "conferences", json={"friendly_name": "talk", "max_participants": 5})
    assert (status, made["status"], made["participant_count"], made["max_participants"]) == (201, "init", 0, 5)

    assert (await site.request("GET", f"conferences/{made['id']}"))[1] == made
    assert (await site.request("GET", "conferences"))[1]["conferences"] == [made]
    assert (await site.request("GET", f"conferences/{made['id']}/participants"))[1] == {"participants": []}
    assert (await site.request("DELETE", f"conferences/{made['id']}"))[0] == 204
    assert site.conference_service.ended == [made["id"]]


async def test_a_conference_needs_no_body(site: Site) -> None:
    status, made, _ = await site.request("POST", "conferences")

    assert (status, made["max_participants"], made["record"]) == (201, 100, False)


@pytest.mark.parametrize("body", [{"max_participants": 0}, {"friendly_name": ""}, {"record": "no"}])
async def test_a_wrong_conference_names_its_field(site: Site, body: dict[str, object]) -> None:
    status, problem, _ = await site.request("POST", "conferences", json=body)

    assert (status, [error["field"] for error in problem["errors"]]) == (422, list(body))


@pytest.mark.parametrize("path", ["", f"/participants/CA{'0' * 32}"])
async def test_a_change_of_a_conference_without_a_body_is_refused(site: Site, path: str) -> None:
    _, made, _ = await site.request("POST", "conferences", json={"friendly_name": "talk"})

    status, problem, _ = await site.request("PATCH", f"conferences/{made['id']}{path}")

    assert (status, problem["errors"][0]["field"]) == (422, "body")


def test_each_body_has_an_example_that_is_right(site: Site) -> None:
    published = site.services.published
    bodies = [
        (operation["operationId"], operation["requestBody"]["content"]["application/json"])
        for item in published.document["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "requestBody" in operation
    ]

    assert len(bodies) >= 10
    for name, body in bodies:
        wrong = [error.message for error in published.validator(body["schema"]).iter_errors(body["example"])]
        assert (name, wrong) == (name, [])


def test_each_list_says_what_is_in_it(site: Site) -> None:
    """Generators of clients leave out what holds a list of nothing known, and all that holds it."""
    bare: list[str] = []

    def look(value: object, path: str) -> None:
        if isinstance(value, dict):
            if value.get("type") == "array" and "items" not in value:
                bare.append(path)
            for name, inner in value.items():
                look(inner, f"{path}/{name}")
        elif isinstance(value, list):
            for at, inner in enumerate(value):
                look(inner, f"{path}/{at}")

    look(site.services.published.document, "")
    assert bare == []
