import pytest

from engine.ids import IdKind, new_id
from engine.model.accounts import Scope
from tests.unit.api.v2010.conftest import Program


async def test_an_accounts_key_opens_it(program: Program) -> None:
    status, account = await program.get("")

    assert (status, account["sid"], account["friendly_name"]) == (200, program.account.id, "demo")
    assert account["auth_token"] is None


async def test_a_keys_own_id_opens_its_account_too(program: Program) -> None:
    (key,) = await program.site.services.stores.accounts.keys()
    program.user = key.id

    assert (await program.get(""))[0] == 200


async def test_the_secret_that_signs_webhooks_opens_the_account_as_programs_expect(program: Program) -> None:
    program.secret = (await program.site.services.stores.account_secrets.secrets(program.account.id))[0]

    assert (await program.get("Calls"))[0] == 200


async def test_a_secret_does_not_open_another_account(program: Program) -> None:
    other = await program.site.services.stores.accounts.ensure("other")
    program.secret = (await program.site.services.stores.account_secrets.secrets(program.account.id))[0]
    program.user = other.id

    assert (await program.get(""))[0] == 401


@pytest.mark.parametrize("user", [f"AC{'0' * 32}", f"SK{'0' * 32}", "", "demo"])
async def test_another_user_with_a_right_key_is_nobody(program: Program, user: str) -> None:
    program.user = user

    status, error = await program.get("Calls")

    assert (status, error["code"], error["status"]) == (401, 20003, 401)


@pytest.mark.parametrize("secret", ["", "wrong", "SKwrong", "whsec_wrong", "whsec_"])
async def test_a_wrong_secret_opens_nothing(program: Program, secret: str) -> None:
    program.secret = secret

    status, error = await program.get("Calls")

    assert (status, error["code"]) == (401, 20003)


async def test_a_wrong_secret_of_an_unknown_account_makes_none(program: Program) -> None:
    program.user, program.secret = new_id(IdKind.ACCOUNT), "whsec_wrong"

    assert (await program.get("Calls"))[0] == 401


async def test_without_credentials_they_are_asked_for(program: Program) -> None:
    url = f"{program.site.address}{program.place('Calls')}.json"
    async with program.site.client.get(url) as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"].startswith("Basic ")


async def test_the_path_of_another_account_is_nothing(program: Program) -> None:
    status, error = await program.ask("GET", f"/2010-04-01/Accounts/{new_id(IdKind.ACCOUNT)}/Calls.json")

    assert (status, error["code"]) == (404, 20404)


async def test_a_key_that_may_read_places_no_call(program: Program) -> None:
    stores = program.site.services.stores
    _, program.secret = await stores.accounts.create_key(program.account.id, frozenset({Scope.CALLS_READ}))

    assert (await program.get("Calls"))[0] == 200
    status, error = await program.post("Calls", {"To": "+3225550199", "From": "+3225550100"})
    assert (status, error["code"]) == (403, 20403)


async def test_another_accounts_call_is_nobodys(program: Program) -> None:
    stores = program.site.services.stores
    form = {"To": "+3225550199", "From": "+3225550100", "Twiml": "<Response><Hangup/></Response>"}
    _, call = await program.post("Calls", form)
    program.account = await stores.accounts.ensure("other")
    _, program.secret = await stores.accounts.create_key(program.account.id)
    program.user = program.account.id

    path = f"{program.place('Calls')}/{call['sid']}.json"
    for method, sent in (("GET", None), ("POST", {"Status": "completed"}), ("DELETE", None)):
        status, error = await program.ask(method, path, data=sent)
        assert (status, error["code"]) == (404, 20404), method
    assert (await program.get("Calls"))[1]["calls"] == []
    assert program.site.call_service.changes == []
