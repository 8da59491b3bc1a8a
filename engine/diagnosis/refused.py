"""What to do about calls that came in and were refused, by the rule that refused them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.model.refusal import RefusalRule

ADVICE: Final[Mapping[RefusalRule, str]] = MappingProxyType(
    {
        RefusalRule.SOURCE: "If it is your carrier, give the trunk its address (telefoon trunks set NAME --host HOST), "
        "or add it to TELEFOON_SIP_ALLOW. Others look for open servers on every address; leave them out.",
        RefusalRule.NUMBER: "If the number is yours, add it: telefoon numbers add NUMBER --account NAME",
        RefusalRule.INVITE: "telefoon explain FILE says which rule an INVITE does not meet; telefoon calls explain ID "
        "says it of calls to your numbers. Mostly it is TELEFOON_CODECS or the trunk's srtp.",
        RefusalRule.CALLER: "The trunk's stir_invalid or stir_missing says so. Set it to tell, or ask the carrier why "
        "the call was not signed, or not so that it holds.",
        RefusalRule.PASSWORD: "If it is your carrier, it has not the user and the password of its trunk: telefoon "
        "trunks set NAME. Others guess passwords; have the trunk's be long.",
        RefusalRule.LIMIT: "The machine had more to do than it can; see docs/scaling.md, or spread the calls.",
        RefusalRule.TRUNK: "The trunk's max_calls_in or max_cps_in was reached: raise it with telefoon trunks set, or "
        "have the carrier send less.",
        RefusalRule.POLICY: "Raise inbound_calls_at_once of the node, account or number: telefoon policies show",
        RefusalRule.BALANCE: "Top the balance of the number's account up: telefoon balance add ACCOUNT AMOUNT",
        RefusalRule.STORAGE: "Make room on the disk of the data folder, or mend the database: telefoon doctor",
    }
)
