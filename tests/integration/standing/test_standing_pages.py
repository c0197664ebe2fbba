"""Standing queries as a reader meets them: pages, forms, feed and command line, over a real node."""

import json
import re
from html import unescape

import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient
from lxml import etree
from tests.unit.search.samples import article

from clippings.cli.__main__ import main
from clippings.search.aliases import refresh
from clippings.search.indexing import file_articles
from clippings.search.requests import SearchRequest
from clippings.settings import CONNECTION_VARIABLE
from clippings.standing.matches import settle_matches
from clippings.standing.saved import named, save, standing_queries
from clippings.standing.watching import watch
from clippings.web import create_app
from clippings.web.app import guards

HERE = "http://clippings.test"
OURS = {"Origin": HERE}
SEARCH = "q=missile+shield&source=CNN&from=2012-05-01"
HOSTILE = "<script>alert(1)</script> & \x0b]]>"
ATOM = "{http://www.w3.org/2005/Atom}"


def site(archive, **options) -> TestClient:
    """The pages, as a browser asks for them."""
    app = create_app(lambda: archive[1], reader=lambda: "7", reader_name=lambda: "Ann", **options)
    return TestClient(app, base_url=HERE, follow_redirects=False)


def token_of(page: str) -> str:
    """The token of the form on a page."""
    return re.search(r'name="token" value="([^"]+)"', page)[1]


def post(browser: TestClient, path: str, **fields: str):
    """Open the list for its token, and send a form with it."""
    return browser.post(path, data={"token": token_of(browser.get("/standing/new?q=x").text), **fields}, headers=OURS)


def file(archive, *articles) -> None:
    """File articles as a run does."""
    list(file_articles(*archive, articles, before_new=watch(*archive, "test/1")))
    refresh(*archive)
    settle_matches(*archive, "test/1")


def test_a_search_is_saved_listed_and_removed(archive):
    """From the search page to the form, to the list with who saved it, to what matched, and away again."""
    browser = site(archive)
    file(archive, article("old", "A missile shield.", source="CNN", date="2012-05-02"))
    assert f'/standing/new?{SEARCH}"' in unescape(browser.get(f"/?{SEARCH}&sort=newest&page=1").text)
    form = browser.get(f"/standing/new?{SEARCH}").text
    assert "<b>1</b> article in the archive would match" in form
    saved = post(browser, "/standing", name="Shield", search=SEARCH)
    assert saved.status_code == 303
    [query] = standing_queries(*archive)
    assert (query.name, query.saved_by, query.request.sources) == ("Shield", "Ann", ("CNN",))
    assert "No new article has matched yet" in browser.get(saved.headers["location"]).text
    file(archive, article("new", "Missiles and a shield.", title="Found", source="CNN", date="2012-05-03"))
    assert "Found" in browser.get(saved.headers["location"]).text
    listed = browser.get("/standing").text
    assert "1 match<" in listed
    assert "saved by Ann" in listed
    removed = post(browser, f"{saved.headers['location']}/remove")
    assert (removed.status_code, standing_queries(*archive)) == (303, ())
    assert browser.get(saved.headers["location"]).status_code == 404


def test_matches_are_listed_in_pages(archive, monkeypatch):
    """More matches than a page holds lead to the next page, and from there back; past the last there is no further one."""
    monkeypatch.setattr("clippings.web.standing.SIZE", 1)
    query = save(*archive, "Shield", SearchRequest("shield"), "Ann")
    file(archive, article("one", "A shield."), article("two", "Another shield."))
    browser = site(archive)
    first, last = (browser.get(f"/standing/{query.id}?page={number}").text for number in (1, 2))
    assert 'rel="next" accesskey="n" href="?page=2"' in first
    assert 'rel="prev" accesskey="p" href="?page=1"' in last
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in last


def test_a_search_that_cannot_be_saved_says_why(archive):
    """A search for nothing, a name that is taken, and no name are remarked on; nothing is saved."""
    browser = site(archive)
    assert "asks for nothing" in browser.get("/standing/new").text
    assert "Save as a standing query" not in browser.get("/").text
    save(*archive, "Shield", SearchRequest("shield"), "Bob")
    answer = post(browser, "/standing", name="shield", search="q=other")
    assert (answer.status_code, "There is a standing query" in answer.text) == (400, True)
    assert "needs a name" in post(browser, "/standing", name=" ", search="q=other").text
    assert len(standing_queries(*archive)) == 1


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site", **OURS}])
def test_a_form_from_elsewhere_changes_nothing(archive, headers):
    """Neither saving nor removing is done for a form of another site, or without the token of the page."""
    browser = site(archive)
    query = save(*archive, "Shield", SearchRequest("shield"), "Bob")
    token = token_of(browser.get("/standing/new?q=x").text)
    for path in ("/standing", f"/standing/{query.id}/remove"):
        sent = {"name": "Other", "search": "q=other"}
        assert browser.post(path, data={"token": token, **sent}, headers=headers).status_code == 403
        assert browser.post(path, data=sent, headers=OURS).status_code == 403
    assert standing_queries(*archive) == (query,)


def test_without_a_login_nothing_is_shown_or_done(archive):
    """Every page sends a stranger to the login, the feed answers 401, and forms do nothing."""

    def refuse() -> None:
        raise HTTPException(401)

    query = save(*archive, "Shield", SearchRequest("shield"), "Bob")
    browser = site(archive, dependencies=guards(refuse))
    for path in ("/standing", "/standing/new?q=x", f"/standing/{query.id}"):
        assert browser.get(path).headers["location"].startswith("/auth/login")
    feed = browser.get(f"/standing/{query.id}/feed")
    assert (feed.status_code, feed.headers["www-authenticate"]) == (401, "Bearer")
    for path in ("/standing", f"/standing/{query.id}/remove"):
        assert browser.post(path, data={"name": "x", "search": "q=x"}, headers=OURS).status_code == 303
    assert standing_queries(*archive) == (query,)


def test_the_feed_is_atom_whatever_it_holds(archive):
    """The feed is well-formed XML, newest first, with the same ids each time, and hostile text in it is only text."""
    query = save(*archive, f"Zeppelin {HOSTILE}", SearchRequest("zeppelin"), "Bob")
    browser = site(archive)
    feed = etree.fromstring(browser.get(f"/standing/{query.id}/feed").content)
    assert feed.findall(f"{ATOM}entry") == []
    file(archive, article("a", "A zeppelin.", title=HOSTILE, source="Gazette <b>", date="2012-05-02"))
    file(archive, article("b", "The zeppelin.", language="de"))
    answer = browser.get(f"/standing/{query.id}/feed")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = etree.fromstring(answer.content)
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Untitled", HOSTILE.replace("\x0b", "")]
    assert entries[1].findtext(f"{ATOM}summary") == "Gazette <b> · 2 May 2012 · English"
    assert entries[1].find(f"{ATOM}link").get("href") == f"{HERE}/article/a"
    assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
    assert browser.get(f"/standing/{query.id}/feed").content == answer.content
    page = browser.get(f"/standing/{query.id}").text + browser.get("/standing").text
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_standing_queries_on_the_command_line(archive, monkeypatch, capsys):
    """Added, listed, asked for matches and removed; a name that there is not is said in a sentence."""
    settings = archive[1]
    monkeypatch.setenv(CONNECTION_VARIABLE, settings.url)
    monkeypatch.setenv("CLIPPINGS_INDEX_PREFIX", settings.index_prefix)
    assert main(["standing", "list"]) == 0
    assert "no standing queries" in capsys.readouterr().out
    assert main(["standing", "add", "Shield", "missile shield", "--source", "CNN", "--from", "2012-05"]) == 0
    assert "all of: missile, shield; source: CNN; from 2012-05-01" in capsys.readouterr().out
    assert named(*archive, "shield").request.sources == ("CNN",)
    file(archive, article("new", "Missiles and a shield.", title="Found", source="CNN", date="2012-05-03"))
    assert main(["standing", "matches", "Shield"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Found"
    assert main(["standing", "list"]) == 0
    assert "Shield" in capsys.readouterr().out
    assert main(["standing", "remove", "shield"]) == 0
    assert main(["standing", "remove", "shield"]) == 1
    assert "no standing query" in capsys.readouterr().err
