"""A copy of an article's text, which gives up a span only when its digest fits."""

from __future__ import annotations

from crampkg.sources import read_text


class Article:
    """The text of an article; positions count Unicode code points from 0, the end exclusive."""

    def __init__(self, text: str, path: str = "") -> None:
        self.text = text
        self.path = path

    @classmethod
    def read(cls, path: str) -> Article:
        """Return the article in the file `path`, without a byte order mark, each line end one LF.

        Raises `SourceError` when the file cannot be read or is not UTF-8.
        """
        return cls(read_text(path, f"The article {path}"), path)

    def quote(self, start: int, end: int, sha256: str) -> str | None:
        """Return the span from `start` to `end`, or None when it is not what was recorded.

        `sha256` is the digest, in hexadecimal, of the span in UTF-8.
        """
        import hashlib

        span = self.text[start:end]
        fits = hashlib.sha256(span.encode()).hexdigest() == sha256
        return span if fits else None
