"""The library's own tests of what a user agent answers (tests/pjsua of its source), run against ours."""
