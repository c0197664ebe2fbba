import pytest

from clippings.extraction.datelines import dateline_end, is_date_line, is_dateline


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
        "YAKUTSK, June 9. /TASS/. ",
        "ЛЬВІВ, 12 березня. УКРІНФОРМ. ",
        "(CNN) -- ",
        "(목포=연합뉴스) ",
        "【網走共同】",
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
        "Rome, 9 May. Today. He said so.",
        "(He laughed.) - Nobody knew why.",
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


@pytest.mark.parametrize(
    "line",
    [
        "Gepubliceerd op 8 maart 2012 om 07:45",
        "Published: Wednesday, August 24, 2011",
        "martes, 5 de mayo de 2009",
        "2012-03-08 07:45",
        "3.2.2015",
        "2016年2月9日 18:05",
        "2014년 4월 3일",
        "June 3rd, 2013 4:12 PM EDT",
    ],
)
def test_a_date_with_little_beside_it_is_a_date_line(line: str) -> None:
    """A full date with its weekday, clock and `published on` is furniture, in any language and order."""
    assert is_date_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "The inn opened on 3 May 1608 and has been shut twice since then.",
        "Storm of 9 August 2011 returns to haunt the harbour of Little Wick",
        "The year was 1608.",
        "In May 2012",
        "",
    ],
)
def test_a_sentence_or_title_with_a_date_is_no_date_line(line: str) -> None:
    """A date within a sentence, or a month alone, does not make the line furniture."""
    assert not is_date_line(line)
