"""Held to langdetect itself: the single pass gives its answer, without its dice."""

import pytest
from langdetect import DetectorFactory
from langdetect import detect as langdetect_detect

from clippings.language import detect, profiles
from clippings.settings import PROJECT

DetectorFactory.seed = 0
TEXTS = [
    *(PROJECT / "include" / "seeds").glob("*.txt"),
    *(PROJECT / "tests" / "golden").glob("*/page.txt"),
]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.parent.name + "/" + path.name)
def test_page_has_langdetects_language(path) -> None:
    """On a whole page the answer is langdetect's own."""
    text = path.read_text(encoding="utf-8")
    assert detect(text).code == langdetect_detect(text).split("-")[0]


def test_every_profile_of_langdetect_is_used() -> None:
    """All languages of the installed langdetect can be answered, Chinese as one."""
    factory = DetectorFactory()
    from langdetect.detector_factory import PROFILES_DIRECTORY

    factory.load_profile(PROFILES_DIRECTORY)
    assert set(profiles.load().languages) == {code.split("-")[0] for code in factory.get_lang_list()}


def test_single_pass_counts_langdetects_ngrams() -> None:
    """As many n-grams are scored as langdetect finds in the same text, with capitals, breaks, accents and scripts."""
    factory = DetectorFactory()
    from langdetect.detector_factory import PROFILES_DIRECTORY

    factory.load_profile(PROFILES_DIRECTORY)
    for text in (
        "NATO and the U.S. said: “No agreement this year.” See http://example.com/a?b=c or write to a@b.example!",
        "МОСКВА, 5 июня. Комитет (ИТАР-ТАСС) сообщил об этом в среду; source: agency.",
        "新华社内罗毕8月21日电 English words 夹在中间。",
        "Ông Nguyễn Văn A — Hà Nội; Ủy ban\n\nđã  yêu cầu.",
        "ﬁle naïve Straße İstanbul ÇOK GÜZEL",
    ):
        detector = factory.create()
        detector.append(text)
        detector.cleaning_text()
        assert profiles.load().score(text).ngrams == len(detector._extract_ngrams()), text
