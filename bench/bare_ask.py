"""The least that can answer a question: parse N-Quads, run a query, write CSV.

`python bench/bare_ask.py SNAPSHOT.nq QUERY.rq` is what `bench/ask_csv.py` measures against.
"""

import sys

from pyoxigraph import QueryResultsFormat, RdfFormat, Store

with open(sys.argv[1], "rb") as quads, open(sys.argv[2], encoding="utf-8") as query:
    store = Store()
    store.load(quads.read(), format=RdfFormat.N_QUADS, lenient=True)
    solutions = store.query(query.read())
    csv = solutions.serialize(format=QueryResultsFormat.CSV)  # type: ignore[arg-type]  # a SELECT
    sys.stdout.buffer.write(csv or b"")
