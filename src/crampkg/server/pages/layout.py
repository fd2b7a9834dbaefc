"""The layout that all pages share: templates, navigation, static files, and headers."""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
from typing import Any, NamedTuple

import jinja2

from crampkg import __version__
from crampkg.answers.remarks import status_lines
from crampkg.model import NOTICE
from crampkg.server.media import Reply
from crampkg.server.pages import addresses
from crampkg.text import capitalized
from crampkg.vocabulary import compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.resources.abc import Traversable

    from starlette.requests import Request

    from crampkg.graph import KnowledgeGraph

#: Pages load nothing from other servers, and no inline script or style.
POLICY = (
    "default-src 'none'; base-uri 'none'; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; img-src 'self'; script-src 'self'; "
    "style-src 'self'"
)

#: The headers of every page.
HEADERS = {
    "content-security-policy": POLICY,
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}

#: The addresses at the top of every page, with their names.
NAVIGATION = (
    ("/questions", "Questions"),
    ("/concepts", "Concepts"),
    ("/picture", "Picture"),
    ("/editor", "Editor"),
    ("/evidence", "Evidence"),
    ("/about", "About"),
    ("/api", "API"),
)


class Visit(NamedTuple):
    """The part of a request that a page depends on."""

    asked: Sequence[tuple[str, str]] = ()  # the parameters of the address
    base: str = ""  # the URL of the server's root
    name: str = ""  # the last part of the address: the name of a thing or the id of a question
    look: str = ""  # the digest of templates and static files: a change makes cached pages stale

    @classmethod
    def of(cls, request: Request, name: str = "") -> Visit:
        """Return the visit of a request."""
        asked = request.query_params.multi_items()
        return cls(asked, str(request.base_url).rstrip("/"), name, digest())


def page(
    template: str, graph: KnowledgeGraph, here: str = "", status: int = 200, **context: Any
) -> Reply:
    """Return the page of a template; `here` is its address in the navigation."""
    return Reply(render(template, graph, here, **context).encode(), "text/html", status)


def render(template: str, graph: KnowledgeGraph, here: str = "", **context: Any) -> str:
    """Return the text of a template; `here` is its address in the navigation."""
    statuses = graph.statuses
    return (
        environment()
        .get_template(template)
        .render(
            here=here,
            topic=graph.topic,
            several=len(statuses) > 1,
            the_article="an article" if len(statuses) > 1 else "the article",
            disclaimers=[NOTICE, *dict.fromkeys(status.disclaimer for status in statuses)],
            status_lines=status_lines(statuses),
            **context,
        )
    )


@functools.cache
def environment() -> jinja2.Environment:
    """Return the templates, which escape all variables."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("crampkg.server"),
        autoescape=True,
        auto_reload=False,
        cache_size=-1,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.filters |= {"address": addresses.address, "curie": compress, "sentence": capitalized}
    made.tests |= {"leaving": lambda link: not addresses.is_ours(link)}
    made.globals |= {"navigation": NAVIGATION, "static": static, "version": __version__}
    return made


def _folder(name: str) -> list[Traversable]:
    """Return the files of a folder of this package, by name."""
    files = importlib.resources.files("crampkg.server").joinpath(name).iterdir()
    return sorted((file for file in files if file.is_file()), key=lambda file: file.name)


@functools.cache
def digest() -> str:
    """Return a digest of all templates and static files."""
    total = hashlib.sha256()
    for folder in ("static", "templates"):
        for file in _folder(folder):
            total.update(file.read_bytes())
    return total.hexdigest()[:12]


def static_contents() -> dict[str, bytes]:
    """Return the content of each file of `static/`."""
    return {file.name: file.read_bytes() for file in _folder("static")}


@functools.cache
def static(name: str) -> str:
    """Return the address of a file of `static/`, which changes with the content."""
    content = importlib.resources.files("crampkg.server").joinpath("static", name).read_bytes()
    return f"/static/{name}?{hashlib.sha256(content).hexdigest()[:12]}"
