"""The shapes of `ontology/shapes.ttl`, tested by pyshacl."""

from __future__ import annotations

import logging
import re
import signal
import threading
import warnings
from contextlib import contextmanager
from math import ceil

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuerySolutions
from rdflib.namespace import RDF, RDFS, SH

from crampkg.check.material import ASSERTED, SHAPES
from crampkg.engine.guard import check_source
from crampkg.errors import SourceError
from crampkg.text import plural
from crampkg.turtle import parse_turtle
from crampkg.vocabulary import XSD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from rdflib.term import Node

    from crampkg.check.material import Material
    from crampkg.model import Finding
    from crampkg.sources import Sources

#: The number of characters shown of a message of pyshacl.
_SHOWN = 300

#: The greatest number of things passed to pyshacl as focus nodes, which it searches for each thing;
#: beyond it, the whole report is filtered.
_FEW = 100

#: The limit of the processor's time for the shapes: this much, and more for each triple.
_SECONDS, _SECONDS_A_TRIPLE = 60.0, 0.001

_STRING = XSD + "string"
_PREFIX = re.compile(r"[\w.-]*")
_NAMESPACE = re.compile(r"""[^<>"{}|^`\\\s]*""")
_QUERIES = (SH.ask, SH.construct, SH.select, SH.update)
_TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)


def check_shapes(material: Material) -> tuple[list[Finding], int]:
    """Validate the graphs of the sources; return the violations and the number of shapes.

    A check has the local name of its shape. The message of the shape is the problem, as far as the
    first full stop, and then the remedy. All of ours are of SHACL Core. Shapes with a query
    that might ask another server are a finding, and none is tested; so are shapes that pyshacl
    cannot run.
    """
    try:
        shapes = _graph(parse_turtle(material.texts[SHAPES], SHAPES)[0])
        _prove(shapes)
        report = _report(shapes, material)
    except SourceError as error:
        return [material.fault(error, SHAPES)], 1
    except TimeoutError as error:
        limit = plural(ceil(error.args[0]), "second")
        message = (
            f"{SHAPES}: the shapes cannot be tested within {limit} of the processor's time. "
            "Mend the sh:pattern, or the query, that takes so long."
        )
        return [material.fault(SourceError(message, path=SHAPES), SHAPES)], 1
    except Exception as error:  # noqa: BLE001 - of any kind, where a shape or its query has a fault
        reason = " ".join(str(error).split()).partition(". For reference")[0][:_SHOWN].rstrip(".")
        message = (
            f"{SHAPES}: the shapes cannot be tested ({type(error).__name__}: {reason}). Mend the "
            "shape, or the query in it, that this is about."
        )
        return [material.fault(SourceError(message, path=SHAPES), SHAPES)], 1
    everything = material.selected.issuperset(material.quads)
    terms = material.terms()
    findings = []
    for result in report.subjects(RDF.type, SH.ValidationResult):
        focus = report.value(result, SH.focusNode)
        source = report.value(result, SH.sourceShape)
        if not everything and str(focus) not in terms:
            continue
        if isinstance(focus, rdflib.URIRef) and isinstance(source, rdflib.URIRef):
            check = source.rpartition("/")[2]
            message = str(
                shapes.value(source, SH.message) or report.value(result, SH.resultMessage)
            )
            problem, _, remedy = message.partition(". ")
            about = [str(report.value(result, SH.resultPath)), str(report.value(result, SH.value))]
            finding = material.finding(check, str(focus), f"{problem}.", remedy, about)
            if finding is not None:
                findings.append(finding)
    return findings, len(set(shapes.subjects(SH.message)))


def described_shapes(sources: Sources) -> dict[str, str]:
    """Return the descriptions of the shapes with a message, by their local names, sorted."""
    shapes = _graph(parse_turtle(sources.text(SHAPES), SHAPES)[0])
    named = {
        str(shape).rpartition("/")[2]: str(shapes.value(shape, SH.description))
        for shape in shapes.subjects(SH.message)
    }
    return dict(sorted(named.items()))


def _report(shapes: rdflib.Graph, material: Material) -> rdflib.Graph:
    """Return pyshacl's report on the graphs of the sources."""
    import pyshacl

    _aim(shapes, material)
    terms = material.terms()
    everything = material.selected.issuperset(material.quads)
    # pyshacl warns of literals invalid for their datatype; the shapes have better messages.
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)
    # It also logs its exceptions, and warns of cyclic shapes.
    logging.getLogger("pyshacl-validate").disabled = True
    graph = stated(material, _mentioned(shapes))
    seconds = _SECONDS + _SECONDS_A_TRIPLE * len(graph)
    with warnings.catch_warnings(action="ignore"), _limited(seconds):
        _, report, _ = pyshacl.validate(
            graph,
            shacl_graph=shapes,
            inplace=True,
            focus_nodes=sorted(terms) if 0 < len(terms) <= _FEW and not everything else None,
        )
    if not isinstance(report, rdflib.Graph):
        raise TypeError(report)
    return report


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise `TimeoutError` in the block after some seconds of processor time.

    Python's `re` and rdflib, which evaluate patterns and queries for pyshacl, have no limit of
    their own; a signal stops both. Outside the main thread, and on Windows, there is no limit.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: object) -> None:
        raise TimeoutError(seconds)

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _prove(shapes: rdflib.Graph) -> None:
    """Raise `SourceError` for a query in the shapes that is refused.

    pyshacl passes them to rdflib, which follows SERVICE and FROM, and it inserts declared prefixes
    unescaped.
    """
    for predicate in _QUERIES:
        for text in shapes.objects(None, predicate):
            check_source(str(text), SHAPES)
    for predicate, pattern in ((SH.prefix, _PREFIX), (SH.namespace, _NAMESPACE)):
        for text in shapes.objects(None, predicate):
            if not pattern.fullmatch(str(text)):
                kind = predicate.rpartition("#")[2]
                message = f"{SHAPES}: {str(text)!r} is no {kind} of a query. Mend its sh:declare."
                raise SourceError(message, path=SHAPES)


def _aim(shapes: rdflib.Graph, material: Material) -> None:
    """Give each property shape the targets of its node shape.

    pyshacl then tests all things at once, instead of one by one, in less than half the time.
    Targets given by queries are evaluated here, on a faster engine.
    """
    for node, query in list(shapes.subject_objects(SH.target)):
        text = str(shapes.value(query, SH.select))
        result = material.store.query(text, default_graph=list(ASSERTED))
        if isinstance(result, QuerySolutions):
            for row in result:
                shapes.add((node, SH.targetNode, to_rdflib(row["this"])))
    for node, shape in list(shapes.subject_objects(SH.property)):
        targets = [(target, what) for target in _TARGETS for what in shapes.objects(node, target)]
        for target, what in targets:
            shapes.add((shape, target, what))
        if targets:  # else it is part of a condition
            shapes.remove((node, SH.property, shape))


def stated(material: Material, predicates: Container[str] | None) -> rdflib.Graph:
    """Return the source triples with some predicates, or all, as an rdflib graph."""
    return _graph(
        quad
        for name in ASSERTED
        for quad in material.store.quads_for_pattern(None, None, None, name)
        if predicates is None or quad.predicate.value in predicates
    )


def _mentioned(shapes: rdflib.Graph) -> set[str] | None:
    """Return the predicates that the shapes can meet in data; None if they may meet any."""
    if any((None, predicate, None) in shapes for predicate in (*_QUERIES, SH.closed)):
        return None
    iris = {str(term) for triple in shapes for term in triple if isinstance(term, rdflib.URIRef)}
    return {*iris, str(RDF.type), str(RDFS.subClassOf)}


def _graph(quads: Iterable[Quad]) -> rdflib.Graph:
    graph = rdflib.Graph()
    terms: dict[object, Node] = {}  # most terms are in several triples
    for quad in quads:
        for term in quad.triple:
            if term not in terms:
                terms[term] = to_rdflib(term)
        subject, predicate, object_ = quad.triple
        graph.add((terms[subject], terms[predicate], terms[object_]))
    return graph


def to_rdflib(term: object) -> Node:
    """Convert a term of pyoxigraph to rdflib; raise `TypeError` for RDF 1.2."""
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, Literal):
        if term.language:
            return rdflib.Literal(term.value, lang=term.language)
        kind = term.datatype.value
        datatype = None if kind == _STRING else rdflib.URIRef(kind)
        return rdflib.Literal(term.value, datatype=datatype, normalize=False)
    message = f"{term} is no term of RDF 1.1."
    raise TypeError(message)
