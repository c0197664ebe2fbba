"""A record: one document of a feed, as it was read and before anything is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType


class ContentType(StrEnum):
    """What a record's content is written in."""

    TEXT = "text/plain"
    HTML = "text/html"


NOTHING_GIVEN: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One document as the reader found it.

    `file` is the path within the feed, with forward slashes (a member of an archive: `archive.zip!/member`).
    `position` is the byte offset of the record in the uncompressed file (0 where a file is one document).
    `name` is what a separator line calls the record, where it does.
    `given` holds what the file itself says of the record: url, title, date, language, source, id, author.
    """

    feed: str
    file: str
    position: int
    content: str
    content_type: ContentType
    name: str | None = None
    given: Mapping[str, str] = field(default_factory=lambda: NOTHING_GIVEN)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the content, its type and what is given: two records with one digest are one record."""
        parts = [self.content_type.value, self.content]
        parts += [f"{key}={self.given[key]}" for key in sorted(self.given)]
        hashed = sha256()
        for part in parts:
            encoded = part.encode("utf-8", "surrogatepass")
            hashed.update(len(encoded).to_bytes(8, "big"))
            hashed.update(encoded)
        return hashed.hexdigest()

    @property
    def id(self) -> str:
        """The stable id of the document made of this record: 40 hex digits.

        It depends on the feed, the file and the digest, not on the position: a record that moves within its file
        stays itself, and same-named files of different folders never mix.
        """
        return self.id_by(self.digest)

    def id_by(self, digest: str) -> str:
        """The `id` for a `digest` that the caller has already: to make it costs more than all else."""
        key = "\0".join((self.feed, self.file, digest))
        return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:40]
