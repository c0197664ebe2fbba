"""Forms that change something are taken from pages of ours and from the reader who is logged in only."""

import time

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from clippings.web import forgery
from clippings.web.forgery import Forms, RefusedFormError

FORMS = Forms(b"a secret of the tests", frozenset({"https://archive.example"}))
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def site() -> TestClient:
    """A page that takes forms of the reader "ann" and answers their fields, or why it does not."""
    app = FastAPI()

    @app.post("/")
    async def take(request: Request) -> dict[str, object]:
        try:
            return {"fields": dict(await FORMS.posted(request, "ann"))}
        except RefusedFormError as error:
            return {"refused": str(error)}

    return TestClient(app, base_url="http://clippings.test:8080")


def answer(site: TestClient, headers: dict[str, str], **fields: str) -> dict[str, object]:
    """What the page answers to a form."""
    return site.post("/", data=fields, headers=headers).json()


@pytest.mark.parametrize(
    "headers",
    [
        OURS,
        {"Origin": "http://clippings.test:8080"},
        {"Origin": "https://archive.example"},
        {**OURS, "Origin": "https://behind-a-proxy.example"},
    ],
)
def test_a_form_of_a_page_of_ours_is_taken(site, headers):
    """Where the browser says that the form was on this site and the token is the reader's, the fields are read."""
    fields = answer(site, headers, token=FORMS.token("ann"), feed="pages & more", since="")
    assert fields == {"fields": {"feed": "pages & more", "since": ""}}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://clippings.test:8080"},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://clippings.test"},
        {"Origin": "http://clippings.test:8080.evil.example"},
    ],
)
def test_a_form_of_another_site_is_refused(site, headers):
    """Even with a token of the reader's nothing is done where the form was elsewhere, or nobody says where."""
    assert "from another site" in str(answer(site, headers, token=FORMS.token("ann"))["refused"])


@pytest.mark.parametrize(
    ("token", "complaint"),
    [
        (None, "without its token"),
        ("", "without its token"),
        ("soon.0123", "without its token"),
        (FORMS.token("bob"), "not made for this login"),
        (Forms(b"another secret").token("ann"), "not made for this login"),
        (FORMS.token("ann")[:-1], "not made for this login"),
        ("9" + FORMS.token("ann"), "not made for this login"),
        (FORMS.token("ann") + "ä", "not made for this login"),
    ],
)
def test_a_form_without_the_readers_token_is_refused(site, token, complaint):
    """A token that is missing, made up, lengthened, or another reader's is none."""
    fields = {"feed": "pages"} if token is None else {"token": token}
    assert complaint in str(answer(site, OURS, **fields)["refused"])


def test_a_token_grows_old(site, monkeypatch):
    """A page that lay open for half a day has to be opened again."""
    then = time.time() - forgery.VALID_SECONDS - 60
    with monkeypatch.context() as patched:
        patched.setattr(time, "time", lambda: then)
        token = FORMS.token("ann")
    assert "open for too long" in str(answer(site, OURS, token=token)["refused"])


def test_what_is_no_form_is_refused(site):
    """JSON, a body of megabytes and thousands of fields are refused before anything is made of them."""
    assert "no form" in site.post("/", json={"token": FORMS.token("ann")}, headers=OURS).json()["refused"]
    assert "more than" in str(answer(site, OURS, token=FORMS.token("ann"), feed="x" * 100_000)["refused"])
    many = {f"field{number}": "x" for number in range(2 * forgery.MOST_FIELDS)}
    assert "cannot be read" in str(answer(site, OURS, token=FORMS.token("ann"), **many)["refused"])
