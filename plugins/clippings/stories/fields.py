"""What the fields of stories in the index mean, for those who ask by them; `search/mapping.py` describes them."""

from typing import Any

STORY_VERSION = "1"
"""Of all that decides which articles are copies: with another one, every article is grouped anew."""

CURRENT: dict[str, Any] = {"term": {"story_version": STORY_VERSION}}
"""Articles that are grouped."""

MOST_FINGERPRINTS = 900
"""Of one text: a query takes 1,024 at most. A longer text (some 8,000 words) keeps the smallest, so still by content."""
