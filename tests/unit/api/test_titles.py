"""What an HTTP error is called: every one, and under no Python otherwise."""

from http import HTTPStatus

from api.http.titles import TITLES


def test_every_error_has_a_title() -> None:
    assert {status for status in HTTPStatus if status >= HTTPStatus.BAD_REQUEST} <= set(TITLES)


def test_a_title_is_what_clients_have_read_from_the_first_release_on() -> None:
    renamed_by_python_3_13 = {code: TITLES[code] for code in (413, 414, 416, 422)}

    assert renamed_by_python_3_13 == {
        413: "Request Entity Too Large",
        414: "Request-URI Too Long",
        416: "Requested Range Not Satisfiable",
        422: "Unprocessable Entity",
    }
