"""Why a triple holds: the claims that state it, and its minimal justifications."""

from __future__ import annotations

from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from crampkg.claims import read
from crampkg.errors import UnknownTermError, WrongKindError
from crampkg.explain.justify import Clause, Horn
from crampkg.explain.nearest import Nearest, nearest
from crampkg.explain.wording import Wording
from crampkg.library import bind, own_query
from crampkg.vocabulary import CK, OWL, RDF, RDFS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Store

    from crampkg.engine.base import Engine
    from crampkg.explain.derivations import Axiom, Derivations
    from crampkg.explain.nearest import Near
    from crampkg.model import Claim, Rule
    from crampkg.names import Terms
    from crampkg.pipeline.instances import Step

_READS_BOTH_WAYS = NamedNode(f"{CK}readsBothWays")
_TRUE = Literal(True)  # noqa: FBT003

#: The default limit of justifications.
LIMIT = 5


class Reason(NamedTuple):
    """A node of a justification: a triple and its premises.

    `kind` is the kind of the triple: "inferred" or "fact" (concluded by `rule` from the reasons
    `because`); "claim" (of the article, in `claim`); "background" (a link of ours, with its
    `source` if recorded); "axiom" (of the ontology); "record" (of the article's structure). A
    reason that occurs more than once in the tree has its premises only the first time; later ones
    have `again` set.
    """

    kind: str
    text: str
    triple: Triple
    rule: Rule | None = None
    because: tuple[Reason, ...] = ()
    claim: Claim | None = None
    source: str = ""
    note: str = ""  # our reason for a background link
    again: bool = False


class Explanation(NamedTuple):
    """The answer to "why?".

    `stated` holds the claims that say exactly this, whatever their stance, affirmed ones first.
    `origin` is "article" when one of them is affirmed or the triple is recorded of the article,
    else "background" or "inferred"; it is empty when the triple does not hold, and then `instead`
    lists what follows between the two things. `nearest` holds the claims nearest to a triple that
    does not hold; for one that does, those that are not affirmed, such as a denial for a narrower
    thing. `complete` says whether `justifications` are all the minimal ones. If the relation reads
    both ways, they may be those of the converse, whose sentence is then `turned`. `found` has a
    sentence for each name that comes from another vocabulary alone.
    """

    triple: Triple
    text: str
    origin: str
    stated: tuple[Claim, ...]
    justifications: tuple[Reason, ...]
    complete: bool
    instead: tuple[str, ...]
    nearest: Nearest
    turned: str = ""
    found: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether a claim affirms the triple, or it is in the graph or follows from it."""
        return bool(self.origin)


def why(
    words: tuple[str, str, str], derivations: Derivations, terms: Terms, limit: int = LIMIT
) -> Explanation:
    """Explain the triple of the subject, predicate and object named by `words`.

    Beside the claims that state it, there are up to `limit` minimal justifications: smallest sets
    of claims, background links and axioms from which the rules derive the triple. Raises as
    `Terms.find` does.
    """
    triple = _triple(*words, terms, derivations.store)

    def label(iri: str) -> str | None:
        term = terms.get(iri)
        return term.label if term else None

    # Read from the local copy that has the derivations: an endpoint holds no more, and may fail.
    engine = derivations.engine
    wording = Wording(derivations.store, label)
    stated = _stated(triple, engine)
    affirmed = any(claim.stance == "affirmed" for claim in stated)
    explained = _derived(triple, derivations)
    derived = explained is not None
    trees, complete = (
        _trees(explained, derivations, engine, wording, limit) if explained else ((), True)
    )
    near = _nearest(triple, engine, wording, stated, contrary=derived or affirmed)
    return Explanation(
        triple,
        wording.sentence(triple),
        "article" if affirmed else _origin(derivations, explained) if explained else "",
        stated,
        trees,
        complete,
        () if derived or affirmed else _instead(triple, derivations, wording, near.claims),
        near,
        wording.sentence(explained) if explained and explained != triple else "",
        tuple(
            sentence
            for end, word in zip(triple, words, strict=True)
            if (sentence := terms.lent_to(getattr(end, "value", ""), word))
        ),
    )


def _triple(subject: str, predicate: str, object: str, terms: Terms, store: Store) -> Triple:
    """Return the triple asked about; `object` may be the text of a literal in `store`."""
    try:
        relation = NamedNode(terms.relation(predicate))
    except ValueError:
        sentence = f"{predicate!r} is no relation: what stands for its IRI cannot be one."
        raise UnknownTermError(sentence, "Give its label, its CURIE or its IRI.") from None
    kind = f"{OWL}Class"
    is_between_classes = relation.value == f"{RDFS}subClassOf"
    thing = NamedNode(terms.find(subject, kind if is_between_classes else None).iri)
    for quad in store.quads_for_pattern(thing, relation, None, None):
        if isinstance(quad.object, Literal) and quad.object.value == object:
            return quad.triple
    is_type = relation.value == f"{RDF}type"
    try:
        other = terms.find(object, kind if is_type or is_between_classes else None)
    except WrongKindError as error:
        if is_type:
            raise _no_class(object, error, terms, store) from None
        raise
    return Triple(thing, relation, NamedNode(other.iri))


def _no_class(name: str, error: WrongKindError, terms: Terms, store: Store) -> WrongKindError:
    """Return the error for a thing that is no class, with the articles' own groupings if any."""
    classed = NamedNode(f"{CK}classedAs")
    group = NamedNode(terms.find(name).iri)
    claims = store.quads_for_pattern(None, NamedNode(f"{CK}claimObject"), group)
    relation = NamedNode(f"{CK}claimPredicate")
    if not any(
        next(iter(store.quads_for_pattern(quad.subject, relation, classed)), None)
        for quad in claims
    ):
        return error
    sentence = (
        f"{name!r} is no class, but a label under which an article puts things: "
        f"ask by the relation {terms.name_of(classed.value)!r}."
    )
    return WrongKindError(sentence)


def _derived(triple: Triple, derivations: Derivations) -> Triple | None:
    """Return the triple if it is in the graph, else its converse if the relation reads both ways.

    None if neither is in the graph.
    """
    if derivations.is_in(triple):
        return triple
    reads = Triple(triple.predicate, _READS_BOTH_WAYS, _TRUE)
    if isinstance(triple.object, NamedNode) and derivations.is_in(reads):
        turned = Triple(triple.object, triple.predicate, triple.subject)
        return turned if derivations.is_in(turned) else None
    return None


def _trees(
    triple: Triple, derivations: Derivations, engine: Engine, wording: Wording, limit: int
) -> tuple[tuple[Reason, ...], bool]:
    """Return up to `limit` minimal justifications of a triple, and whether these are all."""
    derivation = derivations.behind(triple)
    clauses = [
        (Clause(conclusion, frozenset(step.premises)), step)
        for conclusion, steps in derivation.steps.items()
        for step in steps
    ]
    horn: Horn[Triple, Axiom] = Horn([clause for clause, _ in clauses], derivation.axioms)
    sets, complete = horn.justifications(triple, limit)
    iris = {
        axiom.name
        for axioms in sets
        for axiom in axioms
        if axiom.graph == "claims" and axiom.predicate is None
    }
    claims = read(iris, engine)
    trees = []
    for axioms in sets:
        proof = horn.proof(triple, axioms)
        steps = {
            node: None if number is None else clauses[number][1] for node, number in proof.items()
        }
        trees.append(_Tree(engine, derivation.axioms, wording, claims, steps).grow(triple))
    return tuple(trees), complete


class _Tree:
    """Grows the tree of one justification."""

    def __init__(
        self,
        engine: Engine,
        axioms: Mapping[Triple, Axiom],
        wording: Wording,
        claims: Mapping[str, Claim],
        steps: Mapping[Triple, Step | None],
    ) -> None:
        self._engine = engine
        self._axioms = axioms
        self._wording = wording
        self._claims = claims
        self._steps = steps
        self._grown: set[Triple] = set()

    def grow(self, triple: Triple) -> Reason:
        """Return the reason for a triple, with those below it."""
        step = self._steps[triple]
        if step is None:
            return self._leaf(triple)
        text = self._wording.sentence(triple)
        kind = "fact" if step.rule.name.startswith("rules/facts/") else "inferred"
        if triple in self._grown:
            return Reason(kind, text, triple, step.rule, again=True)
        self._grown.add(triple)
        return Reason(kind, text, triple, step.rule, tuple(self._because(step, triple)))

    def _because(self, step: Step, conclusion: Triple) -> Iterator[Reason]:
        """Yield the reasons for a step, one for all triples of an axiom.

        Steps that only take an axiom apart are left out. So is, for a conclusion on an anonymous
        class, the axiom that contains the class: it is shown further up.
        """
        shown: set[Axiom] = set()
        for premise in sorted(step.premises, key=self._rank):
            under = self._steps[premise]
            if under is None:
                axiom = self._axioms[premise]
                if axiom in shown or _is_part(conclusion, premise):
                    continue
                shown.add(axiom)
                yield self._leaf(premise)
            elif self._wording.is_list(premise.object) or _is_anonymous(premise):
                yield from self._because(under, premise)
            else:
                yield self.grow(premise)

    def _rank(self, premise: Triple) -> int:
        """Return a sort key: premises about things before those about classes and properties."""
        axiom = self._axioms.get(premise)
        return 1 if axiom is not None and axiom.graph == "ontology" else 0

    def _leaf(self, triple: Triple) -> Reason:
        axiom = self._axioms[triple]
        whole = triple
        if axiom.predicate is not None and axiom.object is not None:
            whole = Triple(axiom.subject, axiom.predicate, axiom.object)
        text = self._wording.sentence(whole)
        if axiom.graph == "ontology":
            return Reason("axiom", text, whole)
        if axiom.graph == "background":
            if isinstance(whole.subject, BlankNode):
                return Reason("background", text, whole)
            source, note = self._source(whole)
            return Reason("background", text, whole, source=source, note=note)
        claim = self._claims.get(axiom.name)
        if claim is None:
            return Reason("record", text, whole)
        bare = Triple(NamedNode(claim.subject), NamedNode(claim.relation), NamedNode(claim.object))
        return Reason("claim", self._wording.sentence(bare), bare, claim=claim)

    def _source(self, triple: Triple) -> tuple[str, str]:
        """Return the labels of the sources of a background link, and our note on it."""
        rows = list(self._engine.query(_bound("source", triple)).bindings())
        labels = dict.fromkeys(label.value for label, _ in rows if label is not None)
        notes = dict.fromkeys(comment.value for _, comment in rows if comment is not None)
        return ", ".join(labels), " ".join(notes)


def _is_anonymous(triple: Triple) -> bool:
    """Return whether a triple is about an anonymous class."""
    return isinstance(triple.subject, BlankNode)


def _is_part(conclusion: Triple, premise: Triple) -> bool:
    """Return whether a premise belongs to the axiom that contains the class of the conclusion."""
    return isinstance(conclusion.object, BlankNode) and isinstance(premise.subject, BlankNode)


def _origin(derivations: Derivations, triple: Triple) -> str:
    axiom = derivations.axiom(triple)
    if axiom is None:
        return "inferred"
    return "article" if axiom.graph == "claims" else "background"


def _stated(triple: Triple, engine: Engine) -> tuple[Claim, ...]:
    """Return the claims that say exactly this: affirmed ones first, then in the article's order."""
    if not isinstance(triple.object, NamedNode):
        return ()
    rows = engine.query(_bound("stated", triple)).bindings()
    iris = list(dict.fromkeys(row[0].value for row in rows if row[0] is not None))
    claims = read(iris, engine)
    return tuple(claims[iri] for iri in iris)


def _nearest(
    triple: Triple,
    engine: Engine,
    wording: Wording,
    stated: Iterable[Claim],
    *,
    contrary: bool,
) -> Nearest:
    subject, object = triple.subject, triple.object
    if not isinstance(subject, NamedNode) or not isinstance(object, NamedNode):
        return Nearest((), 0)
    return nearest(
        subject.value,
        triple.predicate.value,
        object.value,
        engine,
        lambda iri: wording.term(NamedNode(iri)),
        without={claim.iri for claim in stated},
        contrary=contrary,
    )


def _instead(
    triple: Triple, derivations: Derivations, wording: Wording, near: Iterable[Near]
) -> tuple[str, ...]:
    """Return what follows between the two things, without what near claims already say."""
    between = {link.predicate: link for link in derivations.between(triple.subject, triple.object)}
    ends = [str(triple.subject), str(triple.object)]
    for claim in (other.claim for other in near):
        if [str(NamedNode(claim.subject)), str(NamedNode(claim.object))] == ends:
            between.pop(NamedNode(claim.relation), None)
            for above in derivations.above(NamedNode(claim.relation)):
                between.pop(above, None)
    for predicate in list(between):
        for above in derivations.above(predicate):
            if above != predicate:
                between.pop(above, None)
    return tuple(sorted(map(wording.sentence, between.values())))


def _bound(name: str, triple: Triple) -> str:
    names = ("subject", "predicate", "object")
    terms = (triple.subject, triple.predicate, triple.object)
    values = {name: [str(term)] for name, term in zip(names, terms, strict=True)}
    return bind(own_query(f"explain/{name}"), values)
