"""The language of texts: sure, short, mixed, unknown to langdetect, and none at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clippings.language import detect, profiles, second_opinion

SENTENCES = {
    "en": "The committee has asked the government to publish the report before the end of the month.",
    "de": "Der Ausschuss hat die Regierung gebeten, den Bericht noch vor Ende des Monats zu veröffentlichen.",
    "fr": "La commission a demandé au gouvernement de publier le rapport avant la fin du mois.",
    "es": "La comisión ha pedido al gobierno que publique el informe antes de que termine el mes.",
    "it": "La commissione ha chiesto al governo di pubblicare la relazione prima della fine del mese.",
    "pt": "A comissão pediu ao governo que publicasse o relatório antes do fim do mês.",
    "nl": "De commissie heeft de regering gevraagd het rapport nog voor het einde van de maand te publiceren.",
    "pl": "Komisja zwróciła się do rządu o opublikowanie sprawozdania przed końcem miesiąca.",
    "cs": "Výbor požádal vládu, aby zprávu zveřejnila ještě před koncem měsíce.",
    "ru": "Комитет попросил правительство опубликовать доклад до конца этого месяца.",
    "uk": "Комітет попросив уряд оприлюднити звіт ще до кінця цього місяця.",
    "bg": "Комисията поиска от правителството да публикува доклада преди края на месеца.",
    "el": "Η επιτροπή ζήτησε από την κυβέρνηση να δημοσιεύσει την έκθεση πριν από το τέλος του μήνα.",
    "tr": "Komisyon, hükümetten raporu ay sonundan önce yayımlamasını istedi.",
    "ar": "طلبت اللجنة من الحكومة نشر التقرير قبل نهاية هذا الشهر.",
    "he": "הוועדה ביקשה מהממשלה לפרסם את הדוח לפני סוף החודש.",
    "zh": "委员会要求政府在本月底之前公布这份报告，并说明有关情况。",
    "ja": "委員会は政府に対し、今月末までに報告書を公表するよう求めた。",
    "ko": "위원회는 정부에 이달 말까지 보고서를 공개해 달라고 요청했다.",
    "hi": "समिति ने सरकार से महीने के अंत से पहले रिपोर्ट प्रकाशित करने को कहा है।",
    "fi": "Valiokunta on pyytänyt hallitusta julkaisemaan raportin ennen kuun loppua.",
    "hu": "A bizottság arra kérte a kormányt, hogy még a hónap vége előtt tegye közzé a jelentést.",
    "vi": "Ủy ban đã yêu cầu chính phủ công bố báo cáo trước cuối tháng này.",
    "no": "Komiteen har bedt regjeringen om å offentliggjøre rapporten før utgangen av måneden.",
}
BEYOND_LANGDETECT = {
    "ga": "D'iarr an coiste ar an rialtas an tuarascáil a fhoilsiú roimh dheireadh na míosa seo.",
    "is": "Nefndin hefur beðið ríkisstjórnina um að birta skýrsluna fyrir lok mánaðarins.",
    "kk": "Комитет үкіметтен есепті осы айдың соңына дейін жариялауды сұрады.",
    "eu": "Batzordeak gobernuari eskatu dio txostena hilabetea amaitu baino lehen argitaratzeko.",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_sentence_is_told(code: str) -> None:
    """One sentence is enough to tell its language, with good confidence and no other language beside it."""
    tag = detect(SENTENCES[code])
    assert tag.code == code
    assert tag.confidence > 0.9
    assert tag.others == ()


@pytest.mark.parametrize("code", BEYOND_LANGDETECT)
def test_language_without_a_profile_is_told_by_the_second_opinion(code: str) -> None:
    """A language that langdetect has no profile of is told by py3langid, and the evidence says so."""
    tag = detect(BEYOND_LANGDETECT[code])
    assert tag.code == code
    assert tag.evidence.method == "py3langid"


@pytest.mark.parametrize(("text", "code"), [("გამარჯობა", "ka"), ("Շնորհակալություն", "hy"), ("ສະບາຍດີ", "lo")])
def test_script_of_one_language_tells_it(text: str, code: str) -> None:
    """A single word is enough where its letters are those of one language."""
    tag = detect(text)
    assert tag.code == code
    assert tag.evidence.method == "script"


@pytest.mark.parametrize("text", ["", "   \n", "12:30 – 14.05.2012", "§ 3 %", "!!!", "x"])
def test_text_without_language_is_said_to_have_none(text: str) -> None:
    """Where there are no letters to speak of, the language is None with no confidence, and the evidence says why."""
    tag = detect(text)
    assert tag.code is None
    assert tag.confidence == 0.0
    assert tag.evidence.method == "no-letters"


def test_letters_nobody_knows_have_no_language() -> None:
    """Letters of a script that neither model has seen give None instead of a guess."""
    tag = detect("ᚠᚢᚦᚨᚱᚲᚷᚹᚺᚾᛁᛃᛇᛈᛉᛊᛏᛒᛖᛗᛚᛜᛟᛞ")
    assert tag.code is None
    assert tag.evidence.method == "no-profile"


def test_text_in_two_languages_carries_both() -> None:
    """A text half in German and half in Russian is tagged with one and carries the other."""
    tag = detect(f"{SENTENCES['de']} " * 5 + f"{SENTENCES['ru']} " * 5)
    assert {tag.code, *tag.others} == {"de", "ru"}


def test_short_quotation_is_not_a_second_language() -> None:
    """One foreign sentence in a long text does not make the text bilingual."""
    tag = detect(f"{SENTENCES['en']} " * 12 + SENTENCES["fr"] + f" {SENTENCES['en']}" * 6)
    assert tag.code == "en"
    assert tag.others == ()


def test_short_text_asks_both() -> None:
    """Two words are judged by langdetect and py3langid together, with less confidence than a sentence."""
    tag = detect("in der Halle")
    assert tag.code == "de"
    assert tag.evidence.method == "langdetect and py3langid"
    assert tag.confidence < detect(SENTENCES["de"]).confidence


def test_addresses_tell_nothing() -> None:
    """Web and mail addresses in a text do not count as its language."""
    addresses = " https://www.example.com/the-quick-brown-fox-jumps-over-the-lazy-dog someone@english.example"
    assert detect(SENTENCES["it"] + addresses * 8).code == "it"


def test_chinese_is_one_language() -> None:
    """Simplified and traditional characters are both `zh`: the code is ISO 639-1."""
    assert detect("委員會要求政府在本月底之前公佈這份報告，並說明有關情況。").code == "zh"


def test_evidence_shows_the_runner_up_and_the_text() -> None:
    """The evidence names the second language, the lead and the beginning of the text."""
    tag = detect(SENTENCES["en"])
    assert "en before" in tag.evidence.text
    assert "nats: The committee has asked" in tag.evidence.text
    assert tag.evidence.confidence == tag.confidence


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_answered_and_always_alike(text: str) -> None:
    """Whatever the text holds, there is an answer, its confidence lies between 0 and 1, and asking again repeats it."""
    tag = detect(text)
    assert 0.0 <= tag.confidence <= 1.0
    assert tag == detect(text)


def test_lone_surrogates_do_no_harm() -> None:
    """A text with a broken character, as undecodable bytes leave it, is told all the same."""
    assert detect("\udce4 " + SENTENCES["en"] + " \ud800").code == "en"


def test_only_the_beginning_of_a_very_long_text_counts() -> None:
    """Beyond langdetect's limit of 10,000 characters nothing changes the scores."""
    start = (SENTENCES["en"] + " ") * 200
    known = profiles.load()
    assert (known.score(start).totals == known.score(start + SENTENCES["ru"] * 50).totals).all()


def test_windows_add_up_to_the_whole() -> None:
    """The windows of a text together hold what the whole text holds."""
    scores = profiles.load().score((SENTENCES["en"] + " ") * 20)
    assert len(scores.windows) > 1
    assert scores.windows.sum(axis=0) == pytest.approx(scores.totals)


def test_second_opinion_is_silent_on_what_it_cannot_read() -> None:
    """py3langid has nothing to say of a text without any of its features."""
    assert second_opinion.ask("").scores == {}


def test_second_opinion_speaks_iso_639_1() -> None:
    """Codes of the second opinion have two letters, and both written forms of Norwegian are `no`."""
    scores = second_opinion.ask(SENTENCES["no"]).scores
    assert all(len(code) == 2 for code in scores)
    assert not {"nb", "nn"} & set(scores)
    assert max(scores, key=lambda code: scores[code]) == "no"
