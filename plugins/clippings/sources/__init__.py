"""Who published or wrote an article, by the rules in `include/sources.yaml`."""

from clippings.sources.rules import Mark, SourceRules
from clippings.sources.sites import site_of

__all__ = ["Mark", "SourceRules", "site_of"]
