"""`KnowledgeGraph`: the class that the command line, the server and notebooks share."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterable

from crampkg.answers.answer import Answer
from crampkg.engine.embedded import EmbeddedEngine
from crampkg.errors import SourceError, UnknownQuestionError, UsageError
from crampkg.library import Parameters
from crampkg.pipeline.snapshot import open_snapshot
from crampkg.sources import Sources, read_subject
from crampkg.vocabulary import CK, add_articles, expand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Concatenate, ParamSpec, Self, TypeVar

    import owlready2
    import rdflib

    from crampkg.check import Report
    from crampkg.engine.remote import RemoteEngine
    from crampkg.explain.derivations import Derivations
    from crampkg.explain.describe import Card
    from crampkg.explain.why import Explanation
    from crampkg.model import Claim, NearTerm, Question, Status, Subject, Term
    from crampkg.names import Terms
    from crampkg.owl_view import OwlView
    from crampkg.pipeline.snapshot import Snapshot
    from crampkg.push import Comparison, Pushed
    from crampkg.rdf import Triple

    T = TypeVar("T")
    Given = ParamSpec("Given")

#: The characters of an absolute IRI (RFC 3987; SPARQL 1.1 Query Language, IRIREF).
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")


class KnowledgeGraph:
    """The graph, ready to be asked.

    ```python
    from crampkg import KnowledgeGraph

    graph = KnowledgeGraph.open()
    for row in graph.ask("denied-claims"):
        print(row.text("subjectLabel"), row.text("relationLabel"), row.text("objectLabel"))
    ```
    """

    def __init__(
        self,
        sources: Sources,
        snapshot: Snapshot,
        article: str | None = None,
        engine: EmbeddedEngine | RemoteEngine | None = None,
    ) -> None:
        self.sources = sources
        self.article = article
        self.notices = list(snapshot.notices)
        self._snapshot = snapshot
        add_articles(snapshot.article_prefixes)
        self._engine = engine
        self._terms: Terms | None = None
        self._dataset: rdflib.Dataset | None = None
        self._derivations: Derivations | None = None
        self._owl_view: OwlView | None = None
        #: Results of functions, kept as long as the graph (`cached_on_graph`).
        self.caches: dict[Any, Callable[..., Any]] = {}

    @classmethod
    def open(
        cls,
        sources: str | os.PathLike[str] | None = None,
        *,
        article: str | os.PathLike[str] | None = None,
        announce: Callable[[str], None] | None = None,
    ) -> KnowledgeGraph:
        """Open the graph of the package, or that of a folder of sources.

        `sources` is a folder with ontology, data, queries and rules (default `$CRAMPKG_SOURCES`,
        else the package's own); `article` is a copy of the article's text for quotes (default
        `$CRAMPKG_ARTICLE`); `announce` is called with a sentence before the graph is built. Raises
        `SourceError` when the sources cannot be read or parsed.
        """
        opened = Sources.find(sources)
        text = os.fspath(article) if article else os.environ.get("CRAMPKG_ARTICLE")
        return cls(opened, open_snapshot(opened, announce), text or None)

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        user: str | None = None,
        timeout: float = 60.0,
        sources: str | os.PathLike[str] | None = None,
        article: str | os.PathLike[str] | None = None,
        announce: Callable[[str], None] | None = None,
    ) -> KnowledgeGraph:
        """Use the graph at a SPARQL endpoint, as loaded by `crampkg push`.

        The questions are those of `sources`; rows, names and status are the endpoint's. `why` and
        `export` fetch its graphs, and `why` then applies the rules of `sources` here. The password
        of `user` comes from `$CRAMPKG_PASSWORD` or the netrc file, a token from `$CRAMPKG_TOKEN`;
        `timeout` is in seconds, for each request. No request is sent before it is needed. Raises
        `UsageError` for an address that is not http or https; later calls raise `EndpointError`
        when the endpoint fails.
        """
        from crampkg.engine.remote import RemoteEngine
        from crampkg.pipeline.remote import RemoteSnapshot

        opened = Sources.find(sources)
        text = os.fspath(article) if article else os.environ.get("CRAMPKG_ARTICLE")
        local = open_snapshot(opened, announce)
        engine = RemoteEngine(url, user=user, timeout=timeout, prefixes=local.prefixes)
        snapshot = RemoteSnapshot(engine, local, opened)
        return cls(opened, snapshot, text or None, engine)

    def __reduce__(self) -> tuple[type[KnowledgeGraph], tuple[Any, ...]]:
        """Pickle the path of the sources and the snapshot; the engine is loaded again.

        Raises TypeError for a graph at an endpoint, whose credentials would be pickled.
        """
        if not isinstance(self._engine, EmbeddedEngine | None):
            message = "A graph at an endpoint cannot be pickled."
            raise TypeError(message)
        return KnowledgeGraph, (self.sources, self._snapshot, self.article)

    @property
    def statuses(self) -> tuple[Status, ...]:
        """The status of each article, which goes with every answer."""
        statuses = self._snapshot.statuses
        if not statuses:
            message = f"{self.sources.root} holds no article. Add one under data/articles/."
            raise SourceError(message, path=self.sources.root)
        return statuses

    @functools.cached_property
    def subject(self) -> Subject:
        """The subject of the sources. Raises `SourceError` when its file is invalid."""
        return read_subject(self.sources)

    @property
    def topic(self) -> str:
        """The topic of the graph, as worded within a sentence; else its articles."""
        titles = [f"“{status.title}”" for status in self.statuses]
        count = len(titles)
        return self.subject.topic or (titles[0] if count == 1 else f"{count} articles")

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes available to names and queries: the usual ones, and each article's."""
        return self._snapshot.prefixes

    @property
    def dataset(self) -> rdflib.Dataset:
        """The five named graphs as an `rdflib.Dataset`, lexical forms kept, union by default."""
        if self._dataset is None:
            from crampkg.engine.dataset import parse_dataset

            self._dataset = parse_dataset(self.nquads, self.prefixes)
        return self._dataset

    @property
    def ontology(self) -> owlready2.Ontology:
        """The whole graph in owlready2, in a separate world for each thread.

        Changes made there stay there. Raises `UsageError` without owlready2 (`crampkg[owl]`), and
        after `close`.
        """
        if self._owl_view is None:
            from crampkg.owl_view import OwlView

            self._owl_view = OwlView(lambda: self.export("ntriples", "all"))
        return self._owl_view.ontology()

    def close(self) -> None:
        """Close the worlds of `ontology`; also done at the end of a `with` statement."""
        if self._owl_view is not None:
            self._owl_view.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def engine(self) -> EmbeddedEngine | RemoteEngine:
        """The engine for its queries, loaded on first use."""
        if self._engine is None:
            self._engine = EmbeddedEngine(self._snapshot.nquads, self.prefixes)
        return self._engine

    def through(self, engine: EmbeddedEngine) -> KnowledgeGraph:
        """Return the same graph with another engine, which must hold the same triples."""
        return KnowledgeGraph(self.sources, self._snapshot, self.article, engine)

    @property
    def nquads(self) -> bytes:
        """The five named graphs as canonical N-Quads."""
        return self._snapshot.nquads

    @property
    def digest(self) -> str:
        """The SHA-256, in hexadecimal, of the sources and the code that builds."""
        digest: str = self._snapshot.manifest["digest"]
        return digest

    @property
    def identifier(self) -> str:
        """The SHA-256, in hexadecimal, of `nquads`, which a push records at a store."""
        identifier: str = self._snapshot.manifest["identifier"]
        return identifier

    @property
    def counts(self) -> dict[str, int]:
        """The number of triples in each graph, by its short name."""
        counts: dict[str, int] = self._snapshot.manifest["triples"]
        return counts

    def questions(self) -> tuple[Question, ...]:
        """Return the question library, sorted by id."""
        return tuple(self._snapshot.questions.values())

    def question(self, id: str) -> Question:
        """Return one question.

        Raises `UnknownQuestionError` with near ids, also for a question on a class without members
        here.
        """
        if not isinstance(id, str):
            message = f"A question is named by its id, and {id!r} is none."
            raise UnknownQuestionError(message, "`crampkg ask` lists them all.")
        library = self._snapshot.questions
        if id not in library and f"queries/{id}.rq" in self.sources.files():
            sentence = f"The question {id} takes a kind of thing of which there is none here."
            raise UnknownQuestionError(sentence, "`crampkg ask` lists those that can be asked.")
        return library[id]

    def ask(self, id: str, **params: str | int | Sequence[str | int]) -> Answer:
        """Answer a question of the library.

        A parameter takes one or several labels, synonyms, CURIEs or IRIs; without a value it has
        its default. The rows are read on first use.

        >>> answer = graph.ask("arteries-explaining-pain", site="calf")
        >>> sorted({row.text("arteryLabel") for row in answer})
        ['femoral artery', 'popliteal artery', 'tibial artery']

        Raises `UnknownQuestionError`, `UnknownParameterError`, `UnknownTermError`,
        `AmbiguousTermError` or `WrongKindError`, each with a remedy.
        """
        question = self.question(id)
        parameters = Parameters(question, params, lambda: self.terms)
        text = parameters.bound()
        engine = self.engine
        # Each pattern of a question names its graph (linted), so Oxigraph need not merge them all,
        # which is slow in some plans. A remote store gets the names of the graphs nevertheless.
        union = not isinstance(engine, EmbeddedEngine)
        return Answer(
            lambda: engine.query(text, union=union),
            text,
            self.statuses,
            question,
            parameters,
            parameters.lent,
            sources=self.sources,
            near=lambda: self._near(parameters),
            contested=self._contested,
            several=parameters.several(),
        )

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        base: str | None = None,
    ) -> Answer:
        """Run a SPARQL 1.1 SELECT, ASK, CONSTRUCT or DESCRIBE.

        Outside GRAPH it sees the union of all graphs, unless FROM chooses among them.
        `default_graphs` and `named_graphs`, IRIs of `crampkg.vocabulary.GRAPHS`, override FROM
        (SPARQL 1.1 Protocol, section 2.1.4). The columns of SELECT * come in their order of
        appearance in the query. The prefixes of `prefixes` need no declaration, and relative IRIs
        are resolved against `base`. Raises `QueryError` with line and column, `RefusedQueryError`
        for an unknown graph.
        """
        import itertools

        from crampkg.engine import guard

        if not isinstance(text, str):
            message = f"A query is a text in SPARQL, and {text!r} is none."
            raise UsageError(message)
        guard.check(text)
        engine = self.engine
        chosen: dict[str, Any] = {"order": guard.order_of_star(text), "base": base}
        if default_graphs is None and named_graphs is None:
            chosen["union"] = not guard.check_dataset(text, base or "")
        else:
            chosen["dataset"] = (
                tuple(_listed(default_graphs or ())),
                tuple(_listed(named_graphs or ())),
            )
            guard.check_names(itertools.chain(*chosen["dataset"]))
        return Answer(
            lambda: engine.query(text, **chosen), text, self.statuses, sources=self.sources
        )

    def find(self, name: str, kind: str | None = None) -> Term:
        """Return the term called `name` (label, synonym, CURIE, IRI or slug), of class `kind`.

        >>> graph.find("PAD").label
        'peripheral arterial disease'

        Raises `UnknownTermError`, `AmbiguousTermError` or `WrongKindError` with names that fit,
        and `UsageError` for what is neither a text nor a whole number.
        """
        return self.terms.find(name, None if kind is None else self._iri(kind))

    @property
    def terms(self) -> Terms:
        """All terms with a label."""
        if self._terms is None:
            from crampkg.names import Terms

            self._terms = Terms(self._snapshot.terms, self.prefixes, lambda: self.subject.words)
        return self._terms

    def claims(
        self,
        *,
        about: str | Iterable[str] | None = None,
        relation: str | None = None,
        marker: str | int | None = None,
        article: str | None = None,
        iris: str | Iterable[str] | None = None,
    ) -> tuple[Claim, ...]:
        """Return the claims that match all arguments, whatever their stance, in article order.

        `about` is one or several things that a claim names in any role; their narrower kinds match
        too, so that a denial for a mild form is not left out. No claim is about an empty list.
        `relation` is the exact relation of a claim: the relations below it do not match. `marker`
        may be the printed number. `iris` are IRIs or CURIEs of claims; the other arguments take
        labels, synonyms, CURIEs or IRIs, and `article` also a title or a folder. Raises as `find`
        does.

        >>> [(claim.stance, claim.hedge) for claim in graph.claims(about="mild hypohydration")]
        [('denied', 'not necessarily')]
        """
        from crampkg.claims import find

        def iri(name: str | int | None, kind: str) -> str | None:
            return None if name is None else self.terms.find(name, kind).iri

        return find(
            self.engine,
            iris=None if iris is None else map(self._iri, _listed(iris)),
            about=None if about is None else [self.find(name).iri for name in _listed(about)],
            relation=None if relation is None else self.terms.relation(relation),
            marker=iri(marker, f"{CK}CitationMarker"),
            article=iri(article, f"{CK}Article"),
        )

    def claim(self, name: str) -> Claim:
        """Return the claim with this CURIE or IRI. Raises as `find` does."""
        from crampkg.claims import read

        iri = self.find(name, f"{CK}Claim").iri
        return read([iri], self.engine)[iri]

    def describe(self, name: str) -> Card:
        """Return the concept card of the term called `name`. Raises as `find` does."""
        from crampkg.explain.describe import describe

        card = describe(self.find(name), self.engine)
        return card._replace(found=self.terms.lent(name))

    def card_triples(self, name: str) -> tuple[Triple, ...]:
        """Return the concept card of the term called `name` as RDF. Raises as `find` does."""
        from crampkg.explain.describe import triples

        return triples(self.find(name), self.engine)

    def why(self, subject: str, predicate: str, object: str, *, limit: int = 5) -> Explanation:
        """Explain why a triple holds, by up to `limit` minimal justifications, or that it does not.

        Each part takes a label, synonym, CURIE or IRI; `predicate` also "a" for rdf:type, and
        `object` the text of a literal of the subject. Raises as `find` does.

        >>> explanation = graph.why("femoral artery", "is implicated in", "calf pain")
        >>> explanation.origin, len(explanation.justifications), explanation.complete
        ('inferred', 1, True)
        """
        from crampkg.explain.why import why

        words = (subject, predicate, object)
        return why(words, self._open_derivations(), self.terms, limit)

    def export(self, format: str = "turtle", graph: str | Sequence[str] | None = None) -> bytes:
        """Return one or more of the graphs in an RDF format, byte-identical from run to run.

        By default all graphs in a format that keeps their names; otherwise the asserted ones:
        ontology, background and claims. Raises `UsageError` for an unknown format or graph.
        """
        from crampkg.export import export

        names = graph.split(",") if isinstance(graph, str) else graph
        return export(self.nquads, format, names, self.sources)

    def push(
        self,
        endpoint: str,
        *,
        update: str | None = None,
        graph_store: str | None = None,
        user: str | None = None,
        timeout: float = 60.0,
        force: bool = False,
        size: int | None = None,
        retries: int = 5,
        progress: Callable[[int, int], None] | None = None,
        say: Callable[[str], None] | None = None,
    ) -> Pushed:
        """Load the five graphs into the store at `endpoint`, unless they are there.

        `endpoint` is the address for queries. Updates go to `update` (default: `.../update` for an
        endpoint `.../query`, else the endpoint itself), and triples to `graph_store` by the Graph
        Store Protocol, if given. `user` and `timeout` are as in `connect`. Readers see the old
        graphs until all are loaded; an interrupted push is resumed by the next. `force` loads the
        graphs even if they are there. `size` is the approximate number of triples in a request.
        Passing errors are retried up to `retries` times, each reported to `say`; `progress` is
        called with triples done and in all. Raises `UsageError` for an invalid address,
        `EndpointError` for a failure of the store.
        """
        from crampkg.push import Target, push

        target = Target(
            endpoint, update=update, graph_store=graph_store, user=user, timeout=timeout
        )
        return push(
            target,
            self.nquads,
            force=force,
            size=size,
            retries=retries,
            progress=progress,
            say=say,
        )

    def compare(
        self, endpoint: str, *, user: str | None = None, timeout: float = 60.0
    ) -> Comparison:
        """Compare this graph with the content of the store at `endpoint`.

        Raises as `push` does.
        """
        from crampkg.push import Comparison, Summary, Target
        from crampkg.vocabulary import GRAPHS

        state = Target(endpoint, user=user, timeout=timeout).state()
        wanted = Summary(self.identifier, {GRAPHS[name]: n for name, n in self.counts.items()})
        return Comparison(endpoint, wanted, state)

    def check(self, paths: Sequence[str] = ()) -> Report:
        """Check the sources, or some files together with the rest; quotes need the article."""
        from crampkg.check import run

        return run(self.sources, list(_listed(paths)), self.article)

    def verify(self, article: str | os.PathLike[str]) -> Report:
        """Check every recorded span against a copy of the article."""
        from crampkg.check import verify

        return verify(self.sources, os.fspath(article))

    def _open_derivations(self) -> Derivations:
        if self._derivations is None:
            from crampkg.explain.derivations import Derivations

            # Rule instances identify blank nodes by name. An endpoint has other names, and may
            # fail: a local copy answers.
            engine = EmbeddedEngine(self._snapshot.nquads, self.prefixes, keeps_labels=True)
            self._engine = self._engine or engine
            self._derivations = Derivations(engine, self._snapshot.instances)
        return self._derivations

    def _iri(self, name: object) -> str:
        """Return the IRI in a text. Raises `UsageError` for what is neither IRI nor CURIE."""
        iri = (expand(name, self.prefixes) or name.strip("<>")) if isinstance(name, str) else ""
        if not _IRI.fullmatch(iri):
            message = f"{name!r} is neither an IRI nor a CURIE of a known prefix."
            raise UsageError(message)
        return iri

    def _near(self, parameters: Parameters) -> tuple[NearTerm, ...]:
        from crampkg.near_terms import near_terms

        return near_terms(parameters.things(), self.engine)

    def _contested(self) -> tuple[NearTerm, ...]:
        from crampkg.near_terms import contested_terms

        return contested_terms(self.engine)


def _listed(values: Any) -> Iterable[Any]:
    """Return one or several values as several."""
    return values if isinstance(values, Iterable) and not isinstance(values, str) else [values]


def cached_on_graph(
    most: int | None = None,
) -> Callable[
    [Callable[Concatenate[KnowledgeGraph, Given], T]],
    Callable[Concatenate[KnowledgeGraph, Given], T],
]:
    """Return a decorator for a function of a graph that caches its results with the graph.

    The other arguments must be hashable. At most `most` results are kept; None is no limit.
    """

    def decorated(
        function: Callable[Concatenate[KnowledgeGraph, Given], T],
    ) -> Callable[Concatenate[KnowledgeGraph, Given], T]:
        @functools.wraps(function)
        def cached(graph: KnowledgeGraph, /, *given: Given.args, **named: Given.kwargs) -> T:
            known: Callable[Given, T] | None = graph.caches.get(function)
            if known is None:
                made = functools.lru_cache(most)(functools.partial(function, graph))
                known = graph.caches.setdefault(function, made)
            return known(*given, **named)

        return cached

    return decorated
