"""The search page: a server-rendered site that works without JavaScript, and the same as JSON."""

from clippings.web.app import create_app

__all__ = ["create_app"]
