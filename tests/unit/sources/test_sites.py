"""The site an address belongs to."""

import socket

import pytest

from clippings.sources import site_of
from clippings.sources.sites import host_of


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("http://security.blogs.cnn.com/2012/05/02/russia-and-nato/", "cnn.com"),
        ("https://www.bbc.co.uk/news/world-1", "bbc.co.uk"),
        ("https://news.example.com.au:8080/a?b=c#d", "example.com.au"),
        ("//cdn.example.org/x", "example.org"),
        ("EXAMPLE.COM/path", "example.com"),
        ("https://www.paper.example/story", "paper.example"),
        ("https://user:secret@paper.fr/", "paper.fr"),
        ("http://192.0.2.7/index.html", "192.0.2.7"),
        ("https://пример.рф/новости", "пример.рф"),
        ("https://someone.blogspot.com/2008/03/post.html", "blogspot.com"),
        ("https://web.archive.org/web/20130217080612/http://paper.example/2012/08/story", "paper.example"),
        ("http://localhost/page", None),
        ("not an address", None),
        ("http://[broken", None),
        ("", None),
        (None, None),
    ],
)
def test_site_is_the_registered_domain(url: str | None, site: str | None) -> None:
    """The site is the registered domain, by the public suffix list; None where an address has none."""
    assert site_of(url) == site


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """The suffix list is the bundled one: telling a site opens no connection."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert site_of("https://a.b.example.co.jp/") == "example.co.jp"


def test_host_is_without_www() -> None:
    """The host is in lower case and without `www.` and the last dot."""
    assert host_of("http://WWW.Example.COM./x") == "example.com"
