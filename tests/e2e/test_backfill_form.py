"""A backfill started in Airflow's own form, in a real browser."""

from collections.abc import Callable
from datetime import UTC, datetime

from opensearchpy import OpenSearch
from playwright.sync_api import Locator, Page, expect

from clippings.stack.airflow import AirflowStack

DAG = "ingest_seeds"


def type_day(page: Page, dialog: Locator, day: str) -> None:
    """Type a day into the first field without one: it opens a small calendar with fields for date and time."""
    calendar = page.locator("[data-scope=popover][data-part=content][data-state=open]")
    dialog.get_by_text("Select date and time").first.click()
    calendar.get_by_placeholder("YYYY/MM/DD").fill(day)
    time = calendar.get_by_placeholder("HH:mm")
    time.fill("00:00")
    time.press("Tab")
    page.keyboard.press("Escape")
    # The next field's calendar opens while this one still closes: whoever does not wait meets both.
    expect(calendar).to_have_count(0)
    expect(dialog).to_contain_text(datetime.strptime(day, "%Y/%m/%d").replace(tzinfo=UTC).strftime("%b %d, %Y"))


def test_a_backfill_from_the_form_files_the_documents_of_its_months(
    page: Page, airflow: AirflowStack, empty_archive: Callable[[], OpenSearch]
) -> None:
    """Trigger, Backfill, both dates typed in, Run Backfill: the runs end well and search finds the documents."""
    empty_archive()
    page.goto(f"{airflow.url}/dags/{DAG}")
    page.get_by_role("button", name="Trigger").first.click()
    dialog = page.locator("[role=dialog][data-scope=dialog]")
    dialog.get_by_text("Backfill", exact=True).first.click()
    type_day(page, dialog, "2011/09/01")
    type_day(page, dialog, "2011/11/01")
    dialog.get_by_text("All Runs").click()
    expect(dialog).to_contain_text("3 runs will be triggered")
    with page.expect_response(
        lambda answer: answer.request.method == "POST" and answer.url.endswith("/backfills")
    ) as told:
        dialog.get_by_role("button", name="Run Backfill").click()
    expect(page.locator("body")).to_contain_text("Backfill in progress")
    assert told.value.ok, told.value.text()
    airflow.api.wait_for_backfill(told.value.json()["id"], 600)
    page.goto(f"{airflow.url}/clippings/?q=missile")
    expect(page.locator(".hit")).to_have_count(2)
    expect(page.locator("main")).to_contain_text("27 September 2011")
    expect(page.locator("main")).to_contain_text("18 October 2011")
