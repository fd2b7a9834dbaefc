"""Checks of single files: form, names, terms, mappings, questions."""

from __future__ import annotations

import re

from pyoxigraph import Literal, NamedNode
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SH, SKOS, XSD

from crampkg.articles.tables import beside, format_table, is_table
from crampkg.check.material import SHAPES
from crampkg.check.questions import QUESTION_CHECKS, lint
from crampkg.errors import SourceError
from crampkg.export.jsonld import CONTEXT, check_context
from crampkg.model import Finding
from crampkg.pipeline.load import read_mappings
from crampkg.turtle import format_text
from crampkg.vocabulary import CK, GRAPHS, KG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from crampkg.check.material import Material

#: The checks of this module and of `Material`, with one line on each.
FILE_CHECKS = {
    "syntax": "Every file can be read, is UTF-8 and parses; a failure names file and line.",
    "not-canonical": "Every Turtle file is in the canonical form of `crampkg fmt`.",
    "name-out-of-place": (
        "Files of an article speak of its things only, other files of data of `kg:` things only."
    ),
    "name-style": "Names of things are lower-case words joined by hyphens.",
    "term-unknown": "Questions, rules, shapes and the context name terms that there are.",
    "mapping-subject": "A mapping is of a thing or term that there is.",
    "mapping-label": "A mapping repeats the label of its subject as it is.",
    "mapping-predicate": "A mapping uses one of the five match relations of SKOS.",
    "mapping-justified": (
        "A mapping names its justification and the release that its object is from."
    ),
    "mapping-twice": "A subject is mapped to an object once.",
    "mapping-merges": (
        "No two things are exact matches of one object, which would make them the same."
    ),
}

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TERM = re.compile(r"(?<![\w:/<-])([a-z]+):([A-Za-z][\w-]*)")
#: Prefixes of vocabularies whose terms are all known.
_CLOSED = {
    "dct": DCTERMS,
    "owl": OWL,
    "rdf": RDF,
    "rdfs": RDFS,
    "sh": SH,
    "skos": SKOS,
    "xsd": XSD,
}
_MATCHES = frozenset(
    f"skos:{kind}Match" for kind in ("broad", "close", "exact", "narrow", "related")
)


def check_files(material: Material) -> tuple[list[Finding], int]:
    """Return the findings about single files, syntax included, and the number of these checks.

    The checks of question files are `check.questions.QUESTION_CHECKS`.
    """
    findings = list(material.broken)
    terms = _terms(material)
    for name in sorted(material.selected):
        if name not in material.texts:
            continue
        if name.endswith(".ttl") or is_table(name):
            findings += _form(material, name)
            findings += _names(material, name)
        elif name.endswith(".sssom.tsv") and name in material.quads and not material.broken:
            findings += _mappings(material, name)
        elif name.startswith("queries/") and name.endswith(".rq"):
            faults = lint(name, material.texts[name], material.texts)
            findings += [fault._replace(file=material.show(name)) for fault in faults]
        if name == CONTEXT:
            findings += _context(material)
        if not material.broken and (name in (SHAPES, CONTEXT) or name.endswith(".rq")):
            findings += _unknown(material, name, terms)
    return findings, len(FILE_CHECKS) + len(QUESTION_CHECKS)


def _form(material: Material, name: str) -> Iterator[Finding]:
    text, shown = material.texts[name], material.show(name)
    try:
        if is_table(name):
            canonical = format_table(text, name, material.texts.get(beside(name), ""))
        else:
            canonical = format_text(text, name)
    except SourceError as error:
        fault = material.fault(error, name)
        if fault not in material.broken:
            yield fault._replace(check="not-canonical")
        return
    if text != canonical:
        pairs = zip([*text.splitlines(), ""], [*canonical.splitlines(), ""], strict=False)
        line = next((number for number, (is_, be) in enumerate(pairs, 1) if is_ != be), 1)
        problem = "From this line on the file is not in canonical form."
        yield Finding("not-canonical", shown, line, "", problem, f"Run crampkg fmt {shown}.")


def _names(material: Material, name: str) -> Iterator[Finding]:
    if not name.startswith("data/") or name.startswith(
        "data/mappings/"
    ):  # terms of other vocabularies
        return
    in_article = re.match(r"data/articles/([^/]+)/", name)
    home = f"{KG}{in_article[1]}/" if in_article else KG
    place = f"a thing of the article {in_article[1]}" if in_article else "a thing of kg:"
    subjects = {quad.subject for quad in material.quads.get(name, ())}
    for iri in sorted(node.value for node in subjects if isinstance(node, NamedNode)):
        local = iri.removeprefix(home)
        if iri.startswith(CK):  # a rule forbids terms as data
            continue
        if local == iri or "/" in local:
            check, problem = "name-out-of-place", f"The file describes what is not {place}."
            remedy = "Move it to a file of the article or of the concepts, or mend its name."
        elif not _NAME.fullmatch(local):
            check = "name-style"
            problem = f"The name {local} is not made of lower-case words joined by hyphens."
            remedy = "Rename it everywhere."
        else:
            continue
        finding = material.finding(check, iri, problem, remedy, file=name)
        if finding is not None:
            yield finding


def _context(material: Material) -> Iterator[Finding]:
    try:
        check_context(material.texts[CONTEXT])
    except SourceError as error:
        yield material.fault(error, CONTEXT)


def _unknown(material: Material, name: str, terms: set[str]) -> Iterator[Finding]:
    """Yield a finding for each unknown term in a query or in the shapes.

    A query for such a term has no solutions, and a shape tests nothing.
    """
    text = material.texts[name]
    first: dict[tuple[str, str], int] = {}  # the place of each name
    for match in _TERM.finditer(text):
        first.setdefault((match[1], match[2]), match.start())
    for (prefix, local), start in first.items():
        term = f"{prefix}:{local}"
        if prefix != "ck" and term not in terms and local in _CLOSED.get(prefix, (local,)):
            terms.add(term)  # looking up a term in an rdflib namespace is slow
        if term in terms:
            continue
        line = text.count("\n", 0, start) + 1
        problem = f"There is no term {term}, so that what asks for it finds nothing."
        yield Finding(
            "term-unknown", material.show(name), line, term, problem, "Mend its spelling."
        )


def _terms(material: Material) -> set[str]:
    """Return the CURIEs of our terms that the ontology declares."""
    ontology, kind = NamedNode(GRAPHS["ontology"]), NamedNode(str(RDF.type))
    return {
        f"ck:{quad.subject.value.removeprefix(CK)}"
        for quad in material.store.quads_for_pattern(None, kind, None, ontology)
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(CK)
    }


def _mappings(material: Material, name: str) -> Iterator[Finding]:
    labels = _labels(material)
    pairs: dict[tuple[str, str], int] = {}
    exact: dict[str, str] = {}
    for mapping, (about, *_) in read_mappings(name, material.texts[name]):
        subject, predicate, target = mapping.subject_id, mapping.predicate_id, mapping.object_id
        line, iri = mapping.line, about.value
        faults = []
        if iri not in labels:
            faults.append(
                ("mapping-subject", f"There is no {subject}.", "Define it, or mend its spelling.")
            )
        elif mapping.subject_label != labels[iri]:
            problem = f'The label of {subject} is "{labels[iri]}".'
            faults.append(("mapping-label", problem, "Copy it into subject_label."))
        if predicate not in _MATCHES:
            problem = f"{predicate} is no match relation of SKOS."
            faults.append(("mapping-predicate", problem, f"Use one of {_listed()}."))
        justified = mapping.mapping_justification.startswith("semapv:")
        if not justified or not mapping.object_source_version.strip():
            problem = "The mapping has no justification, or no release that its object is from."
            remedy = "Fill in mapping_justification (semapv:...) and object_source_version."
            faults.append(("mapping-justified", problem, remedy))
        first = pairs.setdefault((subject, target), line)
        if first != line:
            problem = f"{subject} is mapped to {target} in line {first} already."
            faults.append(("mapping-twice", problem, "Keep the row whose relation is right."))
        if predicate == "skos:exactMatch" and exact.setdefault(target, subject) != subject:
            problem = f"{target} is an exact match of {exact[target]} too."
            faults.append(("mapping-merges", problem, "Use skos:closeMatch for one of them."))
        for check, problem, remedy in faults:
            yield Finding(check, material.show(name), line, subject, problem, remedy)


def _labels(material: Material) -> dict[str, str]:
    label = NamedNode(f"{SKOS}prefLabel")
    return {
        quad.subject.value: quad.object.value
        for quad in material.store.quads_for_pattern(None, label, None, None)
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal)
    }


def _listed() -> str:
    return ", ".join(sorted(_MATCHES))
