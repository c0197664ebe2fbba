"""A piece: one record's bytes, cut out of a file and not decoded yet."""

from dataclasses import dataclass

from clippings.articles import Reason


@dataclass(frozen=True, slots=True)
class Piece:
    """One record as a splitter cuts it out.

    `start` is where reading can begin again to find this piece first (a separator line belongs to what follows it);
    `position` is where the record itself begins. Both are byte offsets in the uncompressed file. `fields` are the
    spans of a table's row in `data`, with whether they are quoted. With a `reason` the piece is no good, `data` is as
    much of it as is kept, and `size` says how many bytes of the file it has (None: just those of `data`).
    """

    start: int
    position: int
    data: bytes
    name: str | None = None
    fields: tuple[tuple[int, int, bool], ...] = ()
    reason: Reason | None = None
    message: str = ""
    size: int | None = None


def too_large(start: int, position: int, data: bytes, size: int | None, limit: int) -> Piece:
    """The piece for a record that is longer than the feed allows; its size is None where it was not read to its end."""
    has = "The record has" if size is None else f"The record has {size:,} bytes,"
    message = (
        f"{has} more than the {limit:,} bytes that the feed allows: "
        "set a higher record_limit in the feeds file, or correct the file where a separator or quote is missing."
    )
    return Piece(start, position, data, reason=Reason.TOO_LARGE, message=message, size=size)
