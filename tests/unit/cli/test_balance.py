"""`telefoon balance`, on the database of the data folder."""

import json

from tests.unit.cli.conftest import Run


def test_a_balance_is_topped_up_once_for_each_key_and_shown_with_its_ledger(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")
    telefoon("balance", "add", "demo", "25.00", "--key", "invoice-1", "--note", "the first")
    telefoon("balance", "add", "demo", "25.00", "--key", "invoice-1")

    shown = json.loads(telefoon("balance", "show", "demo", "--entries", "5", "--json").stdout)

    assert (shown["available"], shown["paid_in"], shown["prepaid"]) == ("25.0000", "25.0000", True)
    assert [(each["amount"], each["key"], each["note"]) for each in shown["entries"]] == [
        ("25.0000", "invoice-1", "the first")
    ]
    assert "invoice-1" in telefoon("balance", "show", "demo", "--entries", "5").stdout


def test_calls_of_an_account_need_no_balance_any_more_where_that_is_switched_off(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")
    telefoon("balance", "add", "demo", "1")

    said = telefoon("balance", "prepaid", "demo", "--off").stdout

    assert said == "Calls of account demo need no balance from now on.\n"
    assert json.loads(telefoon("balance", "show", "demo", "--json").stdout)["prepaid"] is False


def test_an_account_that_never_paid_is_told_how(telefoon: Run) -> None:
    telefoon("keys", "create", "--account", "demo")

    shown = telefoon("balance", "show", "demo")

    assert shown.exit_code != 0
    assert "telefoon balance add demo 25.00" in shown.stderr


def test_what_is_no_amount_is_told(telefoon: Run) -> None:
    assert "'much' is no amount in EUR" in telefoon("balance", "add", "demo", "much").stderr
