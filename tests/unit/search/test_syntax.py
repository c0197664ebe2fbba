"""What people type, and how it is read."""

from datetime import date

import pytest

from clippings.search.syntax import MOST_CHARACTERS, Kind, Term, parse


def kinds(text: str) -> list[list[tuple[str, str]]]:
    """The required groups as kind and text."""
    return [[(term.kind.value, term.text) for term in group] for group in parse(text).required]


def test_plain_words_are_ranked_by_and_none_is_required() -> None:
    """Words without operators need not all be there."""
    parsed = parse("missile shield Poland")
    assert parsed.words == ("missile", "shield", "Poland")
    assert not parsed.required
    assert not parsed.excluded


@pytest.mark.parametrize("quotes", ['""', "“”", "„“", "«»", "»«"])
def test_a_phrase_may_stand_in_the_quotes_of_any_language(quotes: str) -> None:
    """Typographic quotes are quotes."""
    assert kinds(f"{quotes[0]}star wars{quotes[1]}") == [[("phrase", "star wars")]]


def test_a_minus_and_not_leave_out() -> None:
    """What follows a minus, or NOT, must not be there; a hyphen within a word is no minus."""
    parsed = parse('well-known -obama NOT putin -"star wars"')
    assert parsed.words == ("well-known",)
    assert [term.text for term in parsed.excluded] == ["obama", "putin", "star wars"]


def test_or_binds_its_neighbours_only() -> None:
    """Of the words around OR one must be there; other words stay as they are."""
    parsed = parse('missile shield OR "star wars" OR defence Poland')
    assert parsed.words == ("missile", "Poland")
    assert kinds('missile shield OR "star wars" OR defence Poland') == [
        [("words", "shield"), ("phrase", "star wars"), ("words", "defence")]
    ]


def test_and_asks_for_both() -> None:
    """Both neighbours of AND are required."""
    assert kinds("missile AND shield") == [[("words", "missile")], [("words", "shield")]]


def test_a_star_ends_the_beginning_of_a_word() -> None:
    """begin* asks for words that begin so; a lone star, or one letter with a star, is only text."""
    assert kinds("missil*") == [[("prefix", "missil")]]
    assert kinds("* a*") == []


def test_fields_are_named_as_on_the_page() -> None:
    """source:, language: and the like ask for a value; quotes hold values of several words."""
    parsed = parse('source:"The Guardian" language:ru')
    assert parsed.required == (
        (Term(Kind.FIELD, "The Guardian", "source"),),
        (Term(Kind.FIELD, "ru", "language"),),
    )


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2012", date(2012, 1, 1), date(2012, 12, 31)),
        ("2012-02", date(2012, 2, 1), date(2012, 2, 29)),
        ("2012-05-02", date(2012, 5, 2), date(2012, 5, 2)),
        ("2012-01..2012-06", date(2012, 1, 1), date(2012, 6, 30)),
        ("2012-01..", date(2012, 1, 1), None),
        ("..2012", None, date(2012, 12, 31)),
    ],
)
def test_a_date_is_a_span_of_days(typed: str, first: date | None, last: date | None) -> None:
    """A year, a month, a day, or two of them joined by dots, either of which may be left out."""
    (group,) = parse(f"date:{typed}").required
    assert (group[0].first, group[0].last) == (first, last)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ('missile "shield', "missile shield"),
        ("date:nonsense", "date nonsense"),
        ("date:2012-13", "date 2012-13"),
        ("re: hello", "re: hello"),
        ("http://example.org/a", "http //example.org/a"),
        ("OR missile AND", "missile"),
        ("title of a page | site", "title of a page site"),
        ("(missile [shield", "(missile [shield"),
    ],
)
def test_what_cannot_be_an_operator_is_words(typed: str, words: str) -> None:
    """An unbalanced or meaningless query is read as the words it is made of."""
    parsed = parse(typed)
    assert parsed.text == words or [group[0].text for group in parsed.required] == [words]


@pytest.mark.parametrize("typed", ["", "   ", '"', '""', "-", "- OR *", "\x00", "::", "–"])
def test_nothing_asks_for_nothing(typed: str) -> None:
    """A query without a letter or digit finds everything, as an empty one does."""
    parsed = parse(typed)
    assert not parsed.words
    assert not parsed.required
    assert not parsed.excluded


def test_a_long_query_is_cut() -> None:
    """Only the beginning of an endless query is read."""
    assert len(parse("word " * 100_000).text) <= MOST_CHARACTERS


def test_relaxing_keeps_fields_and_exclusions() -> None:
    """A relaxed query looks for the words of its phrases, still in the same source and without what is excluded."""
    relaxed = parse('"star wars" AND missil* source:CNN -obama').relaxed
    assert relaxed.words == ("star wars", "missil")
    assert [group[0].field for group in relaxed.required] == ["source"]
    assert [term.text for term in relaxed.excluded] == ["obama"]
