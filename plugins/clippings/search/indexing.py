"""Filing articles: one outcome for every single one, and nothing written that is there already.

One table (`_DECISIONS`) says what an answer means, for a document and for a whole request alike.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum, auto
from hashlib import blake2b
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import TransportError

from clippings.articles import Article
from clippings.errors import ServiceError
from clippings.search.aliases import missing_index, write_alias
from clippings.search.client import (
    ASK_ONCE,
    Patience,
    UnavailableError,
    blocked,
    error_reason,
    error_type,
    is_blocked,
)
from clippings.search.documents import body
from clippings.settings import OpenSearchSettings

KIBIBYTE = 1024
SMALLEST, FIRST, LARGEST = 64 * KIBIBYTE, 1024 * KIBIBYTE, 8 * 1024 * KIBIBYTE
"""Bytes in a batch: it grows while answers come quickly, and shrinks when they come slowly or not at all."""

QUICK, SLOW = 1.0, 8.0
"""Seconds a batch takes: below the first the next may be larger, above the second it must be smaller."""

ACTION_BYTES = 24
"""Of a bulk request's line that says what to do, beside the id."""

MOST_DOCUMENTS = 1000
"""Documents in a batch, however small they are."""

PATIENCE = Patience(total=120.0)
"""How long a batch is sent again while OpenSearch takes nothing: longer than it needs to be started again."""

MISSING = 404
NO_INDEX = "index_not_found_exception"

SHARD_SECONDS = 10
"""How long OpenSearch waits for a shard that is not there. By its own minute, our request would have timed out before it
could say what it lacks."""


class Status(StrEnum):
    """What became of one article."""

    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the article with this id; `message` says why where it was refused."""

    id: str
    status: Status
    message: str = ""


BeforeNew = Callable[[Mapping[str, Mapping[str, Any]]], None]
"""Called with the bodies, by id, of articles that the index does not hold yet, just before they are sent to it."""


class _Decision(Enum):
    DONE = auto()
    LOOK = auto()
    RETRY = auto()
    SPLIT = auto()
    REFUSE = auto()
    STOP = auto()


_DECISIONS = {
    200: _Decision.DONE,
    201: _Decision.DONE,
    400: _Decision.REFUSE,
    401: _Decision.STOP,
    403: _Decision.STOP,
    MISSING: _Decision.STOP,  # the index, or the write alias, is missing
    409: _Decision.LOOK,  # somebody else has just written it
    413: _Decision.SPLIT,
    429: _Decision.RETRY,
    500: _Decision.RETRY,
    502: _Decision.RETRY,
    503: _Decision.RETRY,
    504: _Decision.RETRY,
}
"""HTTP status, of a document or of a request, to what is done; what is not named here stops the run."""


def _decide(status: int, info: object) -> _Decision:
    """What to do on this answer; a read-only index or cluster stops the run whatever status it has."""
    return _Decision.STOP if is_blocked(status, info) else _DECISIONS.get(status, _Decision.STOP)


@dataclass(frozen=True, slots=True)
class _Filed:
    """What the index holds under an id: the hash, and the version that a write must still meet."""

    hash: str
    seq_no: int
    primary_term: int


@dataclass(frozen=True, slots=True)
class _Document:
    """An article written out: its id, its hash, its line of a bulk request, and what it is to replace.

    A write goes through only where the index still holds what was seen there: of two runs that file the same article
    at once one writes, and the other finds it unchanged. `sent` is said of those whose first answer was lost.
    """

    id: str
    hash: str
    line: bytes
    replaces: _Filed | None = None
    sent: bool = False

    @property
    def size(self) -> int:
        """Bytes in a request, about."""
        return len(self.line) + len(self.id) + ACTION_BYTES

    @property
    def lines(self) -> bytes:
        """The two lines of a bulk request."""
        if self.replaces is None:
            action: dict[str, dict[str, object]] = {"create": {"_id": self.id}}
        else:
            version = {"if_seq_no": self.replaces.seq_no, "if_primary_term": self.replaces.primary_term}
            action = {"index": {"_id": self.id, **version}}
        return json.dumps(action).encode() + b"\n" + self.line


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the server says of one document: an HTTP status, and the error where it is one."""

    status: int
    info: object


@dataclass(slots=True)
class _BatchSize:
    """How many bytes the next batch may have; shared by the threads that send."""

    current: int = FIRST
    largest: int = LARGEST
    lock: threading.Lock = field(default_factory=threading.Lock)

    def took(self, seconds: float) -> None:
        """Learn from a batch that went through."""
        with self.lock:
            if seconds < QUICK:
                self.current = min(self.current * 3 // 2, self.largest)
            elif seconds > SLOW:
                self.current = max(self.current // 2, SMALLEST)

    def was_too_much(self, sent: int | None = None) -> None:
        """Learn from a batch that was turned away; `sent` where the server says that so many bytes are too many."""
        with self.lock:
            self.current = max(self.current // 2, SMALLEST)
            if sent is not None:
                self.largest = max(min(self.largest, sent // 2), SMALLEST)
                self.current = min(self.current, self.largest)


def _written(article: Article) -> _Document | Outcome:
    """The article as a bulk action, or its refusal where it cannot be written as UTF-8."""
    document = body(article)
    try:
        line = f"{json.dumps(document, ensure_ascii=False)}\n".encode()
    except UnicodeEncodeError as error:
        return Outcome(article.id, Status.REFUSED, f"The article holds half a character that cannot be filed: {error}.")
    return _Document(article.id, str(document["article_hash"]), line)


class _Filer:
    """Sends batches to one cluster. Safe to use from several threads."""

    def __init__(
        self, client: OpenSearch, settings: OpenSearchSettings, patience: Patience, before_new: BeforeNew | None
    ) -> None:
        self.client = client
        self.settings = settings
        self.patience = patience
        self.before_new = before_new
        self.size = _BatchSize()
        self.given_up = threading.Event()
        """Set when one batch has failed for good: the others need not be waited for."""
        self.failure: ServiceError | None = None
        """What the first batch failed with that did."""

    def file(self, batch: list[_Document]) -> list[Outcome]:
        """File one batch: an outcome for each document, in their order. Raises ServiceError."""
        try:
            return self._file(batch)
        except ServiceError as error:
            self.failure = self.failure or error
            self.given_up.set()
            raise

    def _file(self, batch: list[_Document]) -> list[Outcome]:
        started = time.monotonic()
        filed = self._filed(batch)
        changed = [
            replace(document, replaces=there)
            for document in batch
            if (there := filed.get(document.id)) is None or there.hash != document.hash
        ]
        new = [document for document in changed if document.replaces is None]
        if self.before_new is not None and new:
            self.before_new({document.id: json.loads(document.line) for document in new})
        outcomes = {document.id: Outcome(document.id, Status.UNCHANGED) for document in batch}
        for outcome in self._send(changed):
            outcomes[outcome.id] = outcome
        self.size.took(time.monotonic() - started)
        return list(outcomes.values())

    def _filed(self, batch: list[_Document]) -> dict[str, _Filed]:
        """What the index holds under the ids of the batch."""
        waits = self.patience.waits()
        while True:
            try:
                answer = self.client.mget(
                    body={"ids": [document.id for document in batch]},
                    index=write_alias(self.settings),
                    params={"_source_includes": "article_hash"},
                )
                unknown = next((each for each in answer["docs"] if "error" in each), None)
                if unknown is not None:  # a shard that is not there yet, or no index at all
                    if error_type(unknown) == NO_INDEX and not self._has_index():
                        raise missing_index(self.settings)
                    raise UnavailableError(error_reason(unknown))
                return {
                    each["_id"]: _Filed(each["_source"]["article_hash"], each["_seq_no"], each["_primary_term"])
                    for each in answer["docs"]
                    if each["found"]
                }
            except UnavailableError as error:
                self._wait(waits, f" ({error})")
            except TransportError as error:
                raise self._stop(error.status_code, error.info) from error

    def _has_index(self) -> bool:
        """Whether there is an index, asked of the cluster as a whole: a node that has lost its last shard of one (to a
        full disk, say) answers for a while that there is none. A cluster that cannot say is taken to have it."""
        try:
            return bool(self.client.indices.exists_alias(name=write_alias(self.settings), params={ASK_ONCE: True}))
        except UnavailableError:
            return True

    def _answers(self, documents: list[_Document]) -> list[_Answer]:
        """Send documents once: an answer for each. What befalls the request as a whole befalls each of them."""
        try:
            answer = self.client.bulk(
                body=b"".join(document.lines for document in documents),
                index=write_alias(self.settings),
                params={
                    "require_alias": "true",
                    "filter_path": "items.*.status,items.*.error",
                    "timeout": f"{SHARD_SECONDS}s",  # OpenSearch's; the library's own has another name
                    "request_timeout": self.settings.timeout,
                    ASK_ONCE: True,
                },
            )
        except UnavailableError as error:
            return [_Answer(503, {"error": {"reason": str(error)}})] * len(documents)
        except TransportError as error:
            status = int(error.status_code)
            if _decide(status, error.info) is _Decision.REFUSE and len(documents) > 1:
                status = 413  # one document spoils the request: sent in halves, it is found
            return [_Answer(status, error.info)] * len(documents)
        results = [result for item in answer["items"] for result in item.values()]
        return [_Answer(result["status"], result) for result in results]

    def _send(self, documents: list[_Document]) -> Iterator[Outcome]:
        """Send documents until each has an outcome, again and again where the answer is temporary."""
        waits = self.patience.waits()
        while documents:
            retried: list[_Document] = []
            looked_at: list[_Document] = []
            last: _Answer | None = None
            answers = self._answers(documents)
            astray = any(answer.status == MISSING for answer in answers) and self._has_index()
            for document, answer in zip(documents, answers, strict=True):
                match _decide(answer.status, answer.info):
                    case _Decision.DONE:
                        yield Outcome(document.id, Status.INDEXED)
                    case _Decision.REFUSE:
                        yield Outcome(document.id, Status.REFUSED, error_reason(answer.info))
                    case _Decision.LOOK:
                        looked_at.append(document)
                    case _Decision.RETRY:
                        retried.append(replace(document, sent=True))
                        last = answer
                    case _Decision.SPLIT:
                        yield from self._send_in_halves(documents)
                        return
                    case _Decision.STOP if astray and answer.status == MISSING:
                        retried.append(document)
                        last = answer
                    case _Decision.STOP:
                        raise self._stop(answer.status, answer.info)
            if last is not None:
                waits = self.patience.waits() if len(retried) < len(documents) else waits  # some went through
                self.size.was_too_much()
                self._wait(waits, f" ({last.status}, {error_reason(last.info)})")
            done, changed = self._look_again(looked_at)
            yield from done
            documents = retried + changed

    def _look_again(self, documents: list[_Document]) -> tuple[list[Outcome], list[_Document]]:
        """Of documents that the index no longer holds as they were seen: what is done, and what is sent once more."""
        done, changed = [], []
        filed = self._filed(documents) if documents else {}
        for document in documents:
            there = filed.get(document.id)
            if there is None or there.hash != document.hash:
                changed.append(replace(document, replaces=there))
            else:  # written by this very run if the answer to an earlier request was lost
                done.append(Outcome(document.id, Status.INDEXED if document.sent else Status.UNCHANGED))
        return done, changed

    def _send_in_halves(self, documents: list[_Document]) -> Iterator[Outcome]:
        """Two smaller requests for one that was too large; a document too large by itself is refused."""
        sent = sum(document.size for document in documents)
        if len(documents) == 1:
            message = f"The article has {sent:,} bytes, more than OpenSearch takes (http.max_content_length)."
            yield Outcome(documents[0].id, Status.REFUSED, message)
            return
        self.size.was_too_much(sent)
        half = len(documents) // 2
        yield from self._send(documents[:half])
        yield from self._send(documents[half:])

    def _wait(self, waits: Iterator[float], detail: str = "") -> None:
        wait = next(waits, None)
        if wait is None:
            raise UnavailableError(
                f"OpenSearch at {self.settings.url} took no documents for {self.patience.total:.0f} seconds{detail}: "
                "see that it runs and has room, then start the run again; what is filed is not filed twice."
            )
        if self.given_up.wait(wait):
            raise self.failure or UnavailableError("Filing was ended before this batch was filed.")

    def _stop(self, status: int | str, info: object) -> ServiceError:
        """Why this run cannot go on, in a sentence."""
        if is_blocked(status, info):
            return blocked(self.settings.url, info)
        if status == MISSING:
            return missing_index(self.settings)
        return ServiceError(f"OpenSearch at {self.settings.url} answered {status}: {error_reason(info)}.")


def file_articles(
    client: OpenSearch,
    settings: OpenSearchSettings,
    articles: Iterable[Article],
    *,
    threads: int = 2,
    patience: Patience | None = None,
    before_new: BeforeNew | None = None,
) -> Iterator[Outcome]:
    """File articles under their ids; one `Outcome` for each, in no particular order.

    Lazy: articles are taken as batches are sent, `threads` at a time, so memory does not grow with their number but
    for 100 bytes an article (to know those that come twice). An article whose `article_hash` is in the index already
    is not written. Nothing is refreshed: call `aliases.refresh` where it must be findable at once. `before_new` is told
    of each article that is new, before it is filed: after a kill it is told again, so nothing new passes it by.

    Raises ServiceError where going on makes no sense: no access, no index, a read-only index, or no answer for as
    long as `patience` (two minutes) lasts. The articles of batches under way then have no outcome; filing them again
    is safe.
    """
    filer = _Filer(client, settings, patience or PATIENCE, before_new)
    seen: set[bytes] = set()
    batch: list[_Document] = []
    batch_bytes = 0
    waiting: deque[Future[list[Outcome]]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="filing")
    try:
        for article in articles:
            key = blake2b(article.id.encode("utf-8", "surrogatepass"), digest_size=16).digest()
            if key in seen:
                yield Outcome(article.id, Status.DUPLICATE)
                continue
            seen.add(key)
            document = _written(article)
            if isinstance(document, Outcome):
                yield document
                continue
            if batch and (batch_bytes + document.size > filer.size.current or len(batch) >= MOST_DOCUMENTS):
                waiting.append(pool.submit(filer.file, batch))
                batch, batch_bytes = [], 0
                while len(waiting) > threads or (waiting and waiting[0].done()):
                    yield from waiting.popleft().result()
            batch.append(document)
            batch_bytes += document.size
        if batch:
            waiting.append(pool.submit(filer.file, batch))
        while waiting:
            yield from waiting.popleft().result()
    finally:
        filer.given_up.set()
        pool.shutdown(wait=True, cancel_futures=True)
