"""A main text as everything here looks at it: read once into words, shingles and signature."""

from dataclasses import dataclass

from clippings.stories.likeness import Comparable, are_copies, comparable
from clippings.stories.shingles import word_numbers, words_of
from clippings.stories.signatures import Signature, signature_of


@dataclass(frozen=True, slots=True)
class ReadText:
    """What is kept of a text in the index, and what it is compared by."""

    signature: Signature
    comparable: Comparable

    @property
    def tells(self) -> bool:
        """Whether the text is long enough to have copies at all."""
        return bool(self.signature.bands)

    def is_copy_of(self, other: "ReadText") -> bool:
        """Whether both are copies of one story, were they to meet."""
        return self.tells and other.tells and are_copies(self.comparable, other.comparable)

    def meets(self, other: "ReadText") -> bool:
        """Whether the index would bring the two together: they share a band."""
        return not set(self.signature.bands).isdisjoint(other.signature.bands)


def read(text: str) -> ReadText:
    """Read a main text."""
    words = words_of(text)
    numbers = word_numbers(words)
    compared = comparable(numbers)
    return ReadText(signature_of(words, numbers, compared.shingles), compared)
