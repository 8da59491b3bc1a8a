"""A data-protection officer's checklist: questions, what the product does about them, and how to see that it does.

The page docs/compliance/checklist.md is made of it by api/compliance/pages.py.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Box:
    """`question` with its law; `see` is a command, a request or a page that shows it.

    `{name}` is a setting's default.
    """

    question: str
    law: str
    answer: str
    see: str


BOXES: Final = (
    Box(
        "Is nobody recorded or streamed without consent, or another ground?",
        "GDPR Art. 6, 7; 2002/58/EC Art. 5(1); § 201 StGB",
        "A recorder or a stream can't be started without a consent to that purpose by one of five policies; the "
        "stricter of both countries is the default.",
        "[consent.md](../consent.md); `GET /v1/voice/calls/ID/consents`",
    ),
    Box(
        "Are people told, in their language?",
        "GDPR Art. 12, 13",
        "A spoken notice in nl, fr, de or en before the first sample; texts of your own, versioned.",
        "`telefoon accounts text`",
    ),
    Box(
        "Are people told first that a machine speaks?",
        "Regulation (EU) 2024/1689 Art. 50(1), (5)",
        "No program is heard before a spoken notice in nl, fr, de or en was heard to its end: that it is automated, of "
        "whom, and that words are processed. Or you assert, on record, that the program says it or that none speaks.",
        "[ai-disclosure.md](ai-disclosure.md); `telefoon accounts spoken-name`; `GET /v1/voice/calls/ID/disclosures`",
    ),
    Box(
        "Can they change their mind?",
        "GDPR Art. 7(3), 21",
        "`*0` or REST silences them from that moment, and deletes the recording if set so.",
        "[consent.md](../consent.md)",
    ),
    Box(
        "Is no more kept than is needed?",
        "GDPR Art. 5(1)(c), 25(2)",
        "Keys ({keep_digits}), spoken words ({keep_spoken_text}) and bodies of webhooks ({keep_webhook_bodies}) are "
        "kept only if set; numbers in logs are masked.",
        "settings `keep_…`; [privacy.md](../privacy.md)",
    ),
    Box(
        "Are card numbers kept out?",
        "PCI DSS v4.0, 3.3",
        "Gather with mask hides keys everywhere; a recording pauses with silence or a gap, marked.",
        "[recordings.md](../recordings.md)",
    ),
    Box(
        "Does everything have an end?",
        "GDPR Art. 5(1)(e)",
        "Periods by kind and account, swept every hour; recordings {keep_recordings_days} days, calls "
        "{keep_calls_days}.",
        "`telefoon retention show`; `telefoon retention sweep --dry-run`",
    ),
    Box(
        "Can what a court needs be held back?",
        "GDPR Art. 17(3)(e), 18",
        "A legal hold exempts a call, a conference or an account from sweeps and erasures.",
        "`telefoon holds list`",
    ),
    Box(
        "Does a person get their data?",
        "GDPR Art. 15, 20",
        "One command makes a ZIP with a page, JSON and the recordings.",
        "`telefoon privacy export`",
    ),
    Box(
        "Can a person be forgotten?",
        "GDPR Art. 17, 19",
        "One command, with a certificate; a second run finds nothing. After a backup was restored, another makes "
        "erasures again.",
        "`telefoon privacy erase`; `telefoon privacy replay`",
    ),
    Box(
        "Is sound encrypted where it rests?",
        "GDPR Art. 32(1)(a)",
        "AES-256-GCM in the writer ({recording_encryption} by default), a key a recording; the master key in a file, a "
        "variable, a token or a key service.",
        "`telefoon doctor`; `telefoon keys rotate-master`",
    ),
    Box(
        "Is it encrypted on its way?",
        "GDPR Art. 32(1)(a)",
        "SIP over TLS and SRTP on the trunk, if your carrier has them; webhooks signed, by HTTPS where your URLs are.",
        "`telefoon doctor`",
    ),
    Box(
        "Can it be restored?",
        "GDPR Art. 32(1)(b), (c)",
        "A killed process loses about a second of a recording. Backups are yours; what they mean is written down.",
        "[privacy.md](../privacy.md)",
    ),
    Box(
        "Who did what?",
        "GDPR Art. 5(2), 24",
        "An append-only, hash-chained log, of each read of a recording too, kept {keep_audit_days} days.",
        "`telefoon audit verify`; `telefoon audit export`",
    ),
    Box(
        "Where does data go?",
        "GDPR Art. 44",
        "Webhooks, trunk and object store outside the countries you list are refused or warned of ({outside}).",
        "`telefoon doctor`; [data-flow.md](data-flow.md)",
    ),
    Box(
        "Does an account's sound stay in its region?",
        "GDPR Art. 28(3)(a), 44",
        "Where the account has a region, its calls, rooms and recordings are on nodes of that region alone; all share "
        "the database.",
        "`telefoon accounts region`; `telefoon nodes list`; [scaling.md](../scaling.md)",
    ),
    Box(
        "Are records of processing kept?",
        "GDPR Art. 30",
        "Made from the tables and settings of this version.",
        "[records-of-processing.md](records-of-processing.md)",
    ),
    Box(
        "Was the impact assessed?",
        "GDPR Art. 35",
        "A template with the risks, and what the product does about each.",
        "[dpia.md](dpia.md)",
    ),
    Box(
        "Would a breach be noticed, and what would be told?",
        "GDPR Art. 33, 34",
        "The audit log says which recordings were read by which key; sealed files tell nothing without their keys.",
        "`telefoon audit export`",
    ),
)

YOURS: Final = (
    "a ground for each purpose, written down (Art. 6)",
    "contracts with carrier, host, object store and whoever runs this for you (Art. 28)",
    "who answers requests, and by when (Art. 12(3): one month)",
    "who may read recordings and the log, and how they are checked (Art. 29, 32(4))",
    "works council or staff, where their calls are recorded (Art. 88)",
)
"""What no program can do."""
