"""Texts made from a seed, and what becomes of a story on its way through other papers."""

from random import Random

SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]


def _word(random: Random) -> str:
    return "".join(random.choices(SYLLABLES, k=random.randint(1, 4)))


def words(seed: int, count: int) -> list[str]:
    """As many words; two seeds share hardly a pair of words in a row."""
    random = Random(seed)  # noqa: S311 - the same texts every time
    return [_word(random) for _ in range(count)]


def text(seed: int, count: int = 200) -> str:
    """A text of as many words, in paragraphs of fifty."""
    made = words(seed, count)
    return "\n\n".join(" ".join(made[start : start + 50]).capitalize() + "." for start in range(0, count, 50))


def edited(original: str, seed: int, share: float = 0.05) -> str:
    """The text with a share of its words replaced."""
    random = Random(seed)  # noqa: S311 - the same texts every time
    return " ".join(_word(random) if random.random() < share else word for word in original.split(" "))


def cut(original: str, first: float, last: float) -> str:
    """The part of a text between two shares of its words."""
    made = original.split(" ")
    return " ".join(made[round(first * len(made)) : round(last * len(made))])


def commented(original: str, seed: int, count: int = 50) -> str:
    """The text with comments of as many words below it."""
    return f"{original}\n\nComments\n\n{text(seed, count)}"
