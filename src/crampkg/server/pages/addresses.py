"""Addresses on this server: of IRIs, questions, derivations and lists."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from crampkg.vocabulary import CK, GRAPH, KG, ONTOLOGY, PROBLEM, compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def address(iri: str) -> str:
    """Return the address of an IRI's page: a path on this server if it is ours, else the IRI.

    Other schemes than http and https give "", since a link to them could run a script.
    """
    if iri.startswith(KG):
        return f"/id/{quote(iri.removeprefix(KG))}"
    if iri.startswith(CK):
        return f"/ontology#{quote(iri.removeprefix(CK))}"
    if iri == ONTOLOGY:
        return "/ontology"
    if iri.startswith(PROBLEM):
        return f"/problem/{quote(iri.removeprefix(PROBLEM))}"
    if iri.startswith(GRAPH):
        return f"/graph/{quote(iri.removeprefix(GRAPH))}"
    return iri if iri.startswith(("http://", "https://")) else ""


def is_ours(link: str) -> bool:
    """Return whether a link stays on this server."""
    return link.startswith("/")


def link(path: str, values: Iterable[tuple[str, str]]) -> str:
    """Return a path with parameters in its query string."""
    encoded = urlencode(list(values), safe=":/")
    return f"{path}?{encoded}" if encoded else path


def question(id: str, values: Iterable[tuple[str, str]] = ()) -> str:
    """Return the address of a question's page, with parameters by name."""
    return link(f"/questions/{quote(id)}", values)


def why(subject: str, predicate: str, object: str) -> str:
    """Return the address of the page that explains a triple of IRIs."""
    parts = {"subject": subject, "predicate": predicate, "object": object}
    return link("/why", [(name, compress(iri)) for name, iri in parts.items()])


def of_kind(iri: str) -> str:
    """Return the address of the list of the things of a class."""
    return link("/concepts", [("kind", compress(iri))])
