"""Which language a text is written in."""

from clippings.language.detection import detect

__all__ = ["detect"]
