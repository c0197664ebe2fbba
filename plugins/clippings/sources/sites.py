"""The site an address belongs to: its registered domain, by the public suffix list that tldextract carries."""

from functools import cache, lru_cache
from urllib.parse import urlsplit

import tldextract

from clippings.addresses import original_address


@cache
def _extractor() -> tldextract.TLDExtract:
    """Reads the bundled list only: it fetches nothing and writes no cache."""
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True)


def host_of(url: str | None) -> str | None:
    """The host of an address in lower case, without `www.`; None where there is none. Of a copy in a web archive it is
    the host of what was copied."""
    if not url:
        return None
    try:
        host = urlsplit(original_address(url)).hostname
    except ValueError:
        return None
    if not host or "." not in host:
        return None
    return host.rstrip(".").removeprefix("www.")


@lru_cache(maxsize=4096)
def site_of(url: str | None) -> str | None:
    """The registered domain of an address, such as `cnn.com` or `bbc.co.uk`; None where there is none.

    Under a suffix that is not on the list the last two labels count. A numeric address is its own site.
    """
    host = host_of(url)
    if host is None:
        return None
    parts = _extractor()(host, include_psl_private_domains=False)
    if parts.domain and parts.suffix:
        return f"{parts.domain}.{parts.suffix}"
    if parts.suffix and not parts.domain:
        return host
    return parts.ipv4 or ".".join(host.split(".")[-2:])
