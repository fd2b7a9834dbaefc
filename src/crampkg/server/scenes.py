"""From a request for a picture to its scene."""

from __future__ import annotations

import json
import textwrap
from typing import Any, NamedTuple

from crampkg.answers.remarks import status_lines
from crampkg.picture import gather, svg
from crampkg.picture.scene import LAYERS, ORIGINS, plain, shortened, styles_of
from crampkg.server.problems import Problem, refuse_empty
from crampkg.text import natural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from crampkg.graph import KnowledgeGraph
    from crampkg.picture.scene import Scene

#: Larger pictures are unreadable, and slow to lay out.
MOST_THINGS = 400
MOST_LINKS = 900
#: The most bytes of a scene, which the server itself parses.
MOST_BYTES = 4 << 20

#: The width of a caption in characters, with room for wider fonts.
_LINE = 90

#: How many steps around a thing a picture may show.
DEPTHS = (1, 2)

#: The layers and origins drawn by default for the whole graph: more lines would hide each other.
_WHOLE_LAYERS = ("evidence", "causes", "arteries", "conditions", "symptoms", "sites", "tests")
_WHOLE_ORIGINS = ("article", "background")

_ALL_LAYERS = tuple(layer.key for layer in LAYERS)


class Options(NamedTuple):
    """The options of a picture: a concept, a question, a query, or else the whole graph."""

    concept: str = ""
    depth: int = DEPTHS[0]
    question: str = ""
    params: Mapping[str, Sequence[str]] = {}
    query: str = ""
    layers: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The options as the parameters of an address."""
        pairs = [("concept", self.concept), ("question", self.question), ("query", self.query)]
        if self.concept:
            pairs.append(("depth", str(self.depth)))
        pairs += [(name, value) for name, values in self.params.items() for value in values]
        pairs += [("layer", layer) for layer in self.layers]
        pairs += [("origin", origin) for origin in self.origins]
        return [(name, value) for name, value in pairs if value]

    @property
    def drawn_layers(self) -> tuple[str, ...]:
        """The layers to draw; by default all, but fewer for the whole graph."""
        return self.layers or (_WHOLE_LAYERS if self.is_whole else _ALL_LAYERS)

    @property
    def drawn_origins(self) -> tuple[str, ...]:
        """The origins to draw; by default all, but fewer for the whole graph."""
        return self.origins or (_WHOLE_ORIGINS if self.is_whole else ORIGINS)

    @property
    def unreduced(self) -> Options:
        """The same options with every layer and origin."""
        return self._replace(layers=_ALL_LAYERS, origins=ORIGINS)

    @property
    def is_reduced(self) -> bool:
        """Whether some layers or origins are left out."""
        drawn = {*self.drawn_layers, *self.drawn_origins}
        return not drawn.issuperset((*_ALL_LAYERS, *ORIGINS))

    @property
    def is_whole(self) -> bool:
        """Whether the picture is of the whole graph."""
        return not (self.concept or self.question or self.query)


def options_of(pairs: Iterable[Sequence[str]], graph: KnowledgeGraph) -> Options:
    """Return the options in the parameters of an address. Raises `Problem` and `CrampkgError`."""
    given: dict[str, list[str]] = {}
    empty = []
    for name, value in pairs:
        if value.strip():
            given.setdefault(name, []).append(value)
        else:  # a form also sends its empty fields
            empty.append(name)
    of = {"question": _once("question", given.pop("question", []))}
    names = (
        [parameter.name for parameter in graph.question(of["question"]).params]
        if of["question"]
        else []
    )
    for name in empty:
        if name in names:  # not a field of the form, and the default would silently replace it
            refuse_empty(name, "")
    # A question's own parameters first: one may share its name with an option below.
    params = {name: given.pop(name) for name in names if name in given}
    of |= {name: _once(name, given.pop(name, [])) for name in ("concept", "query")}
    if sum(bool(value) for value in of.values()) > 1:
        detail = "A picture is of a concept, a question or a query. Send one of these."
        raise Problem("bad-request", detail)
    depth = _once("depth", given.pop("depth", [])) or str(DEPTHS[0])
    if depth not in map(str, DEPTHS):
        known = " or ".join(map(str, DEPTHS))
        raise Problem("bad-request", f"depth is {known}, and not {shortened(depth, 80)!r}.")
    layers = _some("layer", given.pop("layer", []), _ALL_LAYERS)
    origins = _some("origin", given.pop("origin", []), ORIGINS)
    for name in given:
        known = ", ".join(["concept", "depth", "question", "query", "layer", "origin", *names])
        raise Problem("bad-request", f"There is no parameter {name!r} here. It takes {known}.")
    return Options(**of, depth=int(depth), params=params, layers=layers, origins=origins)


def scene_of(options: Options, graph: KnowledgeGraph) -> Scene:
    """Return the scene that the options describe. Raises `Problem` and `CrampkgError`."""
    if options.concept:
        everything = gather.neighbourhood(graph, graph.find(options.concept), options.depth)
        if lent := graph.terms.lent(options.concept):
            everything = everything._replace(remarks=(lent, *everything.remarks))
    elif options.question:
        everything = gather.answer(graph, graph.ask(options.question, **options.params))
    elif options.query:
        answer = graph.query(options.query)
        if answer.form != "graph":
            detail = "Only a query that makes a graph can be drawn: CONSTRUCT or DESCRIBE."
            raise Problem("bad-request", detail)
        everything = gather.answer(graph, answer)
    else:
        everything = gather.whole(graph)
    scene = everything.only(options.drawn_layers, (*options.drawn_origins, "triple"))
    left = _left_out(everything, options, scene)
    if not left:
        return scene
    title = "The graph in layers" if options.is_whole else scene.title
    return scene._replace(title=title, remarks=(*scene.remarks, f"Left out: {left}."))


def _left_out(everything: Scene, options: Options, scene: Scene) -> str:
    """Return in words which layers, markers and origins of `everything` a scene leaves out."""
    layers = {node.layer for node in everything.nodes} - {*options.drawn_layers}
    origins = {edge.origin for edge in everything.edges} - {*options.drawn_origins, "triple"}
    bare = (
        sorted(everything.markers - scene.markers, key=natural) if "evidence" not in layers else []
    )
    titles = [layer.title.lower() for layer in LAYERS if layer.key in layers]
    links = [f"what is {origin}" for origin in ORIGINS if origin in origins]
    markers = [f"{'marker' if len(bare) == 1 else 'markers'} {', '.join(bare)}"] if bare else []
    return "; ".join([*titles, *markers, *links]).replace("what is article", "what articles say")


def described(
    graph: KnowledgeGraph, pairs: Sequence[Sequence[str]], *, is_alone: bool
) -> dict[str, Any]:
    """Return the scene for the parameters of an address, and its source for Graphviz.

    A standalone picture has a caption. Raises `Problem` and `CrampkgError`.
    """
    scene = scene_of(options_of(pairs, graph), graph)
    things, links = len(scene.nodes), len(scene.edges)
    if things > MOST_THINGS or links > MOST_LINKS:
        less = "Ask for less." if scene.is_of_triples else "Choose fewer layers, or ask for less."
        raise Problem(
            "result-limit",
            f"The picture would have {things:,} things and {links:,} links; "
            f"{MOST_THINGS:,} and {MOST_LINKS:,} can be drawn. {less}",
        )
    if not things:
        raise Problem("not-found", "There is nothing to draw: no thing is named by this.")
    caption = caption_of(scene, graph) if is_alone else ()
    document = {"scene": scene.document(), "source": svg.dot(scene, caption)}
    size = len(json.dumps(document, ensure_ascii=False).encode())
    if size > MOST_BYTES:
        names = f"{size >> 20:,} MiB of names, and {MOST_BYTES >> 20:,} are allowed"
        raise Problem("result-limit", f"The picture has {names}. Ask for less.")
    return document


def caption_of(scene: Scene, graph: KnowledgeGraph) -> list[str]:
    """Return the caption of a standalone picture: title, legend, remarks and status."""
    legend = [f"{style.words}: {style.legend}." for style in styles_of(scene)]
    title = f"{plain(scene.title)}. {scene.size}."
    lines = [title, *legend, *remarks_of(scene), *status_lines(graph.statuses)]
    return [part for line in lines for part in textwrap.wrap(line, _LINE)]


def remarks_of(scene: Scene) -> list[str]:
    """Return the remarks to be shown with a scene."""
    remarks = list(scene.remarks)
    if scene.is_dense and scene.is_of_triples:
        remarks.append(f"There are {len(scene.edges)} links, too many for each to carry its words.")
    elif scene.is_dense:
        remarks.append(
            f"There are {len(scene.edges)} links: only the denied and contested ones carry their "
            "words. With fewer layers, or around one thing, every link does."
        )
    if not scene.edges:
        remarks.append(
            "Pictures show clinical things, the claims on them and their evidence, and no link of "
            "that sort is known here."
        )
    return remarks


def _once(name: str, values: Sequence[str]) -> str:
    if len(values) > 1:
        raise Problem("bad-request", f"The parameter {name!r} is there twice. Send one.")
    return values[0].strip() if values else ""


def _some(name: str, values: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    for value in values:
        if value not in known:
            shown = shortened(value, 80)
            detail = f"There is no {name} {shown!r}. Choose from {', '.join(known)}."
            raise Problem("bad-request", detail)
    return tuple(name for name in known if name in values)
