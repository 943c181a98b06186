"""The progress bar of a long command."""

from types import TracebackType
from typing import Any

_WIDTH = 30


class ProgressBar:
    """A bar on one line, erased at the end; draws nothing if the stream is no terminal."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._drawn = 0

    def show(self, done: int, expected: int) -> None:
        """Draw the bar anew; `expected` is 0 while the number of rows is not known."""
        if not self._is_terminal:
            return
        share = min(1.0, done / expected) if expected else 0.0
        filled = round(share * _WIDTH)
        bar = "#" * filled + "-" * (_WIDTH - filled)
        self._draw(f"[{bar}] {share:4.0%} {done} lignes")

    def __enter__(self) -> "ProgressBar":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._drawn:
            self._draw("")
            self._draw("")

    def _draw(self, line: str) -> None:
        self._stream.write("\r" + line.ljust(self._drawn), ending="")
        self._stream.flush()
        self._drawn = len(line)
