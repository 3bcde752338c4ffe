"""Counts cases and prints one line for each."""

from __future__ import annotations

import contextlib
import fnmatch
import sys
import threading
import traceback
from collections.abc import Iterator


class Failure(Exception):
    """A case did not do what was expected; the text says what."""


class Skipped(Exception):
    """A case does not apply here; the text says why."""


def expect(condition: object, message: str) -> None:
    """Raises `Failure` with the message unless the condition holds."""
    if not condition:
        raise Failure(message)


def expect_equal(got: object, want: object, what: str) -> None:
    """Raises `Failure` unless both are equal."""
    if got != want:
        raise Failure(f"{what}: got {got!r}, want {want!r}")


class Report:
    """The outcome of all cases. Its methods may be called from any thread."""

    def __init__(self, only: list[str], verbose: bool) -> None:
        self.passed = 0
        self.failed: list[str] = []
        self.skipped = 0
        self._only = only
        self._verbose = verbose
        self._lock = threading.Lock()

    def wants(self, name: str) -> bool:
        """Whether the case is among those asked for."""
        return not self._only or any(fnmatch.fnmatch(name, pattern) for pattern in self._only)

    def ok(self, name: str, note: str = "") -> None:
        with self._lock:
            self.passed += 1
            self._line("PASS", name, note)

    def fail(self, name: str, why: str) -> None:
        with self._lock:
            self.failed.append(name)
            self._line("FAIL", name, why)

    def skip(self, name: str, why: str) -> None:
        with self._lock:
            self.skipped += 1
            self._line("SKIP", name, why)

    @contextlib.contextmanager
    def case(self, name: str) -> Iterator[list[str]]:
        """Runs the body as a case of this name; whatever it raises is the case's failure.

        The body gets a list to leave notes in, printed when the case passes.
        """
        notes: list[str] = []
        try:
            yield notes
        except Skipped as reason:
            self.skip(name, str(reason))
        except Exception as error:  # noqa: BLE001: a broken case must not end the run
            if self._verbose and not isinstance(error, Failure):
                traceback.print_exc()
            what = str(error) if isinstance(error, Failure) else f"{type(error).__name__}: {error}"
            self.fail(name, what)
        else:
            self.ok(name, "; ".join(notes))

    def finish(self) -> int:
        """Prints the failures again and the summary; returns the exit status."""
        if self.failed:
            print("\nfailed:")
            for name in self.failed:
                print(f"  {name}")
        print(f"\n{self.passed} passed, {len(self.failed)} failed, {self.skipped} skipped", flush=True)
        return 1 if self.failed else 0

    @staticmethod
    def _line(verdict: str, name: str, note: str) -> None:
        note = " ".join(note.split())[:700]
        print(f"{verdict} {name}" + (f"  -- {note}" if note else ""), flush=True)
        if verdict == "FAIL":
            sys.stderr.flush()
