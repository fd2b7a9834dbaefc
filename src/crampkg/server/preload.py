"""The graph, loaded once in the fork server, so that each worker is born with it.

Importing this module opens the graph of `$CRAMPKG_SOURCES` (else our own), because that is all
that `multiprocessing.set_forkserver_preload` can be told to do. A worker that replaces a killed one
shares the memory of the fork server instead of reading the graph again.
"""

from __future__ import annotations

import gc

from crampkg.graph import KnowledgeGraph
from crampkg.library import read_own
from crampkg.server import jobs
from crampkg.server.limits import Limits

GRAPH = KnowledgeGraph.open()

read_own()
jobs.warm(GRAPH, Limits())
gc.collect()
gc.freeze()  # or the first collection in each worker would copy the pages that they share
