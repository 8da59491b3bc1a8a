"""How French that is written is said in France, Belgium and Switzerland."""

import pytest

from tts.spoken.plain import as_said

EVERYWHERE = [
    ("Cela coûte 12,50 €.", "Cela coûte douze euros cinquante."),
    ("Cela coûte € 1.234,50.", "Cela coûte mille deux cent trente-quatre euros cinquante."),
    ("Seulement 1 €.", "Seulement un euro."),
    ("Il reste 0,05 €.", "Il reste cinq centimes."),
    ("Un total de 12,05 €.", "Un total de douze euros et cinq centimes."),
    ("Il a gagné 1 000 000 €.", "Il a gagné un million d'euros."),
    ("Un budget de 5 millions €.", "Un budget de cinq millions d'euros."),
    ("Un prix de 21 £.", "Un prix de vingt et une livres."),
    ("Un solde de -3 €.", "Un solde de moins trois euros."),
    ("Rendez-vous à 14h30.", "Rendez-vous à quatorze heures trente."),
    ("Rendez-vous à 14 h 30.", "Rendez-vous à quatorze heures trente."),
    ("Rendez-vous à 1h.", "Rendez-vous à une heure."),
    ("De 08:00 à 21:00.", "De huit heures à vingt et une heures."),
    ("Le 12/05/2026.", "Le douze mai deux mille vingt-six."),
    ("Le 01/05/2026.", "Le premier mai deux mille vingt-six."),
    ("Le 2026-12-31.", "Le trente et un décembre deux mille vingt-six."),
    ("Au 1er étage.", "Au premier étage."),
    ("La 1re fois, la 2e et la 3ème.", "La première fois, la deuxième et la troisième."),
    ("Les 1ers arrivés, le 2nd.", "Les premiers arrivés, le second."),
    ("Bonjour. M. Dupont et Mme Martin.", "Bonjour. Monsieur Dupont et Madame Martin."),
    ("Pommes, poires, etc. Puis le reste.", "Pommes, poires, et cetera. Puis le reste."),
    ("Au n° 5, av. Louise", "Au numéro 5, avenue Louise"),
    ("12, bd du Souverain", "12, boulevard du Souverain"),
    ("Attendez s.v.p. un instant.", "Attendez s'il vous plaît un instant."),
    ("En 50 av. J.-C. déjà", "En 50 avant Jésus-Christ déjà"),
    ("Une remise de 20 %.", "Une remise de 20 pour cent."),
    ("Appelez le +33 1 23 45 67 89.", "Appelez le plus 3 3, 1, 2 3, 4 5, 6 7, 8 9."),
]

BY_REGION = [
    ("fr-FR", "71 €", "soixante et onze euros"),
    ("fr-BE", "71 €", "septante et un euros"),
    ("fr-CH", "71 €", "septante et un euros"),
    ("fr-FR", "80 €", "quatre-vingts euros"),
    ("fr-BE", "80 €", "quatre-vingts euros"),
    ("fr-CH", "80 €", "huitante euros"),
    ("fr-FR", "95,99 €", "quatre-vingt-quinze euros quatre-vingt-dix-neuf"),
    ("fr-BE", "95,99 €", "nonante-cinq euros nonante-neuf"),
    ("fr-CH", "CHF 1'280.95", "mille deux cent huitante francs nonante-cinq"),
    ("fr-BE", "Le 12/05/1999", "Le douze mai mille neuf cent nonante-neuf"),
    ("fr-FR", "le 91e", "le quatre-vingt-onzième"),
    ("fr-BE", "le 91e", "le nonante et unième"),
    ("fr-CH", "le 80e", "le huitantième"),
    ("fr-FR", "le 80e", "le quatre-vingtième"),
    (
        "fr-BE",
        "Appelez le 0470 12 34 71.",
        "Appelez le zéro quatre cent septante, douze, trente-quatre, septante et un.",
    ),
    ("fr-FR", "06 12 34 56 78", "zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit"),
    ("fr-CH", "044 668 18 00", "0 4 4, 6 6 8, 1 8, 0 0"),
]

AS_WRITTEN = [
    "Il y a 75 personnes.",
    "Une note de 5/10.",
    "Le 31/02/2026.",
    "5 millions d'euros",
    "J. M. Dupont",
    "La version 2.0",
    "un av. inconnu",
    "1e",
]


@pytest.mark.parametrize("language", ["fr-FR", "fr-BE", "fr-CH"])
@pytest.mark.parametrize(("written", "spoken"), EVERYWHERE)
def test_it_is_said_as_people_say_it(language: str, written: str, spoken: str) -> None:
    assert as_said(written, language) == spoken


@pytest.mark.parametrize(("language", "written", "spoken"), BY_REGION)
def test_each_country_counts_in_its_own_way(language: str, written: str, spoken: str) -> None:
    assert as_said(written, language) == spoken


@pytest.mark.parametrize("written", AS_WRITTEN)
def test_what_may_be_something_else_stays_as_written(written: str) -> None:
    assert as_said(written, "fr-BE") == written
