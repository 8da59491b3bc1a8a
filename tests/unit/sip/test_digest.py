"""Challenges to who calls, and what comes back: right, wrong, late, again, or no answer at all."""

from dataclasses import dataclass, field, replace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.trunk import DigestAlgorithms, Trunk, new_trunk
from sip.message import Message, read_message
from sip.trunks.digest import NOTHING_SAID, DigestAnswer, DigestChallenges, DigestVerdict
from sip.trunks.digest_nonces import VALID_S, DigestNonces
from tests.peers.digest import authorization, challenges
from tests.peers.sip_message import SipMessage

URI = "sip:+3225550100@198.51.100.1"
PASSWORD = "correct horse"
SHA_256: Final = DigestAlgorithms.SHA_256
MD5: Final = DigestAlgorithms.MD5


def a_trunk(name: str = "pbx", user: str = "ann", password: str = PASSWORD) -> Trunk:
    return new_trunk({"name": name, "hosts": ["192.0.2.10"], "user": user, "password": password, "known_by": "digest"})


def invite(*headers: str, uri: str = URI) -> Message:
    return read_message("\r\n".join([f"INVITE {uri} SIP/2.0", *headers, "", ""]))


@dataclass(slots=True)
class Doorkeeper:
    """Challenges on time that a test sets."""

    now_s: float = 1_700_000_000.0
    challenges: DigestChallenges = field(init=False)

    def __post_init__(self) -> None:
        self.challenges = DigestChallenges(DigestNonces(lambda: self.now_s))

    def asks(self, algorithm: str = "SHA-256") -> dict[str, str]:
        """The parameters of a challenge."""
        headers = [f"{name}: {value}" for name, value in self.challenges.challenge(NOTHING_SAID, [a_trunk()])]
        asked = challenges(SipMessage.read("\r\n".join(["SIP/2.0 401 Unauthorized", *headers, "", ""])))
        return next(each for each in asked if each["algorithm"] == algorithm)

    def judges(self, *headers: str, uri: str = URI, trunks: list[Trunk] | None = None) -> DigestVerdict:
        return self.challenges.judge(invite(*headers, uri=uri), [a_trunk()] if trunks is None else trunks)


@pytest.fixture
def door() -> Doorkeeper:
    return Doorkeeper()


def right(challenge: dict[str, str], **changed: Any) -> str:
    given = {"uri": URI, "user": "ann", "password": PASSWORD, **changed}
    return authorization(challenge, **given)


def test_the_stronger_algorithm_is_asked_for_first(door: Doorkeeper) -> None:
    asked = door.challenges.challenge(NOTHING_SAID, [a_trunk()])

    assert ["SHA-256" in value for _, value in asked] == [True, False]
    assert all('qop="auth"' in value and "stale" not in value for _, value in asked)
    assert all(
        "stale=true" in value for _, value in door.challenges.challenge(DigestVerdict(DigestAnswer.LATE), [a_trunk()])
    )


@pytest.mark.parametrize("algorithm", ["SHA-256", "MD5"])
def test_who_has_user_and_password_is_the_trunks(door: Doorkeeper, algorithm: str) -> None:
    others = [a_trunk("other", "bob"), a_trunk("third", "ann", "another"), a_trunk()]

    verdict = door.judges(right(door.asks(algorithm)), trunks=others)

    assert verdict.answered is DigestAnswer.RIGHTLY
    assert verdict.trunk == a_trunk()


def test_a_trunk_of_one_algorithm_asks_for_that_and_takes_no_other(door: Doorkeeper) -> None:
    stronger, weaker = (replace(a_trunk(), digest_algorithms=each) for each in (SHA_256, MD5))

    asked = [value for _, value in door.challenges.challenge(NOTHING_SAID, [weaker])]

    assert ["algorithm=MD5" in each for each in asked] == [True]
    assert door.judges(right(door.asks("MD5")), trunks=[weaker]).answered is DigestAnswer.RIGHTLY
    assert door.judges(right(door.asks("MD5")), trunks=[stronger]).answered is DigestAnswer.WRONGLY


def test_who_says_nothing_is_told_from_who_is_wrong(door: Doorkeeper) -> None:
    asked = door.asks()

    assert door.judges().answered is DigestAnswer.NOTHING
    assert door.judges("Authorization: Basic YTpi").answered is DigestAnswer.NOTHING
    assert door.judges(right({**asked, "realm": "elsewhere"})).answered is DigestAnswer.NOTHING
    assert door.judges(right(asked, password="guessed")).answered is DigestAnswer.WRONGLY
    assert door.judges(right(asked, user="nobody")).answered is DigestAnswer.WRONGLY
    assert door.judges(right(asked), trunks=[]).answered is DigestAnswer.WRONGLY


def test_the_same_answer_is_taken_once_and_a_further_one_with_a_higher_count(door: Doorkeeper) -> None:
    asked = door.asks()

    told = [door.judges(right(asked, count=count)).answered for count in (1, 1, 3, 2, 4)]

    assert told == [
        DigestAnswer.RIGHTLY,
        DigestAnswer.LATE,
        DigestAnswer.RIGHTLY,
        DigestAnswer.LATE,
        DigestAnswer.RIGHTLY,
    ]


def test_a_challenge_is_over_after_a_minute_and_each_has_its_own_count(door: Doorkeeper) -> None:
    first, second = door.asks(), door.asks()
    assert first["nonce"] != second["nonce"]
    assert door.judges(right(first)).answered is DigestAnswer.RIGHTLY

    door.now_s += VALID_S - 0.01
    assert door.judges(right(second)).answered is DigestAnswer.RIGHTLY
    door.now_s += 0.02

    assert door.judges(right(first, count=2)).answered is DigestAnswer.LATE
    assert door.judges(right(door.asks(), count=1)).answered is DigestAnswer.RIGHTLY


def test_a_right_answer_to_a_challenge_that_is_not_ours_is_late(door: Doorkeeper) -> None:
    asked = Doorkeeper().asks()

    assert door.judges(right(asked)).answered is DigestAnswer.LATE
    assert door.judges(right({**asked, "nonce": "bm9uY2U"})).answered is DigestAnswer.LATE


def test_an_answer_is_for_the_number_that_was_called(door: Doorkeeper) -> None:
    rewritten = right(door.asks(), uri="sip:+3225550100@pbx.example;user=phone")
    for_another = right(door.asks(), uri="sip:+3290012345@198.51.100.1")

    assert door.judges(rewritten).answered is DigestAnswer.RIGHTLY
    assert door.judges(right(door.asks(), uri="sip:198.51.100.1:5060")).answered is DigestAnswer.RIGHTLY
    assert door.judges(right(door.asks(), uri="tel:+3290012345")).answered is DigestAnswer.WRONGLY
    assert door.judges(for_another).answered is DigestAnswer.WRONGLY


def test_an_answer_without_a_count_or_for_another_method_is_wrong(door: Doorkeeper) -> None:
    asked = door.asks()

    assert door.judges(right(asked).replace("qop=auth", "qop=auth-int")).answered is DigestAnswer.WRONGLY
    assert door.judges(right(asked).replace("nc=00000001", "nc=1")).answered is DigestAnswer.WRONGLY
    assert door.judges(right(asked, method="OPTIONS")).answered is DigestAnswer.WRONGLY


def test_who_is_wrong_is_asked_with_the_same_nonce_while_it_is_valid(door: Doorkeeper) -> None:
    asked = door.asks()
    wrong = right(asked, password="guessed")

    again = door.challenges.challenge(door.judges(wrong), [a_trunk()])
    corrected = door.judges(right(asked, count=2))
    door.now_s += VALID_S
    later = door.challenges.challenge(door.judges(wrong), [a_trunk()])

    assert all(asked["nonce"] in value for _, value in again)
    assert corrected.answered is DigestAnswer.RIGHTLY
    assert not any(asked["nonce"] in value for _, value in later)


def test_a_user_with_quotes_and_letters_beyond_ascii_is_read(door: Doorkeeper) -> None:
    written = authorization(door.asks(), URI, "ann,é", "pâss")

    verdict = door.judges(written, trunks=[a_trunk(user="ann,é", password="pâss")])

    assert verdict.answered is DigestAnswer.RIGHTLY


@given(st.text(alphabet=st.characters(blacklist_characters="\r\n")), st.integers(0, 200), st.text(max_size=3))
def test_whatever_is_sent_is_judged(text: str, at: int, put: str) -> None:
    door = Doorkeeper()
    written = right(door.asks())
    changed = written[: 16 + at] + put.replace("\r", "").replace("\n", "") + written[16 + at + 1 :]

    assert door.judges(f"Authorization: {text}").trunk is None
    assert door.judges(f"Authorization: Digest {text}").trunk is None
    assert door.judges(changed).answered in DigestAnswer
