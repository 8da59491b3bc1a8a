"""Whose number leaves with a call: one of the account, or that of who called in, and never another's."""

import pytest

from engine.errors import StoreError
from engine.live.orders import Transfer, TransferMode
from engine.model.numbers import Number
from engine.testing.node import OUR_NUMBER, FakeNode
from tests.unit.live.dials import AGENT, OTHER, dial, talking

CALLER = "+3225551234"
UNOWNED = "+3225559999"
ANOTHERS = "+3225558888"
"""A number of another account."""


@pytest.fixture(autouse=True)
async def another_account(node: FakeNode) -> None:
    another = await node.accounts.ensure("another")
    await node.services.stores.numbers.add(another.id, ANOTHERS)


async def shown(node: FakeNode) -> list[str]:
    """The callers of all INVITEs, once everybody has been dialled who will be."""
    await node.passes(5)
    return [invite.caller for invite in node.around.carrier.invites]


@pytest.mark.parametrize("number", [ANOTHERS, UNOWNED, "alice", "sip:alice@example.com"])
async def test_a_caller_id_that_is_not_the_accounts_is_refused_with_how_to_own_it(node: FakeNode, number: str) -> None:
    caller = await node.is_called(dial(callerId=number), caller=CALLER)

    await caller.hears("Goodbye.")
    await node.settles()

    assert await shown(node) == []
    [attempt] = (await node.call(caller)).attempts
    assert attempt.target == number
    assert attempt.said.startswith(f"{number} is neither a number of this account nor that of who called in.")
    assert f"telefoon numbers add {number} --account NAME" in attempt.said


async def test_whom_we_called_is_not_shown_to_others(node: FakeNode) -> None:
    called = await node.calls(ANOTHERS, dial(callerId=ANOTHERS))
    called.answers()

    await called.hears("Goodbye.")

    assert await shown(node) == [OUR_NUMBER]


@pytest.mark.parametrize(
    "header",
    [
        "P-Asserted-Identity=%3Csip%3A{}%40us.example%3E",
        "P-Preferred-Identity=%3Ctel%3A{}%3E",
        "Remote-Party-ID=%22Ann%22%20%3Csip%3A{}%40us.example%3E%3Bparty%3Dcalling",
        "Diversion=%3Csip%3A{}%40us.example%3E%3Breason%3Dunconditional",
        "p-asserted-identity={}",
        "P-Asserted-Identity=%3Ctel%3A%2B32-2-555-88-88%3E",
    ],
)
@pytest.mark.parametrize("number", ["%2B3225558888", "003225558888", "3225559999"])
async def test_a_header_of_a_sip_address_tells_no_number_of_others(node: FakeNode, header: str, number: str) -> None:
    caller = await node.is_called(dial(f"<Sip>sip:desk@pbx.example?{header.format(number)}</Sip>"), caller=CALLER)

    await caller.hears("Goodbye.")

    assert await shown(node) == []


@pytest.mark.parametrize("told", [OUR_NUMBER, CALLER, "alice"])
async def test_a_header_of_a_sip_address_tells_a_number_of_the_account_or_the_call(node: FakeNode, told: str) -> None:
    await node.services.stores.numbers.add(node.account.id, OUR_NUMBER)
    header = f"P-Asserted-Identity=%3Csip%3A{told}%40us.example%3E".replace("+", "%2B")

    await node.is_called(dial(f"<Sip>sip:desk@pbx.example?{header}</Sip>"), caller=CALLER)
    await node.invited("sip:desk@pbx.example")

    assert await shown(node) == [CALLER]


@pytest.mark.parametrize("word", ["anonymous", "Restricted", " ANONYMOUS "])
async def test_a_caller_is_hidden_by_a_word_in_place_of_the_number(node: FakeNode, word: str) -> None:
    await node.is_called(dial(callerId=word), caller=CALLER)

    await node.invited(AGENT)

    [invite] = node.around.carrier.invites
    assert (invite.caller, invite.hides_caller) == (CALLER, True)


@pytest.mark.parametrize("mode", TransferMode)
async def test_a_transferred_call_shows_who_called_in(node: FakeNode, mode: TransferMode) -> None:
    caller, _ = await talking(node)

    await node.change(caller, transfer=Transfer(OTHER, mode, 30))
    await node.invited(OTHER)

    assert len(set(await shown(node))) == 1


async def test_a_number_that_can_not_be_looked_up_is_not_shown(node: FakeNode, monkeypatch: pytest.MonkeyPatch) -> None:
    look_up = node.services.stores.numbers.get

    async def fails(number: str) -> Number | None:
        if number == UNOWNED:
            raise StoreError("The disk is full.")
        return await look_up(number)

    monkeypatch.setattr(node.services.stores.numbers, "get", fails)
    caller = await node.is_called(dial(callerId=UNOWNED), caller=CALLER)

    await caller.hears("Goodbye.")

    assert await shown(node) == []


@pytest.mark.parametrize(
    "name",
    [
        "+44 20 7946 0000",
        "0032 2 555 99 99",
        "(02) 555.99.99",
        "112",
        "\uff11\uff12\uff13\uff14\uff15",
        "020_7946",
        "\u260e 25559999",
    ],
)
async def test_a_name_that_reads_as_somebody_elses_number_is_not_shown(node: FakeNode, name: str) -> None:
    caller = await node.is_called(dial(callerName=name), caller=CALLER)

    await caller.hears("Goodbye.")
    await node.settles()

    assert await shown(node) == []
    (attempt,) = (await node.call(caller)).attempts
    assert attempt.said.startswith(f"callerName {name} reads as a telephone number")


@pytest.mark.parametrize(
    "name", ["Shop", "1900", "Ext. 20", "24/7 Taxi", "", "+32 470 12 34 56", "0470 12 34 56", "0032470123456"]
)
async def test_a_name_or_the_number_beside_it_is_shown(node: FakeNode, name: str) -> None:
    await node.is_called(dial(callerName=name), caller="+32470123456")
    await node.passes(5)

    assert [invite.display_name for invite in node.around.carrier.invites] == [name]
