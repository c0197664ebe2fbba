"""The search page in a real browser, served by a real Airflow over a real index."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi.routing import APIRoute
from playwright.sync_api import Page, expect

from clippings.feeds import Feed, Format, load_feeds
from clippings.ingestion.local import run_here
from clippings.ingestion.run import Reprocess, RunKind, RunRequest
from clippings.search.aliases import refresh
from clippings.search.client import connect
from clippings.search.queries import search
from clippings.search.requests import SearchRequest
from clippings.settings import OpenSearchSettings
from clippings.stack.airflow import USER, AirflowStack
from clippings.standing.saved import remove, save, standing_queries
from clippings.web import create_app

SCRIPT = '<script>document.title="hacked"</script><img src=x onerror=\'document.title="hacked"\'>'
HOSTILE = {
    "content": "The zeppelin " + SCRIPT + " landed on the meadow behind the school, where many people waited. " * 6,
    "title": f"Zeppelin {SCRIPT} lands",
    "url": 'javascript:document.title="hacked"',
    "source": f"Gazette {SCRIPT}",
    "author": f"Ann {SCRIPT}",
}


@pytest.fixture(scope="module", autouse=True)
def filed(archive: OpenSearchSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The seeds and one hostile document in the index."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    (folder / "hostile.jsonl").write_text(json.dumps(HOSTILE) + "\n", encoding="utf-8")
    hostile = Feed(
        id="hostile",
        title="Hostile",
        location=str(folder),
        schedule="0 0 1 * *",
        start=date(2008, 1, 1),
        format=Format.JSONL,
        columns={name: name for name in HOSTILE},
    )
    client = connect(archive)
    # What the tests of runs have left may be grouped into stories, which are shown once.
    client.indices.delete(index=f"{archive.index_prefix}*", ignore_unavailable=True)
    for feed in (*load_feeds(), hostile):
        due = datetime(2012, 6, 1, tzinfo=UTC)
        run_here(client, archive, RunRequest(f"web/{feed.id}", feed, RunKind.MANUAL, None, due, None, Reprocess.ALL))
    refresh(client, archive)
    yield
    client.indices.delete(index=f"{archive.index_prefix}*", ignore_unavailable=True)


def no_serious_findings(page: Page) -> None:
    """Hold a page to axe-core's rules: nothing serious or critical."""
    found = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
    assert found == [], json.dumps(found, indent=1)[:3000]


def test_search_is_in_the_navigation(page: Page, airflow: AirflowStack) -> None:
    """A reader finds the page under Search in Airflow's navigation, and it works inside Airflow's frame."""
    page.goto(airflow.url)
    page.get_by_role("link", name="Search", exact=True).click()
    frame = page.frame_locator("iframe")
    frame.get_by_placeholder("Search the archive").fill("missile shield")
    frame.get_by_role("button", name="Search").click()
    expect(frame.locator(".hit").first).to_be_visible()


def test_hits_show_what_a_reader_wants(page: Page, airflow: AirflowStack) -> None:
    """A hit shows title, source, date as precise as it is known, language, and passages with the words marked."""
    page.goto(f"{airflow.url}/clippings/?q=breakthrough+missile+shield&source=blog")
    hit = page.locator(".hit")
    expect(hit).to_have_count(1)
    expect(hit.locator("h2")).to_have_text("Russia, U.S. fail to reach breakthrough on missile shield")
    expect(hit.locator(".card")).to_contain_text("blog")
    expect(hit.locator(".card")).to_contain_text("March 2008")
    expect(hit.locator(".card")).to_contain_text("English")
    assert hit.locator(".passage mark").count() > 0
    no_serious_findings(page)


def test_facets_take_several_values_and_keep_their_own_counts(page: Page, airflow: AirflowStack) -> None:
    """Choosing a value narrows the hits but not its own facet; a second value widens them; the address says it all."""
    page.goto(f"{airflow.url}/clippings/?q=missile")
    sources = page.locator("section.facet", has_text="Source")
    sources.get_by_role("link", name="CNN").click()
    expect(page.locator(".hit")).to_have_count(2)
    expect(sources).to_contain_text("Itar-Tass")
    sources.get_by_role("link", name="Itar-Tass").click()
    expect(page.locator(".hit")).to_have_count(4)
    assert "source=CNN&source=Itar-Tass" in page.url
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator(".hit")).to_have_count(4)
    page.locator("section.facet", has_text="Year").get_by_role("link", name="2011").click()
    expect(page.locator(".hit")).to_have_count(2)


def test_a_date_range_narrows_the_hits(page: Page, airflow: AirflowStack) -> None:
    """A range typed as months finds what lies in them, and what is no date is remarked on in words."""
    page.goto(f"{airflow.url}/clippings/?q=missile")
    page.fill("#from", "2011-09")
    page.fill("#to", "2011-10")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".hit")).to_have_count(2)
    page.goto(f"{airflow.url}/clippings/?from=yesterday")
    expect(page.get_by_role("alert")).to_contain_text("is not a date")


def test_sorting_by_date(page: Page, airflow: AirflowStack) -> None:
    """Oldest first begins with the article known to March 2008."""
    page.goto(f"{airflow.url}/clippings/?q=missile&feed=seeds")
    page.get_by_role("link", name="oldest").click()
    expect(page.locator(".hit").first).to_contain_text("March 2008")


def test_an_article_shows_its_evidence(page: Page, airflow: AirflowStack) -> None:
    """A document shows its text, every tag with the passage that shows it, the dates that lost, and its file."""
    page.goto(f"{airflow.url}/clippings/?q=legally+binding+guarantees&source=Itar-Tass")
    page.get_by_role("link", name="No legally binding guarantees in US missile defense to Russia").click()
    card = page.locator("aside")
    expect(card).to_contain_text("18 October 2011")
    expect(card).to_contain_text("found by dateline")
    expect(card).to_contain_text("002_aa7d7d1d31daa034.txt")
    card.locator("summary").click()
    for year in ("2005", "2016", "2022"):
        expect(card).to_contain_text(f"{year}-10-18")
    expect(page.locator("article.article")).to_contain_text("it wants to get on Russia’s nerves.")
    no_serious_findings(page)


def test_nothing_found_says_what_to_try(page: Page, airflow: AirflowStack) -> None:
    """A search without hits offers a way out."""
    page.goto(f"{airflow.url}/clippings/?q=xylophonist&source=CNN")
    expect(page.locator(".empty")).to_contain_text("Search everything")
    no_serious_findings(page)


def test_every_page_can_be_used_by_everyone(page: Page, airflow: AirflowStack, archive: OpenSearchSettings) -> None:
    """No page has a serious finding of axe-core or scrolls sideways: in light and dark, on a desk and on a phone."""
    client = connect(archive)
    query = save(client, archive, "Zeppelins", SearchRequest("zeppelin"), "Ann")
    hit, *_ = search(client, archive, SearchRequest("guarantees", sources=("Itar-Tass",))).hits
    hostile, *_ = search(client, archive, SearchRequest("zeppelin")).hits
    addresses = (
        "/?q=missile", "/?q=xylophonist&source=CNN", f"/article/{hit.id}", f"/article/{hit.id}/explain",
        f"/article/{hostile.id}/explain", f"/article/{hit.id}/compare/{hostile.id}", "/article/0", "/quarantine",
        "/run?name=0", "/run?name=web/seeds", "/standing", f"/standing/{query.id}",
        "/standing/new?q=missile&source=CNN", "/standing/new",
    )  # fmt: skip
    for address in addresses:
        page.goto(f"{airflow.url}/clippings{address}")
        for scheme, width in product(("light", "dark"), (1300, 390)):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            no_serious_findings(page)
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert (address, width, wider) == (address, width, 0)
    remove(client, archive, query)


def test_the_keyboard_is_enough(page: Page, airflow: AirflowStack) -> None:
    """The question is typed at once; a link that only the keyboard meets leads past the facets to the results, from
    where the first hit is one step away; an article's first link leads past the head of the page."""
    page.goto(f"{airflow.url}/clippings/")
    page.keyboard.type("missile shield")
    page.keyboard.press("Enter")
    expect(page.locator(".hit").first).to_be_visible()
    page.locator("aside .skip").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/*#results")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.hit') !== null"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("article.article")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()


def test_a_search_is_saved_and_subscribed_to(page: Page, airflow: AirflowStack, archive: OpenSearchSettings) -> None:
    """A reader saves a search under a name; its feed is read with a token of Airflow's; then it is removed again."""
    page.goto(f"{airflow.url}/clippings/?q=missile+shield&source=CNN")
    page.get_by_role("link", name="Save as a standing query").click()
    page.get_by_label("Name").fill("Shield")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/standing/*")
    expect(page.locator("h1")).to_have_text("Shield")
    expect(page.locator("main")).to_contain_text(f"saved by {USER}")
    feed = page.get_by_role("link", name="Atom feed").get_attribute("href")
    with httpx.Client(base_url=airflow.url, trust_env=False, timeout=60.0) as program:
        assert program.get(feed).status_code == httpx.codes.UNAUTHORIZED
        login = program.post("/auth/token", json={"username": USER, "password": airflow.password})
        answer = program.get(feed, headers={"Authorization": f"Bearer {login.json()['access_token']}"})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/atom+xml; charset=utf-8")
        assert "<title>Shield</title>" in answer.text
    page.locator("summary", has_text="Remove this standing query").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.locator(".empty")).to_contain_text("There are none yet")
    assert standing_queries(connect(archive), archive) == ()


def test_hostile_documents_are_only_text(page: Page, airflow: AirflowStack) -> None:
    """Script in title, text, source, author and address is shown as text and never runs."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{airflow.url}/clippings/?q=zeppelin+meadow")
    expect(page.locator(".hit h2").first).to_contain_text("<script>")
    assert page.title() != "hacked"
    page.locator(".hit h2 a").first.click()
    expect(page.locator("article.article")).to_contain_text("<script>")
    assert page.title() != "hacked"
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.locator("main script, main img").count() == 0
    assert complaints == []


def test_without_a_login_nothing_is_shown(airflow: AirflowStack, archive: OpenSearchSettings) -> None:
    """Whatever the app answers to, but for the style sheet: a stranger is sent to the login, programs get a 401, and
    nothing is done."""
    save(connect(archive), archive, "Zeppelins", SearchRequest("zeppelin"), "Ann")
    query, *_ = standing_queries(connect(archive), archive)

    async def start(request: object, narrowing: object) -> str:
        raise NotImplementedError

    routes = [route for route in create_app(lambda: archive, start_replay=start).routes if isinstance(route, APIRoute)]
    assert {route.path for route in routes} >= {"/", "/standing/{id}/remove", "/quarantine/replay", "/api/search"}
    with httpx.Client(base_url=f"{airflow.url}/clippings", trust_env=False, timeout=60.0) as stranger:
        for route in routes:
            address = re.sub(r"\{\w+\}", query.id, route.path)
            for method in route.methods:
                ours = {"Origin": airflow.url}
                answer = stranger.request(method, address, headers=ours, data={"q": "x"} if method == "POST" else None)
                if route.path == "/style.css":
                    assert answer.status_code == httpx.codes.OK
                elif "/api/" in route.path or route.path.endswith("/feed"):
                    assert (address, answer.status_code) == (address, httpx.codes.UNAUTHORIZED)
                else:
                    assert (address, answer.status_code) == (address, httpx.codes.SEE_OTHER)
                    assert answer.headers["location"].startswith("/auth/login")
                    assert answer.text == ""
        for path in ("/docs", "/redoc", "/openapi.json"):
            assert stranger.get(path).status_code == httpx.codes.NOT_FOUND
    assert standing_queries(connect(archive), archive) == (query,)
    remove(connect(archive), archive, query)


def test_pages_forbid_scripts(page: Page, airflow: AirflowStack) -> None:
    """A strict Content-Security-Policy comes with every page."""
    answer = page.goto(f"{airflow.url}/clippings/")
    assert answer is not None
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]


def test_json_says_what_the_page_says(page: Page, airflow: AirflowStack) -> None:
    """The JSON of an address has the hits and facets of its page."""
    answer = page.request.get(f"{airflow.url}/clippings/api/search?q=missile&source=CNN")
    found = answer.json()
    assert found["total"] == 2
    assert {one["value"]: one["count"] for one in found["facets"]["source"]}["Itar-Tass"] == 2
