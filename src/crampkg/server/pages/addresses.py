"""Where things are on this server: the path of a thing's IRI, and the links of the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from crampkg.vocabulary import CK, GRAPH, KG, ONTOLOGY, PROBLEM, compress

if TYPE_CHECKING:
    from collections.abc import Iterable


def address(iri: str) -> str:
    """Return where the thing with an IRI is shown: here if it is ours, else the IRI itself.

    Empty for what is no http or https address, since a link to it might do anything.
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
    """Tell whether a link stays on this server."""
    return link.startswith("/")


def link(path: str, values: Iterable[tuple[str, str]]) -> str:
    """Return the address of a path with parameters by name."""
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
