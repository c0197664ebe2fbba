"""Standing queries: searches that are saved under a name, and the new articles that match them.

See docs/adr/0011-standing-queries.md.
"""
