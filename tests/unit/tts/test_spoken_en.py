"""How English that is written is said, on both sides of the ocean."""

import pytest

from tts.spoken.plain import as_said

EVERYWHERE = [
    ("It costs £12.50.", "It costs twelve pounds and fifty pence."),
    ("It costs €5.", "It costs five euros."),
    ("It costs €1.", "It costs one euro."),
    ("It costs £0.99.", "It costs ninety-nine pence."),
    ("It costs 12.50 EUR.", "It costs twelve euros and fifty cents."),
    ("It costs € 12,50.", "It costs twelve euros and fifty cents."),
    ("It costs $21.01.", "It costs twenty-one dollars and one cent."),
    ("A profit of £1.5 million.", "A profit of one point five million pounds."),
    ("A fund of $5bn.", "A fund of five billion dollars."),
    ("A balance of -$3.", "A balance of minus three dollars."),
    ("At 2:30 pm.", "At two thirty PM."),
    ("At 2 p.m. today.", "At two PM today."),
    ("At 2 p.m. Then we close.", "At two PM. Then we close."),
    ("At 14:30.", "At two thirty PM."),
    ("At 09:05.", "At nine oh five."),
    ("At 9:00.", "At nine o'clock."),
    ("From 00:15.", "From twelve fifteen AM."),
    ("From 09:00 to 17:00.", "From nine o'clock to five PM."),
    ("The 1st, the 22nd and the 11th.", "The first, the twenty-second and the eleventh."),
    ("Mr. Smith and Mrs. Jones", "Mister Smith and Missus Jones"),
    ("Dr. Brown will see you.", "Doctor Brown will see you."),
    ("Apples, pears, etc. Then the rest.", "Apples, pears, et cetera. Then the rest."),
    ("Room No. 5", "Room number 5"),
    ("12 Main St. in Dublin", "12 Main Street in Dublin"),
    ("St. Mary is near.", "Saint Mary is near."),
    ("For example, i.e. now, e.g. here.", "For example, that is now, for example here."),
    ("A discount of 5%.", "A discount of 5 percent."),
    ("Call +44 20 7946 0018 now.", "Call plus 4 4, 2 0, 7 9 4 6, 0 0 1 8 now."),
]

BY_REGION = [
    ("en-GB", "On 12/05/2026.", "On the twelfth of May twenty twenty-six."),
    ("en-IE", "On 12/05/2026.", "On the twelfth of May twenty twenty-six."),
    ("en-US", "On 05/12/2026.", "On May twelfth, twenty twenty-six."),
    ("en-GB", "On the 12/05/1999.", "On the twelfth of May nineteen ninety-nine."),
    ("en-GB", "On 2026-05-12.", "On the twelfth of May twenty twenty-six."),
    ("en-US", "On 2026-05-12.", "On May twelfth, twenty twenty-six."),
    ("en-GB", "It costs $1,234.", "It costs one thousand two hundred and thirty-four dollars."),
    ("en-US", "It costs $1,234.", "It costs one thousand two hundred thirty-four dollars."),
    ("en-GB", "Call 020 7946 0018.", "Call 0 2 0, 7 9 4 6, 0 0 1 8."),
    ("en-GB", "Call 07700 900123.", "Call 0 7 7 0 0, 9 0 0, 1 2 3."),
    ("en-IE", "Call 085 123 4567.", "Call 0 8 5, 1 2 3, 4 5 6 7."),
    ("en-US", "Call (555) 123-4567.", "Call 5 5 5, 1 2 3, 4 5 6 7."),
    ("en-US", "Call 555-123-4567.", "Call 5 5 5, 1 2 3, 4 5 6 7."),
]

AS_WRITTEN = [
    ("en-GB", "There are 1234 callers."),
    ("en-GB", "A ratio of 3:16."),
    ("en-GB", "On 05/13/2026."),
    ("en-US", "On 13/05/2026."),
    ("en-GB", "A 12st lad"),
    ("en-GB", "No. I said no."),
    ("en-GB", "1.5 pounds of cheese"),
    ("en-GB", "Version 1.2.3"),
    ("en-US", "A $5-$10 voucher"),
    ("en-US", "A 9/11 memorial"),
]


@pytest.mark.parametrize("language", ["en-GB", "en-IE", "en-US"])
@pytest.mark.parametrize(("written", "spoken"), EVERYWHERE)
def test_it_is_said_as_people_say_it(language: str, written: str, spoken: str) -> None:
    assert as_said(written, language) == spoken


@pytest.mark.parametrize(("language", "written", "spoken"), BY_REGION)
def test_each_country_says_it_in_its_own_order(language: str, written: str, spoken: str) -> None:
    assert as_said(written, language) == spoken


@pytest.mark.parametrize(("language", "written"), AS_WRITTEN)
def test_what_may_be_something_else_stays_as_written(language: str, written: str) -> None:
    assert as_said(written, language) == written
