"""The only place that spells an IRI: namespaces, prefixes and the names of the graphs."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

CK = "https://w3id.org/crampkg/ontology#"
DCT = "http://purl.org/dc/terms/"
GRAPH = "https://w3id.org/crampkg/graph/"
OBO = "http://purl.obolibrary.org/obo/"
#: The definition of a term, as tools of the OBO Foundry look for it: "definition" of IAO.
DEFINITION = OBO + "IAO_0000115"
KG = "https://w3id.org/crampkg/id/"
ONTOLOGY = "https://w3id.org/crampkg/ontology"
MAPPINGS = "https://w3id.org/crampkg/mappings/"
OWL = "http://www.w3.org/2002/07/owl#"
PROBLEM = "https://w3id.org/crampkg/problem/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
VOID = "http://rdfs.org/ns/void#"
XSD = "http://www.w3.org/2001/XMLSchema#"

#: Predeclared in every query and used by every writer, sorted by prefix. Prefixes of articles are
#: added when a graph is opened.
PREFIXES: dict[str, str] = {
    "cito": "http://purl.org/spar/cito/",
    "ck": CK,
    "dc": "http://purl.org/dc/elements/1.1/",
    "dct": DCT,
    "g": GRAPH,
    "kg": KG,
    "oa": "http://www.w3.org/ns/oa#",
    "obo": OBO,
    "owl": OWL,
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": RDF,
    "rdfs": RDFS,
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": "http://www.w3.org/ns/shacl#",
    "shape": "https://w3id.org/crampkg/shape/",
    "skos": SKOS,
    "sssom": "https://w3id.org/sssom/",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "xsd": XSD,
}

#: Prefixes for terms of other vocabularies, to which things are mapped.
MAPPED: dict[str, str] = {
    "BFO": OBO + "BFO_",
    "CHEBI": OBO + "CHEBI_",
    "CL": OBO + "CL_",
    "DOID": OBO + "DOID_",
    "ECO": OBO + "ECO_",
    "EFO": "http://www.ebi.ac.uk/efo/EFO_",
    "HP": OBO + "HP_",
    "ICD10CM": "http://purl.bioontology.org/ontology/ICD10CM/",
    "MAXO": OBO + "MAXO_",
    "MONDO": OBO + "MONDO_",
    "NCIT": OBO + "NCIT_",
    "RO": OBO + "RO_",
    "SCTID": "http://snomed.info/id/",
    "SYMP": OBO + "SYMP_",
    "UBERON": OBO + "UBERON_",
    "biolink": "https://w3id.org/biolink/vocab/",
    "mesh": "http://id.nlm.nih.gov/mesh/",
}

#: Short name of each named graph, in the order in which they are built.
GRAPHS: dict[str, str] = {
    name: GRAPH + name
    for name in ("ontology", "background", "claims", "facts-without-hedges", "inferred")
}

#: At a store: the graph that identifies its snapshot, and the namespace of the graphs used for
#: loading one.
SNAPSHOT = GRAPH + "snapshot"
LOADING = GRAPH + "loading/"

#: The origin of each graph, one of three (design, truth rule 6).
ORIGINS: dict[str, str] = {
    GRAPHS["ontology"]: "background",
    GRAPHS["background"]: "background",
    GRAPHS["claims"]: "article",
    GRAPHS["facts-without-hedges"]: "inferred",
    GRAPHS["inferred"]: "inferred",
}

_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


#: The prefix of each article's namespace. An IRI means the same in every graph, so the process has
#: one table. It only grows, and its prefixes never change their meaning.
_ARTICLES: dict[str, str] = {}


def add_articles(prefixes: Mapping[str, str]) -> None:
    """Register prefixes of articles for writing IRIs, each given with its namespace.

    A prefix that already stands for another article keeps its meaning.
    """
    taken = set(_ARTICLES.values())
    for prefix, namespace in prefixes.items():
        if prefix not in taken:
            _ARTICLES.setdefault(namespace, prefix)


def written_prefixes() -> dict[str, str]:
    """Return all prefixes for writing, with their namespaces, sorted by prefix."""
    articles = {prefix: namespace for namespace, prefix in _ARTICLES.items()}
    return dict(sorted({**PREFIXES, **articles}.items()))


def compress(iri: str) -> str:
    """Return `iri` as a CURIE with the longest fitting prefix, or unchanged when none fits."""
    home, slash, name = iri.rpartition("/")
    if (article := _ARTICLES.get(home + slash)) and _LOCAL.issuperset(name):
        return f"{article}:{name}"
    best = ""
    for prefix, namespace in PREFIXES.items():
        longer = len(namespace) > len(PREFIXES.get(best, ""))
        if iri.startswith(namespace) and longer and _LOCAL.issuperset(iri[len(namespace) :]):
            best = prefix
    return f"{best}:{iri[len(PREFIXES[best]) :]}" if best else iri


def shorten(iri: str) -> str:
    """Return the IRI of a mapped term as a CURIE, and any other as `compress` does."""
    fitting = [item for item in MAPPED.items() if iri.startswith(item[1])]
    prefix, namespace = max(fitting, key=lambda item: len(item[1]), default=("", ""))
    return f"{prefix}:{iri[len(namespace) :]}" if prefix else compress(iri)


def readable(iri: str) -> str:
    """Return `iri` for people: as a CURIE, or in angle brackets if it looks like one."""
    curie = compress(iri)
    return f"<{iri}>" if curie == iri and expand(iri, written_prefixes()) else curie


def expand(curie: str, prefixes: Mapping[str, str] = PREFIXES) -> str | None:
    """Return the IRI of `curie`, or None when its prefix is none of `prefixes`."""
    return _expanded(curie, prefixes)


def lengthen(curie: str) -> str | None:
    """Return the IRI of a mapped term from a CURIE written by `shorten`, or None."""
    return _expanded(curie, MAPPED)


def _expanded(curie: str, prefixes: Mapping[str, str]) -> str | None:
    prefix, colon, local = curie.partition(":")
    return prefixes[prefix] + local if colon and prefix in prefixes else None
