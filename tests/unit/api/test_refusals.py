"""/refusals: calls that were refused, for keys with the scope admin."""

import pytest

from engine.diagnosis.refused import ADVICE
from engine.model.accounts import Scope
from engine.model.refusal import RefusalKind, RefusalRule, RefusedCalls
from tests.unit.api.conftest import Site
from tests.unit.store.samples import NOON


@pytest.fixture
async def admin(site: Site) -> Site:
    account = await site.services.stores.accounts.ensure("demo")
    _, site.key = await site.services.stores.accounts.create_key(account.id, frozenset({Scope.ADMIN}))
    return site


async def test_refusals_are_listed_with_what_to_do(admin: Site) -> None:
    kind = RefusalKind("198.51.100.7", RefusalRule.NUMBER, "+3225550177")
    await admin.services.stores.refusals.add([RefusedCalls(kind, 3, NOON, NOON)])

    status, body, _ = await admin.request("GET", "refusals")

    (told,) = body["refusals"]
    assert (status, told["source"], told["rule"], told["count"]) == (200, "198.51.100.7", "no such number", 3)
    assert "telefoon numbers add" in told["advice"]


async def test_no_more_than_wanted_are_listed_and_a_wrong_limit_is_told(admin: Site) -> None:
    kinds = [RefusalKind("198.51.100.7", RefusalRule.NUMBER, str(number)) for number in range(3)]
    await admin.services.stores.refusals.add([RefusedCalls(kind, 1, NOON, NOON) for kind in kinds])

    assert len((await admin.request("GET", "refusals?limit=2"))[1]["refusals"]) == 2
    assert (await admin.request("GET", "refusals?limit=0"))[0] == 422


async def test_a_key_for_calls_does_not_see_them(site: Site) -> None:
    assert (await site.request("GET", "refusals"))[0] == 403


@pytest.mark.parametrize("rule", RefusalRule)
def test_each_rule_has_its_advice(rule: RefusalRule) -> None:
    assert ADVICE[rule]
