"""Which source follows from the marks of a page."""

from pathlib import Path

import pytest
from lxml.html import document_fromstring

from clippings.articles import UNKNOWN_SOURCE
from clippings.pages import Extraction, Page
from clippings.settings import PROJECT
from clippings.sources import SourceRules

RULES = """\
sources:
  - name: Agency
    kind: agency
    domains: [agency.example]
    datelines: [AGY]
    names: [Agency News Service]
  - name: The Gazette
    kind: newspaper
    domains: [gazette.example]
    names: [Gazette Publishing]
    signatures: ["The Gazette is not responsible for tides"]
  - name: Gazette Sport
    kind: website
    domains: [sport.gazette.example]
  - name: blog
    kind: blog
    domains: [blogs.example]
    furniture:
      "No comments:": 2
      "Post a Comment": 2
      "This entry was posted in…": 2
      "# comments:": 2
"""
STORY = "The harbour was closed on Monday after a seal had gone to sleep in the lock and would not be moved."


@pytest.fixture
def rules(tmp_path: Path) -> SourceRules:
    """A few invented sources."""
    path = tmp_path / "sources.yaml"
    path.write_text(RULES, encoding="utf-8")
    return SourceRules.load(path)


def page_of(*lines: str, url: str | None = None, head: str | None = None) -> Page:
    """A page of these lines; with `head` it is an HTML page."""
    tree = None if head is None else document_fromstring(f"<html><head>{head}</head><body></body></html>")
    return Page(lines=lines, url=url, tree=tree)


def cut(*paragraphs: str, lines: tuple[str, ...] = (), site_name: str | None = None, author: str | None = None):
    """An extraction whose main text are these paragraphs, and that keeps the lines that hold one of them."""
    kept = tuple(any(part in line for part in paragraphs) for line in lines)
    return Extraction("\n\n".join(paragraphs), None, author, site_name, "test", 0.9, kept)


def tag(rules: SourceRules, *lines: str, url: str | None = None, head: str | None = None, **found):
    """The tag of a page whose main text is the STORY."""
    given, default = found.pop("given", None), found.pop("feed_default", None)
    extraction = cut(STORY, lines=lines, **found)
    return rules.tag(page_of(*lines, url=url, head=head), extraction, given=given, feed_default=default)


def test_domain_and_everything_below_it(rules: SourceRules) -> None:
    """A listed domain tells the source, for all hosts below it as well, and the address is the evidence."""
    for url in ("http://gazette.example/a", "https://www.local.gazette.example:8080/a"):
        found = tag(rules, STORY, url=url)
        assert found.name == "The Gazette"
        assert found.evidence.method == "domain"
        assert url in found.evidence.text


def test_longer_domain_is_nearer(rules: SourceRules) -> None:
    """A host listed for a source of its own does not belong to the domain above it."""
    assert tag(rules, STORY, url="http://live.sport.gazette.example/").name == "Gazette Sport"


def test_likeness_of_a_domain_is_not_enough(rules: SourceRules) -> None:
    """A domain that only ends with the letters of a listed one is another site."""
    assert tag(rules, STORY, url="http://evilgazette.example/").name == "evilgazette.example"


def test_dateline_mark(rules: SourceRules) -> None:
    """The agency in the dateline at the start of the main text is the source, with the dateline as evidence."""
    found = tag(rules, "Seal closes harbour", "", f"PORT AGNES, May 3 (AGY) - {STORY}")
    assert (found.name, found.evidence.method) == ("Agency", "dateline")
    assert "PORT AGNES, May 3 (AGY)" in found.evidence.text


def test_dateline_in_the_middle_is_a_quotation(rules: SourceRules) -> None:
    """A dateline further down is quoted from another's story and tells nothing."""
    filler = [f"Paragraph {number} of the newspaper's own story goes on about the seal." for number in range(5)]
    assert tag(rules, "Seal", STORY, *filler, "LONDON (AGY) - Seals are on the rise.").name == UNKNOWN_SOURCE


def test_dateline_on_a_line_of_its_own(rules: SourceRules) -> None:
    """A dateline may stand on the line before the main text."""
    assert tag(rules, "Seal closes harbour", "PORT AGNES, May 3, AGY", STORY).name == "Agency"


@pytest.mark.parametrize(
    "line",
    [
        "Updated 3 May 2013 / 10:07 / Agency News Service",
        "By Ann Smith, Agency News Service",
        "Source: Agency",
        "By Agency News Service",
        "Agency",
        "Quelle: Agency",
    ],
)
def test_credit_near_the_start(rules: SourceRules, line: str) -> None:
    """A byline or a credit before the main text names the agency."""
    found = tag(rules, "Seal closes harbour", line, STORY)
    assert (found.name, found.evidence.method) == ("Agency", "byline")


@pytest.mark.parametrize(
    "line",
    [
        "The Agency said nothing",
        "Agency workers protest against seals",
        "Agency News Service staff walk out, union says",
        "Photo: Ann Smith/Agency",
        "© 2012 Other/Agency",
        "The Gazette",
    ],
)
def test_name_in_passing_is_no_credit(rules: SourceRules, line: str) -> None:
    """A name in a headline, a photo credit or a masthead alone does not make the story anybody's."""
    assert tag(rules, line, STORY).name == UNKNOWN_SOURCE


def test_author_of_the_metadata_may_be_an_agency(rules: SourceRules) -> None:
    """An author found by the extraction that is an agency's name is a byline."""
    assert tag(rules, STORY, author="Agency News Service").name == "Agency"


def test_signature_outside_the_main_text(rules: SourceRules) -> None:
    """A signature phrase tells the source, whatever the quotes, case and spaces."""
    found = tag(rules, STORY, "Post it.  the GAZETTE is not\u00a0responsible for tides, nor for seals.")
    assert (found.name, found.evidence.method) == ("The Gazette", "signature")


def test_signature_within_the_main_text_is_a_quotation(rules: SourceRules) -> None:
    """A phrase that the article itself quotes does not make the article its author's."""
    quoting = f"{STORY} “The Gazette is not responsible for tides,” its lawyer said."
    page = page_of(quoting)
    extraction = cut(quoting, lines=page.lines)
    assert rules.tag(page, extraction, given=None, feed_default=None).name == UNKNOWN_SOURCE


def test_copyright_line(rules: SourceRules) -> None:
    """A copyright line that names a listed source is a mark of it."""
    found = tag(rules, STORY, "Copyright 2013 Gazette Publishing. All rights reserved.")
    assert (found.name, found.evidence.method) == ("The Gazette", "copyright")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("© 2009–2013 The Gazette", "The Gazette"),
        ("(c) Gazette Publishing 2013", "The Gazette"),
        ("Copyright © 2013 by The Gazette, all rights reserved", "The Gazette"),
        ("© «Agency» 2013", "Agency"),
        ("© Agency", UNKNOWN_SOURCE),
        ("© Ann Smith/Agency 2013", UNKNOWN_SOURCE),
        ("© 2012 Agency/Others", UNKNOWN_SOURCE),
        ("Photo © 2012 Agency", UNKNOWN_SOURCE),
        ("A seal asleep in the lock on May 3, 2012. © Agency", UNKNOWN_SOURCE),
        ("© 2013 Parish News. The Gazette is another paper.", UNKNOWN_SOURCE),
    ],
)
def test_picture_credit_is_no_copyright_line(rules: SourceRules, line: str, name: str) -> None:
    """A sign, a name and a year (or all rights) state whose a page is; a sign and a name alone credit a picture."""
    assert tag(rules, STORY, line).name == name


def test_items_of_a_menu_add_up(rules: SourceRules) -> None:
    """Two different menu items with a publisher's name tell its pages; one alone, or the same twice, does not."""
    assert tag(rules, STORY, "Follow The Gazette").name == UNKNOWN_SOURCE
    assert tag(rules, STORY, "Follow The Gazette", "Follow the Gazette").name == UNKNOWN_SOURCE
    found = tag(rules, STORY, "Follow The Gazette", "The Gazette Newsletters")
    assert (found.name, found.evidence.method) == ("The Gazette", "menu")


def test_site_name_of_the_metadata(rules: SourceRules) -> None:
    """The site name in a page's metadata is a mark of the listed source it names."""
    found = tag(rules, STORY, site_name="the gazette")
    assert (found.name, found.evidence.method) == ("The Gazette", "site-name")


def test_canonical_link_tells_where_a_copy_comes_from(rules: SourceRules) -> None:
    """A canonical link to a listed source is a mark of it, where the address itself is nobody's."""
    head = '<link rel="canonical" href="https://gazette.example/seal">'
    found = tag(rules, STORY, url="https://mirror.example/1", head=head)
    assert (found.name, found.evidence.method) == ("The Gazette", "canonical")


def test_one_line_of_blog_furniture_is_not_enough(rules: SourceRules) -> None:
    """One line that a blog's page builder leaves proves nothing; two do."""
    assert tag(rules, STORY, "Post a comment").name == UNKNOWN_SOURCE
    found = tag(rules, STORY, "No comments:", "Post a Comment")
    assert (found.name, found.evidence.method) == ("blog", "furniture")
    assert "No comments:" in found.evidence.text
    assert "Post a Comment" in found.evidence.text


def test_same_furniture_twice_counts_once(rules: SourceRules) -> None:
    """A line that is repeated weighs no more than once."""
    assert tag(rules, STORY, "Post a Comment", "Post a Comment", "post a comment ").name == UNKNOWN_SOURCE


def test_furniture_may_be_the_beginning_of_a_line(rules: SourceRules) -> None:
    """Furniture ending in an ellipsis matches any line that begins with it."""
    assert tag(rules, STORY, "This entry was posted in Seals on May 3.", "No comments:").name == "blog"


def test_number_in_furniture_may_be_any(rules: SourceRules) -> None:
    """A count of comments is furniture whatever the number."""
    assert tag(rules, STORY, "128 comments:", "Post a Comment").name == "blog"
    assert tag(rules, STORY, "Many comments:", "Post a Comment").name == UNKNOWN_SOURCE


def test_marks_add_up(rules: SourceRules) -> None:
    """Dateline, byline and copyright of an agency together outweigh the domain of the paper that printed it."""
    lines = ("By Ann Smith, Agency News Service", f"PORT AGNES (AGY) - {STORY}", "© 2013 Agency News Service")
    assert tag(rules, *lines[1:2], url="http://gazette.example/1").name == "The Gazette"
    found = tag(rules, *lines, url="http://gazette.example/1")
    assert found.name == "Agency"
    for rule in ("dateline", "byline", "copyright"):
        assert f"{rule}: " in found.evidence.text


def test_rival_marks_lower_the_confidence(rules: SourceRules) -> None:
    """The same mark counts for less where marks of another source stand beside it."""
    alone = tag(rules, STORY, url="http://gazette.example/1")
    beside = tag(rules, f"PORT AGNES (AGY) - {STORY}", url="http://gazette.example/1")
    assert beside.evidence.confidence < alone.evidence.confidence


def test_what_the_record_says_comes_first(rules: SourceRules) -> None:
    """A source given with the record is taken, under the listed name where one of its names or domains is given."""
    for given, name in (("gazette publishing", "The Gazette"), ("gazette.example", "The Gazette"), ("Other", "Other")):
        found = tag(rules, f"PORT AGNES (AGY) - {STORY}", given=given)
        assert (found.name, found.evidence.method) == (name, "given")


def test_feed_default_fills_the_gap(rules: SourceRules) -> None:
    """The feed's default is taken where no rule fires, and only there."""
    found = tag(rules, STORY, feed_default="Parish News")
    assert (found.name, found.evidence.method) == ("Parish News", "feed")
    assert tag(rules, f"PORT AGNES (AGY) - {STORY}", feed_default="Parish News").name == "Agency"


def test_site_that_is_not_listed_is_its_own_source(rules: SourceRules) -> None:
    """A page of a site that is not listed has the site as its source, under its own name where it tells one."""
    bare = tag(rules, STORY, url="https://www.parish.example/1")
    assert (bare.name, bare.evidence.method) == ("parish.example", "site")
    assert tag(rules, STORY, url="https://www.parish.example/1", site_name="Parish News").name == "Parish News"


def test_nothing_fitting_is_unknown_without_evidence(rules: SourceRules) -> None:
    """Where nothing fits the source is unknown, and no evidence is made up."""
    found = tag(rules, "Seal closes harbour", STORY)
    assert found.name == UNKNOWN_SOURCE
    assert found.evidence is None


def test_page_without_main_text_is_looked_at_all_the_same(rules: SourceRules) -> None:
    """Where no main text was cut out, the first long line is taken for its beginning."""
    page = page_of("Menu", "", f"PORT AGNES (AGY) - {STORY} {STORY}")
    assert rules.tag(page, cut(), given=None, feed_default=None).name == "Agency"
    assert rules.tag(page_of(), cut(), given=None, feed_default=None).name == UNKNOWN_SOURCE


def test_marks_say_where_they_stand(rules: SourceRules) -> None:
    """Every mark carries its rule, weight, text and the number of its line."""
    page = page_of("Seal closes harbour", "", f"PORT AGNES (AGY) - {STORY}")
    (mark,) = rules.marks(page, cut(STORY, lines=page.lines))
    assert (mark.rule, mark.source, mark.weight, mark.text, mark.line) == (
        "dateline",
        "Agency",
        6.0,
        "PORT AGNES (AGY) -",
        3,
    )


def test_shipped_rules_know_the_seeds_sources() -> None:
    """The rules that ship name CNN by its subdomain, Itar-Tass by its dateline and a blog by its furniture."""
    shipped = SourceRules.load(PROJECT / "include" / "sources.yaml")
    assert tag(shipped, STORY, url="http://security.blogs.cnn.com/2012/").name == "CNN"
    assert tag(shipped, f"MOSCOW, May 3 (Itar-Tass) —— {STORY}").name == "Itar-Tass"
    assert tag(shipped, STORY, "No comments:", "Post a Comment").name == "blog"
