"""For schemathesis, as a hook: how a query is sent as the body of a request."""

from __future__ import annotations

from typing import Any

import schemathesis


@schemathesis.serializer("application/sparql-query")
def query(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """Return the text of a query in UTF-8."""
    return str(value).encode(errors="surrogatepass")
