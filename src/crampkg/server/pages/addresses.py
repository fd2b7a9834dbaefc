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


def question(id: str, values: Iterable[tuple[str, str]] = ()) -> str:
    """Return the address of a question's page, with parameters by name."""
    return _with(f"/questions/{quote(id)}", values)


def answer(id: str, values: Iterable[tuple[str, str]], format: str) -> str:
    """Return the address of an answer in a format, for programs."""
    return _with(f"/api/questions/{quote(id)}", [*values, ("format", format)])


def why(subject: str, predicate: str, object: str) -> str:
    """Return the address of the page that explains a triple of IRIs."""
    parts = {"subject": subject, "predicate": predicate, "object": object}
    return _with("/why", [(name, compress(iri)) for name, iri in parts.items()])


def editor(query: str) -> str:
    """Return the address of the editor with a query in it."""
    return _with("/editor", [("query", query)])


def picture(values: Iterable[tuple[str, str]]) -> str:
    """Return the address of a picture, of what its parameters ask for."""
    return _with("/picture", values)


def of_kind(iri: str) -> str:
    """Return the address of the list of the things of a class."""
    return _with("/concepts", [("kind", compress(iri))])


def concepts(values: Iterable[tuple[str, str]]) -> str:
    """Return the address of a list of concepts."""
    return _with("/concepts", values)


def api(name: str, values: Iterable[tuple[str, str]]) -> str:
    """Return an address of the API, with parameters by name."""
    return _with(f"/api/{name}", values)


def _with(path: str, values: Iterable[tuple[str, str]]) -> str:
    encoded = urlencode(list(values), safe=":/")
    return f"{path}?{encoded}" if encoded else path
