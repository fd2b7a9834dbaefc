"""Ontologies and ABoxes for hypothesis, within what OWL 2 RL and OWL 2 DL both allow.

Roles are ordered (p0 < p1 < ...) and chains only climb, so that the role boxes are regular, which
the tableau reasoners ask for. Nothing makes two names one, and nothing is inconsistent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from hypothesis import strategies as st
from pyoxigraph import NamedNode, RdfFormat, Triple, parse
from reasoners import TYPE, Entailed

from crampkg.vocabulary import OWL, RDF, RDFS

_PREFIXES = f"@prefix : <urn:t:> . @prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> ."
_CLASSES = [f":C{number}" for number in range(6)]
_ROLES = [f":p{number}" for number in range(5)]
_INVERSES = [f":n{number}" for number in range(2)]
_TWIN = ":twin"
_THINGS = [f":{letter}" for letter in "abcd"]

_class = st.sampled_from(_CLASSES)
_any_role = st.sampled_from([*_ROLES, *_INVERSES, _TWIN])
_thing = st.sampled_from(_THINGS)
_step = st.sampled_from(range(len(_ROLES)))
_climb = st.lists(_step, min_size=2, max_size=4, unique=True).map(sorted)
_high_climb = st.lists(_step, min_size=3, max_size=3, unique=True).map(sorted)


def _some(role: str, filler: str) -> str:
    return f"[ a owl:Restriction ; owl:onProperty {role} ; owl:someValuesFrom {filler} ]"


def _chain(numbers: Sequence[int], kind: str) -> str:
    """Return a chain axiom for the highest role, of lower ones and perhaps of itself at an end."""
    *lower, top = numbers
    steps = [f":p{number}" for number in lower][:2]
    if kind == "left":
        steps = [f":p{top}", *steps]
    elif kind == "right" or len(steps) == 1:
        steps = [*steps, f":p{top}"]
    return f":p{top} owl:propertyChainAxiom ( {' '.join(steps)} ) ."


_axiom = st.one_of(
    st.builds("{} rdfs:subClassOf {} .".format, _class, _class),
    st.builds("{} owl:equivalentClass {} .".format, _class, _class),
    st.builds(
        "{} owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( {} {} ) ] .".format,
        _class, _class, _class,
    ),
    st.builds(
        "[ a owl:Class ; owl:unionOf ( {} {} ) ] rdfs:subClassOf {} .".format,
        _class, _class, _class,
    ),
    st.builds(
        lambda role, filler, sup: f"{_some(role, filler)} rdfs:subClassOf {sup} .",
        _any_role, st.one_of(_class, st.just("owl:Thing")), _class,
    ),
    st.builds(
        lambda part, role, filler, sup: (
            f"[ a owl:Class ; owl:intersectionOf ( {part} {_some(role, filler)} ) ] "
            f"rdfs:subClassOf {sup} ."
        ),
        _class, _any_role, _class, _class,
    ),
    st.builds(
        "{} owl:equivalentClass "
        "[ a owl:Restriction ; owl:onProperty {} ; owl:hasValue {} ] .".format,
        _class, _any_role, _thing,
    ),
    st.builds(
        "{} rdfs:subClassOf "
        "[ a owl:Restriction ; owl:onProperty {} ; owl:allValuesFrom {} ] .".format,
        _class, _any_role, _class,
    ),
    st.builds("{} rdfs:domain {} .".format, _any_role, _class),
    st.builds("{} rdfs:range {} .".format, _any_role, _class),
    st.builds("{} a owl:TransitiveProperty .".format, st.sampled_from(_ROLES)),
    st.builds("{} a owl:SymmetricProperty .".format, st.sampled_from(_ROLES)),
    st.builds(lambda numbers: f":p{numbers[0]} rdfs:subPropertyOf :p{numbers[-1]} .", _climb),
    st.just(f"{_TWIN} owl:equivalentProperty :p2 ."),
    st.builds(_chain, _high_climb, st.sampled_from(["left", "right"])),
    st.builds(_chain, _climb, st.sampled_from(["left", "right", "plain"])),
)  # fmt: skip
_assertion = st.one_of(
    st.builds("{} a {} .".format, _thing, _class),
    st.builds("{} {} {} .".format, _thing, _any_role, _thing),
    st.builds("{} {} {} .".format, _thing, _any_role, _thing),
)
_DECLARED = " ".join(
    [
        *(f"{name} a owl:Class ." for name in _CLASSES),
        *(f"{name} a owl:ObjectProperty ." for name in [*_ROLES, *_INVERSES, _TWIN]),
        *(f"{name} a owl:NamedIndividual ." for name in _THINGS),
        *(f":n{number} owl:inverseOf :p{number} ." for number in range(len(_INVERSES))),
    ]
)


def _ontology(axioms: Sequence[str], assertions: Sequence[str]) -> str:
    return "\n".join([*axioms, *assertions])


#: A small ontology as lines of Turtle, which `triples_of` reads.
ontologies = st.builds(
    _ontology,
    st.lists(_axiom, min_size=4, max_size=14),
    st.lists(_assertion, min_size=6, max_size=16),
)


def triples_of(ontology: str, number: int = 0) -> list[Triple]:
    """Return the triples of an ontology, all its names in a namespace of its own."""
    prefixes = _PREFIXES.replace("urn:t:", f"urn:t{number}:")
    text = f"{prefixes} {_DECLARED} {ontology}"
    return [quad.triple for quad in parse(text, format=RdfFormat.TURTLE, rename_blank_nodes=True)]


class Schema:
    """What an ontology lets one say of things: their kinds, and what relates which kinds.

    It is found by trial: a thing of each class and a pair with each property are made up, and what
    follows of them is what the class and the property ask for.
    """

    def __init__(self, ontology: list[Triple], entail: Callable[[list[Triple]], Entailed]) -> None:
        def declared(kind: str) -> list[str]:
            subjects = {each.subject for each in ontology if each.object == NamedNode(OWL + kind)}
            return sorted(each.value for each in subjects if isinstance(each, NamedNode))

        classes, properties = declared("Class"), declared("ObjectProperty")
        trial = [_triple(f"urn:of:{each}", TYPE, each) for each in classes]
        trial += [_triple(f"urn:from:{each}", each, f"urn:to:{each}") for each in properties]
        types: dict[str, set[str]] = {}
        for subject, kind in entail(ontology + trial).types:
            types.setdefault(subject, set()).add(kind)
        #: What a thing of each class is, the class among it.
        self.above = {each: types[f"urn:of:{each}"] for each in classes}
        equivalents = {
            each.subject.value: str(each.object)
            for each in ontology
            if each.predicate.value == OWL + "equivalentClass"
            and isinstance(each.subject, NamedNode)
        }
        asks = _existentials(ontology)
        # A class that asks for some value without naming it goes beyond OWL 2 RL when asserted.
        self.classes = [each for each in classes if equivalents.get(each) not in asks]
        lower = {above for each in self.classes for above in self.above[each] - {each}}
        self.kinds = [each for each in self.classes if each not in lower]
        self.properties = {
            each: tuple(self._of(types.get(f"urn:{end}:{each}", set())) for end in ("from", "to"))
            for each in properties
        }
        self.individuals = {
            kind: sorted(
                subject for subject, all_ in types.items() if kind in all_ and "urn:" not in subject
            )
            for kind in self.kinds
        }

    def _of(self, wanted: set[str]) -> list[str]:
        """Return the kinds that are of all the classes wanted, those aside that one infers."""
        wanted = wanted & set(self.classes)
        return [kind for kind in self.kinds if wanted <= self.above[kind]]


def _existentials(ontology: list[Triple]) -> set[str]:
    """Return the anonymous classes, as text, that have an existential in them."""
    found = {
        str(each.subject) for each in ontology if each.predicate.value == OWL + "someValuesFrom"
    }
    inside = {OWL + "intersectionOf", RDF + "first", RDF + "rest"}
    more = found
    while more:
        more = {
            str(each.subject)
            for each in ontology
            if each.predicate.value in inside and str(each.object) in found
        } - found
        found |= more
    return found


def made_up(schema: Schema, random: Random, size: int) -> list[Triple]:
    """Return an ABox of `size` things that mostly fits the ontology.

    Each thing is given a kind in mind, a class without subclasses. It is asserted to be of its
    kind, of classes above it, or of nothing; it is related to what the kind may be related to,
    individuals of the ontology among that.
    """
    of_kind = {kind: list(known) for kind, known in schema.individuals.items()}
    found = []
    for number in range(size):
        kind = random.choice(schema.kinds)
        thing = f"urn:t:{number}"
        of_kind[kind].append(thing)
        classes = sorted(schema.above[kind] & set(schema.classes))
        asserted = random.sample(classes, min(random.randrange(3), len(classes)))
        found += [_triple(thing, TYPE, each) for each in asserted]
    for _ in range(size * 2):
        relation = random.choice(sorted(schema.properties))
        subjects, objects = (
            [thing for kind in kinds for thing in of_kind[kind]]
            for kinds in schema.properties[relation]
        )
        if subjects and objects:
            found.append(_triple(random.choice(subjects), relation, random.choice(objects)))
    return list(dict.fromkeys(found))


def _triple(subject: str, predicate: str, object_: str) -> Triple:
    return Triple(NamedNode(subject), NamedNode(predicate), NamedNode(object_))
