"""Agency marks in datelines, and sentences that only look like one."""

import pytest

from clippings.settings import PROJECT
from clippings.sources.datelines import Datelines
from clippings.sources.entries import read_entries

SHIPPED = Datelines(mark for entry in read_entries(PROJECT / "include" / "sources.yaml") for mark in entry.datelines)


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ("LONDON, March 12 (Reuters) - Copper miners agreed on Thursday to end a strike.", "Reuters"),
        ("WASHINGTON DC, October 18 (Itar-Tass) —— The Administration is ready.", "Itar-Tass"),
        ("NORDVIK, Norway (AP) — The people of this village have decided to leave.", "AP"),
        ("Lagos (AFP) – A bridge was reopened on Friday.", "AFP"),
        ("NAIROBI, Aug. 21 (Xinhua) -- Tea growers said on Tuesday.", "Xinhua"),
        ("ST. PETERSBURG, June 3 (RIA Novosti) – Divers have raised an anchor.", "RIA Novosti"),
        ("Hamburg (dpa) - Eine Fähre hat sich losgerissen.", "dpa"),
        ("Berlin/Potsdam (dpa/bb) - Der Landtag hat beschlossen.", "dpa"),
        ("Kiew/Moskau (AFP/dpa) - Die Gespräche gehen weiter.", "AFP"),
        ("(ANSA) - ROMA, 12 GEN - Un mosaico è venuto alla luce.", "ANSA"),
        ("ROMA, 12 gennaio /ANSA/ - Un mosaico.", "ANSA"),
        ("Lima, 9 abr (EFE).- Agricultores han vuelto a sembrar.", "EFE"),
        ("(CNN)The mayor of a small town has resigned.", "CNN"),
        ("Atlanta (CNN) -- The mayor has resigned.", "CNN"),
        ("Москва. 15 мая. ИНТЕРФАКС - Ледокол будет спущен на воду.", "ИНТЕРФАКС"),
        ("САМАРА, 3 окт — РИА Новости. Первая партия трамваев отправлена.", "РИА Новости"),
        ("МОСКВА, 5 июня. /ТАСС/. Комитет сообщил в среду.", "ТАСС"),
        ("МОСКВА, 5 июня. /ИТАР-ТАСС/. Комитет сообщил в среду.", "ИТАР-ТАСС"),
        ("YAMANAKA, Japan, Dec. 5, Kyodo", "Kyodo"),
        ("TEHRAN, March 5, IRNA – The ministry said on Tuesday.", "IRNA"),
        ("新华社内罗毕8月21日电（记者陈路明）肯尼亚茶农表示。", "新华社"),
        ("中新网北京3月5日电 (记者 李明)今天上午。", "中新网"),
        ("【ワシントン共同】米政府は5日、明らかにした。", "共同"),
        ("(서울=연합뉴스) 정부는 5일 보고서를 공개했다.", "연합뉴스"),
        ("SEOUL, Dec. 5 (Yonhap) -- The government released a report.", "Yonhap"),
        ("VAN (AA) - Van Gölü'nde bir çan bulundu.", "AA"),
        ("Warszawa (PAP) - List w butelce wyłowili rybacy.", "PAP"),
        ("KYIV, Feb 3 (Interfax-Ukraine) – Talks will go on.", "Interfax-Ukraine"),
        ("Lisboa, 12 ago (Lusa) - O relatório foi publicado.", "Lusa"),
        ("Praha - (ČTK) - Vláda schválila zprávu.", "ČTK"),
    ],
)
def test_dateline_is_read(line: str, mark: str) -> None:
    """The agency that signs a dateline is told, whatever its manner."""
    found = SHIPPED.read(line)
    assert found is not None
    assert found.mark == mark
    assert line.startswith(found.text)


@pytest.mark.parametrize(
    "line",
    [
        "LONDON (Reuters) reports earlier this year had suggested that a buyer was interested.",
        "The spokesman told Reuters on Tuesday that the firm was leaving oysters.",
        "He confirmed to the agency (Reuters) - and to nobody else - that he would go.",
        "According to the Associated Press (AP), the village will move uphill.",
        "Analysts told Itar-Tass that Washington would like a joint memorandum.",
        "Some members of the staff of the state news agency said (Xinhua) - as always - nothing at all.",
        "Reuters",
        "(Reuters Photo)",
        "По данным агентства РИА Новости, первая партия отправлена.",
        "Er sagte der dpa, er wolle bleiben.",
        "",
        "A" * 500 + " (Reuters) - too late",
    ],
)
def test_what_is_no_dateline_is_left_alone(line: str) -> None:
    """An agency that is named or quoted in a sentence has not signed it."""
    assert SHIPPED.read(line) is None


def test_without_marks_nothing_is_found() -> None:
    """Rules without any dateline marks find none."""
    assert Datelines([]).read("LONDON (Reuters) - Copper.") is None


def test_longest_mark_wins() -> None:
    """Of two marks of which one begins with the other, the longer is read."""
    found = Datelines(["Interfax", "Interfax-Ukraine"]).read("KYIV (Interfax-Ukraine) - Talks.")
    assert found is not None
    assert found.mark == "Interfax-Ukraine"
