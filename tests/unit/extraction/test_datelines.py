import pytest

from clippings.extraction.datelines import dateline_end, is_dateline


@pytest.mark.parametrize(
    "dateline",
    [
        "LONDON, May 2 (Reuters) - ",
        "OAKHAM, Rutland region, September 27 (Itar-Tass) —— ",
        "Hamburg (dpa) - ",
        "NORDVIK, Norway (AP) — ",
        "NAIROBI, Aug. 21 (Xinhua) -- ",
        "Lima, 9 abr (EFE).- ",
        "(ANSA) - ROMA, 12 GEN - ",
        "САМАРА, 3 окт — РИА Новости. ",
        "Москва. 15 мая. ИНТЕРФАКС - ",
        "新华社内罗毕8月21日电（记者李明）",
    ],
)
def test_the_text_begins_behind_its_dateline(dateline: str) -> None:
    """Place, day and agency in front of the first sentence are not part of it."""
    assert dateline_end(dateline + "Tea growers said so.") == len(dateline)


@pytest.mark.parametrize(
    "paragraph",
    [
        "The bank (founded in 1852) - a small one - said so.",
        "Tea growers said on Tuesday that they expected rain.",
        "He asked: why (again) - and nobody knew.",
        "She left on May 2 - nobody knew why.",
        "",
    ],
)
def test_a_sentence_is_no_dateline(paragraph: str) -> None:
    """Brackets and dashes within a sentence do not make its beginning a dateline."""
    assert dateline_end(paragraph) == 0


def test_a_dateline_may_have_a_line_of_its_own() -> None:
    """Place, day and agency alone on a line are a dateline; a short sentence is not."""
    assert is_dateline("YAMADA, Japan, Dec. 5, Kyodo")
    assert not is_dateline("The inn opened in 1608.")
