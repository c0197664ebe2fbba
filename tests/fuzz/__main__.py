"""`python -m tests.fuzz TARGET`: a coverage-guided fuzzer (libFuzzer, by atheris) over readers or pipeline.

What it finds it writes to the folder of `--found`, with the reason, and goes on; a finding is then moved to
`tests/fuzz/found/<target>/`, where every `make test` tries it.
"""

import argparse
import os
import sys
import tempfile
import time
import traceback
from hashlib import sha256
from pathlib import Path

import atheris

# Only our own code is instrumented: what is looked for are new ways through it. What the libraries under it make of an
# input shows in the ways that ours takes.
with atheris.instrument_imports(include=["clippings"], enable_loader_override=False):
    from tests.fuzz.targets import TARGETS, Target, clear, within_bounds

DICTIONARY = Path(__file__).with_name("words.dict")
LONGEST = 60_000
"""Bytes of an input at most."""
MEGABYTES = 3000
SECONDS_AN_INPUT = 60


class _Notes:
    """Keeps the first input of each kind of finding, and goes on."""

    def __init__(self, name: str, target: Target, folder: Path, seconds: float, runs: int | None) -> None:
        self.end = time.monotonic() + seconds
        self.runs = runs
        self.name = name
        self.target = target
        self.folder = folder
        self.tried = 0
        self.kinds: dict[str, str] = {}

    def try_one(self, data: bytes) -> None:
        """Try an input. What is found is written down, once for each place that it comes from."""
        if time.monotonic() > self.end or self.tried == self.runs:
            self.conclude()
        self.tried += 1
        try:
            within_bounds(data, self.target.work)
        except Exception as error:  # whatever it is, it is what is looked for
            frames = traceback.extract_tb(error.__traceback__)
            place = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-4:]))
            kind = f"{type(error).__name__} at {place}"
            if kind not in self.kinds:
                file = self.folder / f"{self.name}-{sha256(data).hexdigest()[:12]}"
                file.write_bytes(data)
                self.kinds[kind] = f"{file}: {kind}: {error}"
                print(f"FOUND {self.kinds[kind]:.600}", flush=True)

    def conclude(self) -> None:
        """Say what was tried and found, and end the process: libFuzzer would end it without a word."""
        clear()
        print(f"{self.name}: {self.tried} inputs tried, {len(self.kinds)} kinds of findings", flush=True)
        os._exit(1 if self.kinds else 0)


def main() -> None:
    """Run until the time is up. Ends with 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=list(TARGETS))
    parser.add_argument("--seconds", type=int, default=60, help="how long to go on (60)")
    parser.add_argument("--runs", type=int, help="end after so many inputs")
    parser.add_argument("--corpus", type=Path, help="keep the inputs that led to new ways through the code here")
    parser.add_argument("--found", type=Path, default=Path(tempfile.gettempdir()), help="write findings here")
    arguments = parser.parse_args()
    target = TARGETS[arguments.target]
    corpus = arguments.corpus or Path(tempfile.mkdtemp(prefix="clippings-corpus-"))
    corpus.mkdir(parents=True, exist_ok=True)
    arguments.found.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number:03}").write_bytes(seed)
    options = [
        f"-max_len={LONGEST}",
        f"-timeout={SECONDS_AN_INPUT}",
        f"-rss_limit_mb={MEGABYTES}",
        f"-dict={DICTIONARY}",
        f"-artifact_prefix={arguments.found}/{arguments.target}-",
        "-verbosity=0",
    ]
    notes = _Notes(arguments.target, target, arguments.found, arguments.seconds, arguments.runs)
    atheris.Setup([sys.argv[0], *options, str(corpus)], notes.try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
