"""The search page in a real browser, served by a real Airflow over a real index."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from clippings.feeds import Feed, Format, load_feeds
from clippings.ingestion.local import run_here
from clippings.ingestion.run import Reprocess, RunKind, RunRequest
from clippings.search.aliases import refresh
from clippings.search.client import connect
from clippings.settings import OpenSearchSettings
from clippings.stack.airflow import AirflowStack

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


def test_without_a_login_nothing_is_shown(airflow: AirflowStack) -> None:
    """Every page but the style sheet sends a stranger to the login, and the JSON answers 401."""
    with httpx.Client(base_url=airflow.url, trust_env=False) as stranger:
        for path in ("/clippings/", "/clippings/?q=missile", "/clippings/article/0"):
            answer = stranger.get(path)
            assert answer.status_code == httpx.codes.SEE_OTHER
            assert answer.headers["location"].startswith("/auth/login")
            assert "missile" not in answer.text
        for path in ("/clippings/api/search", "/clippings/api/article/0"):
            assert stranger.get(path).status_code == httpx.codes.UNAUTHORIZED
        for path in ("/clippings/docs", "/clippings/redoc", "/clippings/openapi.json"):
            assert stranger.get(path).status_code == httpx.codes.NOT_FOUND


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
