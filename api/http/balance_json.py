"""A prepaid balance and its ledger as the published JSON, amounts in EUR to four decimals."""

from api.http.json_fields import Json, moment_text
from engine.model.balance import Balance, BalanceEntry, amount_of
from engine.model.rating import CURRENCY


def balance_json(balance: Balance) -> Json:
    """What is left of an account's balance, and where the rest has gone."""
    return {
        "prepaid": balance.prepaid,
        "currency": CURRENCY,
        "available": amount_text(balance.available),
        "reserved": amount_text(balance.reserved),
        "spent": amount_text(balance.spent),
        "paid_in": amount_text(balance.paid_in),
    }


def balance_entry_json(entry: BalanceEntry) -> Json:
    """A top-up, or what a call has cost."""
    return {
        "id": entry.id,
        "at": moment_text(entry.at),
        "kind": entry.kind.value,
        "amount": amount_text(entry.units),
        "key": entry.key,
        "note": entry.note,
        "short": amount_text(entry.short),
    }


def amount_text(units: int) -> str:
    """Units as EUR to four decimals, such as 25.0000."""
    return f"{amount_of(units):.4f}"
