"""Lines that end an article: headings of comments and of related news, and what signs it off below its last sentence."""

import re
from collections.abc import Sequence

_COMMENTS = re.compile(
    r"""(?:soundoff\b.*
    |(?:leave|post|add|write)\s+(?:a\s+|your\s+)?(?:comment|reply|response).*
    |(?:no|\d+)\s+(?:comments?|responses?|replies|thoughts?\s+on\b.*|kommentare?|commentaires?|comentarios?|commenti|комментари\w+)\s*:?
    |comments?\s+(?:for\s+this\s+\w+\s+)?(?:are|is|have\s+been)\s+(?:now\s+)?closed.*
    |(?:reader\s+|all\s+)?comments?\s*(?:\(\s*\d+\s*\)|:)?
    |(?:forum\s*:\s*)?(?:have\s+your\s+say|join\s+the\s+(?:discussion|conversation|debate))\b.*
    |(?:leser)?kommentare?\s*(?:\(\s*\d+\s*\)|:)?|komentarze\s*(?:\(\s*\d+\s*\)|:)?
    |comment(?:aires|arios|i)\s*(?:\(\s*\d+\s*\)|:)?|reacties\s*(?:\(\s*\d+\s*\)|:)?
    |комментарии\s*(?:\(\s*\d+\s*\)|:)?|yorumlar\s*(?:\(\s*\d+\s*\)|:)?|التعليقات|网友评论|評論|评论
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_RELATED = re.compile(
    r"""(?:(?:in\s+)?(?:related|other)\s+(?:news|stories|articles|posts|content|links|topics)\s*:?
    |(?:you\s+(?:may|might)\s+also\s+like|more\s+(?:stories|from|in|on)\b.*|read\s+(?:next|also)|see\s+also|recommended(?:\s+for\s+you)?)\s*:?
    |mehr\s+zum\s+thema|weitere\s+(?:artikel|themen|meldungen)|das\s+könnte\s+(?:sie|dich)\s+auch\s+interessieren
    |noticias\s+relacionadas|notizie\s+correlate|(?:sur\s+le\s+même\s+sujet|à\s+lire\s+aussi|lire\s+aussi)
    |читайте\s+также|материалы\s+по\s+теме|相关新闻|相关阅读|موضوعات\s+متعلقة|ilgili\s+haberler
    )\s*:?""",
    re.IGNORECASE | re.VERBOSE,
)
_LONGEST_HEADING = 80
_SIGNED_OFF = re.compile(
    r"""[(\[（]?\s*(?:(?:additional\s+)?(?:reporting|writing|editing)\s+by|editor\s*:|edited\s+by|责任编辑|责编|redaktion\s*:).*
    |.{0,40}\beditorial\s+(?:office|desk|team)
    |[a-z]{2,4}(?:/[a-z]{2,4}){1,4}
    |(?:.{0,40}\s)?(?:©|copyright\b|\(c\)\s).{0,160}
    |.{0,120}\b(?:all\s+rights\s+reserved|alle\s+rechte\s+vorbehalten|tous\s+droits\s+réservés|todos\s+los\s+derechos\s+reservados
      |tutti\s+i\s+diritti\s+riservati|alle\s+rechten\s+voorbehouden|wszelkie\s+prawa\s+zastrzeżone|все\s+права\s+защищены)\b.{0,120}
    |저작권자.*|.*무단\s?전재.*""",
    re.IGNORECASE | re.VERBOSE,
)
_SHARING = re.compile(
    r"(?:share|recommend|print|e-?mail|tweet|teilen|artikel\s+(?:drucken|versenden|teilen)|drucken|partager|imprimer|compartir|imprimir"
    r"|condividi|stampa|deel|delen|dela|del|jaa|compartilhar|udostępnij|поделиться|распечатать|paylaş|sdílet)\b[^.!?]{0,40}",
    re.IGNORECASE,
)
_MOST_WORDS_OF_SHARING = 7


def is_comments_heading(line: str) -> bool:
    """Whether a line is the heading of the comments below an article."""
    return 0 < len(line) < _LONGEST_HEADING and _COMMENTS.fullmatch(line) is not None


def is_related_heading(line: str) -> bool:
    """Whether a line is the heading of related news, as it stands below an article or within it."""
    return 0 < len(line) < _LONGEST_HEADING and _RELATED.fullmatch(line) is not None


def signs_off(line: str) -> bool:
    """Whether a line below an article's last sentence is no part of it: an editor, initials, copyright, sharing."""
    if _SIGNED_OFF.fullmatch(line):
        return True
    return line.count(" ") < _MOST_WORDS_OF_SHARING and _SHARING.fullmatch(line) is not None


def sign_offs(lines: Sequence[str], on: Sequence[int], reach: int = 3) -> list[int]:
    """Those of the last `reach` lines of the main text (the places `on`) that sign it off."""
    return [i for i in on[1:][-reach:] if signs_off(lines[i])]
