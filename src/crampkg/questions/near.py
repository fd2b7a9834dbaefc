"""The terms narrower or wider than a thing, with the claims that name them."""

from __future__ import annotations

from crampkg.questions.bind import bind, serialize
from crampkg.records import NearTerm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from crampkg.engine.base import Engine

#: As far up and down as `claims-about` goes, which the faces point to.
_NEAR = """\
PREFIX ck: <https://w3id.org/crampkg/ontology#>
PREFIX g: <https://w3id.org/crampkg/graph/>
PREFIX kg: <https://w3id.org/crampkg/id/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT DISTINCT ?asked ?askedLabel ?step ?near ?nearLabel ?claim
WHERE {
  VALUES ?asked { kg:leg-pain } # param: thing
  {
    GRAPH g:background { ?near skos:broader+ ?asked }
    BIND ("narrower" AS ?step)
  } UNION {
    GRAPH g:background { ?asked skos:broader ?near }
    BIND ("wider" AS ?step)
  }
  GRAPH g:background {
    ?asked skos:prefLabel ?askedLabel .
    ?near skos:prefLabel ?nearLabel .
  }
  GRAPH g:claims {
    ?claim ck:claimSubject|ck:claimObject|ck:especiallyWhen|ck:statedFor|ck:viaMechanism ?near .
  }
}
ORDER BY ?askedLabel ?asked ?step ?nearLabel ?near ?claim
"""


def near_terms(things: Iterable[str], engine: Engine) -> tuple[NearTerm, ...]:
    """Return the terms narrower or wider than some things, by their IRIs, that claims name."""
    asked = [serialize(iri, "iri") for iri in dict.fromkeys(things)]
    if not asked:
        return ()
    found: dict[tuple[str, str, str, str, str], set[str]] = {}
    for values in engine.query(bind(_NEAR, {"thing": asked})).bindings():
        thing, thing_label, step, iri, label, claim = (each.text if each else "" for each in values)
        found.setdefault((thing, thing_label, step, iri, label), set()).add(claim)
    return tuple(NearTerm(*term, frozenset(claims)) for term, claims in found.items())
