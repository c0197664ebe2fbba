"""Which lines of a page belong to its main text, by aligning them with a text that is known to be it."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

_WORD = re.compile(r"\w+")
_GRAM = 3
_MOST_CANDIDATES = 6
_SHORT_CANDIDATES = 40


class _Candidate(NamedTuple):
    line: int
    start: int
    end: int
    weight: float


def align(lines: Sequence[str], text: str) -> list[bool]:
    """For each line, whether it is part of `text`.

    A line may stand in the text at several places (a title repeated, a pull quote); of all ways to lay lines onto the
    text in order and without overlap, the one that covers most of it is taken, so that only one copy counts.
    """
    gold = _WORD.findall(text.lower())
    grams: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for size in (1, 2, _GRAM):
        for place in range(len(gold) - size + 1):
            grams[tuple(gold[place : place + size])].append(place)
    candidates: list[_Candidate] = []
    for number, line in enumerate(lines):
        candidates += _places(number, _WORD.findall(line.lower()), grams)
    chosen = _best_chain(candidates, len(gold))
    return [number in chosen for number in range(len(lines))]


def _places(number: int, words: list[str], grams: dict[tuple[str, ...], list[int]]) -> list[_Candidate]:
    size = min(_GRAM, len(words))
    if not size:
        return []
    if size < _GRAM:
        found = grams.get(tuple(words), ())[:_SHORT_CANDIDATES]
        return [_Candidate(number, place, place + size, size * 0.5) for place in found]
    votes: dict[int, int] = defaultdict(int)
    for place in range(len(words) - size + 1):
        for hit in grams.get(tuple(words[place : place + size]), ())[:_SHORT_CANDIDATES]:
            votes[hit - place] += 1
    candidates = []
    needed = 0.5 * (len(words) - size + 1)
    # an insertion in the line splits its votes over neighbouring offsets: count those together
    for offset in sorted(votes, key=lambda offset: -votes[offset])[:_MOST_CANDIDATES]:
        support = sum(votes.get(offset + shift, 0) for shift in range(-6, 7))
        if support >= needed:
            matched = min(support + size - 1, len(words))
            weight = matched - 0.5 * (len(words) - matched)
            candidates.append(_Candidate(number, max(offset, 0), offset + len(words), weight))
    return candidates


def _best_chain(candidates: list[_Candidate], size: int) -> set[int]:
    """The lines of the heaviest chain whose members follow each other in the page and in the text (of `size` words).

    A Fenwick tree over the places of the text holds the heaviest chain that ends at or before each place.
    """
    slack = 4
    tree: list[tuple[float, int]] = [(0.0, -1)] * (size + 2)
    best: list[tuple[float, int]] = []
    waiting: list[int] = []
    for index, candidate in enumerate(candidates):
        if waiting and candidates[waiting[-1]].line < candidate.line:
            for earlier in waiting:
                place = min(candidates[earlier].end, size) + 1
                while place < len(tree):
                    if best[earlier][0] > tree[place][0]:
                        tree[place] = (best[earlier][0], earlier)
                    place += place & -place
            waiting = []
        place = min(candidate.start + min(slack, candidate.end - candidate.start - 1), size) + 1
        weight, back = 0.0, -1
        while place > 0:
            if tree[place][0] > weight:
                weight, back = tree[place]
            place -= place & -place
        best.append((weight + candidate.weight, back))
        waiting.append(index)
    if not best:
        return set()
    index = max(range(len(best)), key=lambda place: best[place][0])
    chosen: set[int] = set()
    while index >= 0:
        chosen.add(candidates[index].line)
        index = best[index][1]
    return chosen
