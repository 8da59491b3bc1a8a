"""How German that is written is said."""

import pytest

from tts.spoken.plain import as_said

SAID = [
    ("Das kostet 12,50 €.", "Das kostet zwölf Euro fünfzig."),
    ("Das kostet 1 €.", "Das kostet ein Euro."),
    ("Der Betrag ist EUR 1.234,50.", "Der Betrag ist eintausendzweihundertvierunddreißig Euro fünfzig."),
    ("Noch 101 €.", "Noch einhundertein Euro."),
    ("Noch 0,05 €.", "Noch fünf Cent."),
    ("Zusammen 12,05 €.", "Zusammen zwölf Euro und fünf Cent."),
    ("Ein Umsatz von 1,5 Mio. €.", "Ein Umsatz von eins Komma fünf Millionen Euro."),
    ("Ein Umsatz von 5 Mio. Euro.", "Ein Umsatz von fünf Millionen Euro."),
    ("Das sind -3 €.", "Das sind minus drei Euro."),
    ("Um 14:30 Uhr.", "Um vierzehn Uhr dreißig."),
    ("Um 14.30 Uhr.", "Um vierzehn Uhr dreißig."),
    ("Um 1 Uhr.", "Um ein Uhr."),
    ("Um 9:05 Uhr.", "Um neun Uhr fünf."),
    ("Von 08:00 bis 17:00.", "Von acht Uhr bis siebzehn Uhr."),
    ("Am 12.05.2026.", "Am zwölften Mai zweitausendsechsundzwanzig."),
    ("Ab 1.6.1999.", "Ab erstem Juni neunzehnhundertneunundneunzig."),
    ("Heute ist der 03.10.2026.", "Heute ist der dritte Oktober zweitausendsechsundzwanzig."),
    ("Termin: 2026-05-12.", "Termin: zwölfter Mai zweitausendsechsundzwanzig."),
    ("Am 3. Mai.", "Am dritten Mai."),
    ("Im Haus, 3. Stock.", "Im Haus, dritter Stock."),
    ("Hr. Müller und Fr. Meyer", "Herr Müller und Frau Meyer"),
    ("Kommen Sie z.B. morgen.", "Kommen Sie zum Beispiel morgen."),
    ("Kommen Sie z. B. morgen.", "Kommen Sie zum Beispiel morgen."),
    ("Äpfel, Birnen usw. Danach der Rest.", "Äpfel, Birnen und so weiter. Danach der Rest."),
    ("Heute bzw. morgen", "Heute beziehungsweise morgen"),
    ("Hauptstr. 5, Nr. 3", "Hauptstraße 5, Nummer 3"),
    ("Noch 25% oder 12,5 %.", "Noch 25 Prozent oder 12,5 Prozent."),
    ("Rufen Sie 030 123456 an.", "Rufen Sie 0 3 0, 1 2, 3 4, 5 6 an."),
    ("Rufen Sie 0170/1234567 an.", "Rufen Sie 0 1 7 0, 1 2 3, 4 5, 6 7 an."),
    ("Unter +49 30 23125 001, bitte.", "Unter plus 4 9, 3 0, 2 3 1 2 5, 0 0 1, bitte."),
]

AS_WRITTEN = [
    "Es warten 1234 Leute.",
    "Wir sind die 3.",
    "Am 31.02.2026.",
    "Das Ergebnis ist 3:1.",
    "Ein Verhältnis von 1:10.",
    "Version 1.2.3",
    "Fr. bis So.",
    "Das sind 2.500 Stück.",
    "PLZ 01067 Dresden",
]


@pytest.mark.parametrize("language", ["de-DE", "de-AT"])
@pytest.mark.parametrize(("written", "spoken"), SAID)
def test_it_is_said_as_people_say_it(language: str, written: str, spoken: str) -> None:
    assert as_said(written, language) == spoken


@pytest.mark.parametrize("written", AS_WRITTEN)
def test_what_may_be_something_else_stays_as_written(written: str) -> None:
    assert as_said(written, "de-DE") == written


def test_january_has_its_austrian_name() -> None:
    assert as_said("am 02.01.2026", "de-AT") == "am zweiten Jänner zweitausendsechsundzwanzig"


def test_switzerland_writes_thousands_with_an_apostrophe() -> None:
    assert as_said("CHF 1'280.95", "de-CH") == "eintausendzweihundertachtzig Franken fünfundneunzig"
