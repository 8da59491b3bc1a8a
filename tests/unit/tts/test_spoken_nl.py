"""How Dutch that is written is said, in Belgium and in the Netherlands."""

import pytest

from tts.spoken.plain import as_said

IN_BOTH = [
    ("Het kost € 12,50.", "Het kost twaalf euro vijftig."),
    ("Dat is 12,50 € per maand.", "Dat is twaalf euro vijftig per maand."),
    ("Uw saldo is EUR 1.234,50.", "Uw saldo is duizend tweehonderdvierendertig euro vijftig."),
    ("Het kost €5.", "Het kost vijf euro."),
    ("Eén koffie kost € 1.", "Eén koffie kost één euro."),
    ("De korting is € 0,05.", "De korting is vijf cent."),
    ("Samen € 12,05, alstublieft.", "Samen twaalf euro en vijf cent, alstublieft."),
    ("Uw saldo is -€ 3,20.", "Uw saldo is min drie euro twintig."),
    ("Voor € 5,- per stuk.", "Voor vijf euro per stuk."),
    ("Een winst van € 1,5 miljoen.", "Een winst van één komma vijf miljoen euro."),
    ("Het kost 12,50 euro.", "Het kost twaalf euro vijftig."),
    ("Een rekening van $ 101.", "Een rekening van honderdeen dollar."),
    ("We openen om 14:30.", "We openen om veertien uur dertig."),
    ("We openen om 9:05.", "We openen om negen uur vijf."),
    ("Om 14.30 uur.", "Om veertien uur dertig."),
    ("Om 14:30 uur.", "Om veertien uur dertig."),
    ("Open van 08:00 tot 17:00.", "Open van acht uur tot zeventien uur."),
    ("Tot 14u30.", "Tot veertien uur dertig."),
    ("Tot 14u.", "Tot veertien uur."),
    ("Op 12/05/2026.", "Op twaalf mei tweeduizend zesentwintig."),
    ("Op 1-12-1999.", "Op één december negentienhonderdnegenennegentig."),
    ("Op 2026-05-12.", "Op twaalf mei tweeduizend zesentwintig."),
    ("De 1e verdieping.", "De eerste verdieping."),
    ("De 3de, de 8ste en de 20e.", "De derde, de achtste en de twintigste."),
    ("Beste dhr. Peeters en mevr. Maes,", "Beste de heer Peeters en mevrouw Maes,"),
    ("Kom bv. morgen.", "Kom bijvoorbeeld morgen."),
    ("Wacht a.u.b. even.", "Wacht alstublieft even."),
    ("Appels, peren, enz. Daarna de rest.", "Appels, peren, enzovoort. Daarna de rest."),
    ("Kerkstr. 5, bus nr. 3", "Kerkstraat 5, bus nummer 3"),
    ("Maandag t/m vrijdag", "Maandag tot en met vrijdag"),
    ("Nog 25% korting, of 12,5 %.", "Nog 25 procent korting, of 12,5 procent."),
    ("Bel +32 471 12 34 56.", "Bel plus 3 2, 4 7 1, 1 2, 3 4, 5 6."),
]

BY_REGION = [
    ("nl-BE", "Bel 0470 12 34 56.", "Bel nul vierhonderdzeventig, twaalf, vierendertig, zesenvijftig."),
    ("nl-BE", "Bel 0470123456.", "Bel nul vierhonderdzeventig, twaalf, vierendertig, zesenvijftig."),
    ("nl-BE", "Bel 02/123.45.67.", "Bel nul twee, honderddrieëntwintig, vijfenveertig, zevenenzestig."),
    ("nl-NL", "Bel 06-12345678.", "Bel 0 6, 1 2, 3 4, 5 6, 7 8."),
    ("nl-NL", "Bel 020 123 45 67.", "Bel 0 2 0, 1 2 3, 4 5, 6 7."),
]

AS_WRITTEN = [
    "Er zijn 1234 wachtenden.",
    "Het is 5 euro.",
    "Tussen € 5-10.",
    "Op 31/02/2026.",
    "Op 5/6.",
    "De stand is 3:16.",
    "Schaal 1:10.",
    "Versie 1.2.3 en 10.0.0.1",
    "1,5 pond kaas",
    "Jansen BV",
    "Artikel 0470.12",
    "Om 25:00 of 12:99.",
]


@pytest.mark.parametrize("language", ["nl-BE", "nl-NL"])
@pytest.mark.parametrize(("written", "spoken"), IN_BOTH)
def test_it_is_said_as_people_say_it(language: str, written: str, spoken: str) -> None:
    assert as_said(written, language) == spoken


@pytest.mark.parametrize(("language", "written", "spoken"), BY_REGION)
def test_phone_numbers_are_said_as_in_the_country(language: str, written: str, spoken: str) -> None:
    assert as_said(written, language) == spoken


@pytest.mark.parametrize("written", AS_WRITTEN)
def test_what_may_be_something_else_stays_as_written(written: str) -> None:
    assert as_said(written, "nl-BE") == written
