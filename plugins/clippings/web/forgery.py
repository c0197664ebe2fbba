"""Forms that change something: sent by a page of ours, by the reader who is logged in, and by nobody else.

The login cookie goes along with whatever another site makes a browser send here, so it does not say that the reader
meant it. Two things say so, and both are asked for: the browser's own word on where the form was
(`Sec-Fetch-Site`, or `Origin` of browsers and plain-HTTP addresses that do not send it), and a token in the form that
only a page made for this reader holds.

A form posts `<input type="hidden" name="token" value="{{ token }}">`; its handler calls `Forms.posted`.
"""

import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from clippings.errors import ClippingsError

TOKEN = "token"  # noqa: S105 - the name of a field
"""The field that holds the token."""
VALID_SECONDS = 12 * 3600
"""How long a page may lie open before its form is sent."""
LARGEST = 64 * 1024
"""Bytes a form may have."""
MOST_FIELDS = 100
FORM = "application/x-www-form-urlencoded"


class RefusedFormError(ClippingsError):
    """A form that was not sent by a page of ours for this reader, or too late. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Forms:
    """Makes and checks the tokens of forms.

    `secret` has to be the same in all processes that serve the pages. `origins` are further addresses of this site
    (`https://archive.example`) where a proxy hides from us the one that the browser sees.
    """

    secret: bytes
    origins: frozenset[str] = frozenset()

    def token(self, reader: str) -> str:
        """A token for the forms of a page that is made for this reader."""
        return self._signed(reader, int(time.time()) + VALID_SECONDS)

    def _signed(self, reader: str, until: int) -> str:
        signature = hmac.digest(self.secret, f"{until}\0{reader}".encode("utf-8", "surrogatepass"), sha256)
        return f"{until}.{signature.hex()}"

    async def posted(self, request: Request, reader: str) -> Mapping[str, str]:
        """The fields of a form (of fields of one name the last), without the token.

        Raises RefusedFormError, with what the reader can do, where the form is not one of ours.
        """
        self._check_place(request)
        fields = await _fields(request)
        token = fields.pop(TOKEN, "")
        until = token.partition(".")[0]
        if not until.isascii() or not until.isdecimal() or len(until) > 12:
            raise RefusedFormError("The form came without its token: open the page again, and send it from there.")
        if not hmac.compare_digest(token.encode(), self._signed(reader, int(until)).encode()):
            raise RefusedFormError("The form was not made for this login: open the page again, and send it from there.")
        if int(until) < time.time():
            raise RefusedFormError("The page lay open for too long: open it again, and send the form from there.")
        return fields

    def _check_place(self, request: Request) -> None:
        """Raise unless the browser says that the form was on this site."""
        place = request.headers.get("sec-fetch-site")
        if place is not None:
            ours = place == "same-origin"
        else:
            origin = request.headers.get("origin", "")
            same_host = urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower() != ""
            ours = origin in self.origins or same_host
        if not ours:
            raise RefusedFormError("The form was sent from another site, or by a program that does not say from where.")


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form. Raises RefusedFormError where the body is none, or is too large."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise RefusedFormError("What was sent is no form.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise RefusedFormError(f"The form has more than {LARGEST:,} bytes.")
    try:
        return dict(
            parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
        )
    except ValueError as error:
        raise RefusedFormError(f"The form cannot be read: {error}.") from error
