"""A check of all sources, or of some files among them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from tiny import ARTICLE, BASE, HOME, TinySources, added, changed

from crampkg.check import run
from crampkg.check.rules import TruthRule, lint_rules, text_rules
from crampkg.errors import SourceError
from crampkg.pipeline.load import load
from crampkg.sources import Sources
from crampkg.vocabulary import PREFIXES

CLAIM = f"{HOME}/claims/artery.ttl"
TERM = "calf-ache:claim-artery-causes-pain"


def test_the_real_sources_pass() -> None:
    report = run(Sources.find())
    assert report.findings == ()
    assert report.things > 600
    assert len(report.notes) == 1
    assert "No copy of the article is at hand" in report.notes[0]


def test_the_real_sources_pass_with_the_article_at_hand(article: Path) -> None:
    report = run(Sources.find(), (), str(article))
    assert report.findings == ()
    assert report.notes == ()


def test_a_finding_names_file_line_term_problem_and_remedy(tmp_path: Path) -> None:
    sources = changed(tmp_path, CLAIM, ("ck:affirmed", "ck:denied"))
    (finding,) = run(sources).findings
    assert finding.check == "label-hides-stance"
    assert finding.file == CLAIM
    assert finding.line is not None
    lines = Path(sources.path(CLAIM)).read_text().splitlines()
    assert lines[finding.line - 1] == "art:claim-artery-causes-pain"
    assert finding.term == TERM
    assert finding.problem == (
        'The label "artery causes pain (hedge: often)" reads as if the claim were affirmed.'
    )
    assert finding.remedy == 'Begin it with "denied: ".'


def test_files_are_checked_alone_with_the_rest_as_context(tmp_path: Path) -> None:
    """The draft takes the place of the source file; its own findings are all that is said."""
    draft = tmp_path / "artery.ttl"
    text = (BASE / CLAIM).read_text().replace("ck:affirmed", "ck:denied")
    draft.write_text(text)
    sources = changed(tmp_path / "other", f"{HOME}/claims/cold.ttl", ('"trigger"', '"cause"'))
    assert {finding.file for finding in run(sources).findings} == {f"{HOME}/claims/cold.ttl"}
    report = run(sources, [str(draft)])
    assert [(finding.check, finding.file) for finding in report.findings] == [
        ("label-hides-stance", str(draft))
    ]
    assert report.things == 1


def test_a_folder_of_a_new_article_is_checked_as_one(tmp_path: Path) -> None:
    """Its files need no place among the sources: their folder names the article."""
    folder = tmp_path / "elbow-ache"
    folder.mkdir()
    text = (BASE / f"{HOME}/article.ttl").read_text().replace("calf-ache/", "elbow-ache/")
    (folder / "article.ttl").write_text(text.replace("ck:audience", "ck:venue"))
    found = {finding.check for finding in run(TinySources(), [str(folder)]).findings}
    assert "article-audience" in found
    assert "name-out-of-place" not in found


WHAT_TO_NAME = "Name a .ttl, .tsv, .rq or .yaml file or a folder."


def test_a_path_that_is_not_there_is_an_error() -> None:
    with pytest.raises(SourceError) as caught:
        run(TinySources(), ["draft.ttl"])
    assert str(caught.value) == f"draft.ttl is not there. {WHAT_TO_NAME}"
    assert caught.value.path == "draft.ttl"


def test_a_path_with_nothing_to_check_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no graph")
    for path in (str(tmp_path), str(tmp_path / "notes.txt")):
        with pytest.raises(SourceError) as caught:
            run(TinySources(), [path])
        assert str(caught.value) == f"{path} holds nothing to check. {WHAT_TO_NAME}"
        assert caught.value.path == path


def test_broken_turtle_keeps_the_graph_unchecked_and_says_so(tmp_path: Path) -> None:
    sources = changed(tmp_path, CLAIM, ("a ck:Claim ;", "a ck:Claim ;; ,"))
    report = run(sources)
    assert [(finding.check, finding.file, finding.line) for finding in report.findings] == [
        ("syntax", CLAIM, 7)
    ]
    assert report.notes == (
        "Only single files were checked: the graph waits until all of them parse.",
    )


def test_a_file_that_is_not_utf8_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "data" / "concepts" / "latin.ttl"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\n# \xe9\n")
    (finding,) = run(TinySources(tmp_path)).findings
    assert (finding.check, finding.line) == ("syntax", 2)
    assert finding.problem == "This is not UTF-8."


def test_broken_shapes_are_a_finding(tmp_path: Path) -> None:
    text = Path(Sources.find().path("ontology/shapes.ttl")).read_text() + "shape:x ,, .\n"
    (finding,) = run(added(tmp_path, "ontology/shapes.ttl", text)).findings
    assert (finding.check, finding.file) == ("syntax", "ontology/shapes.ttl")
    assert finding.line == len(text.splitlines())


def test_a_broken_rule_is_a_finding(tmp_path: Path) -> None:
    header = "#+ id: odd\n#+ summary: Odd.\n#+ problem: Odd.\n#+ remedy: Odd.\n\n"
    added(tmp_path, "rules/lint/odd.rq", header + "SELECT ?term WHERE {")
    (finding,) = run(TinySources(tmp_path)).findings
    assert (finding.check, finding.file) == ("syntax", "rules/lint/odd.rq")
    assert finding.problem.startswith("The rule does not parse: ")
    assert finding.remedy == "Mend it."
    for query in ("SELECT ?x WHERE { }", "ASK { }"):
        added(tmp_path, "rules/lint/odd.rq", header + query)
        (finding,) = run(TinySources(tmp_path)).findings
        assert (finding.check, finding.file) == ("syntax", "rules/lint/odd.rq")
        assert finding.problem == "A rule is a SELECT with a variable ?term."
        assert finding.remedy == "Mend it."
    added(tmp_path, "rules/facts/odd.rq", "CONSTRUCT {")
    assert {finding.file for finding in run(TinySources(tmp_path)).findings} == {
        "rules/facts/odd.rq"
    }


@pytest.mark.parametrize(
    ("name", "text", "sentence", "line"),
    [
        (
            "rules/lint/odd.rq",
            "#+ id: odd\n\nSELECT ?term WHERE { }\n",
            ": the header has no summary and no problem and no remedy. Add it as text.",
            None,
        ),
        (
            "rules/text/odd.yaml",
            "id: odd\nsummary: Odd.\nproblem: Odd.\nremedy: 7\n",
            ": the header has no remedy. Add it as text.",
            None,
        ),
        (
            "rules/text/odd.yaml",
            "id: even\nsummary: Odd.\nproblem: Odd.\nremedy: Odd.\n",
            ": the id is even. Name the file even.yaml.",
            None,
        ),
        (
            "rules/lint/odd.rq",
            "#+ id: even\n#+ summary: Odd.\n#+ problem: Odd.\n#+ remedy: Odd.\n",
            ": the id is even. Name the file even.rq.",
            None,
        ),
        (
            "rules/text/odd.yaml",
            "id: a\nb: c: d\n",
            ", line 2: this is not YAML. Mind quotes, colons and indents.",
            2,
        ),
        (
            "rules/text/odd.yaml",
            "id: odd\nsummary: S.\nproblem: P.\nremedy: R.\nwords: [a]\nneeds: {property: b}\n",
            ": needs is no condition. Write `stance: [...]` or `circumstance: ck:...` below it.",
            None,
        ),
        (
            "rules/text/odd.yaml",
            "id: odd\nsummary: S.\nproblem: P.\nremedy: R.\nwords: [a]\n",
            ": needs is no condition. Write `stance: [...]` or `circumstance: ck:...` below it.",
            None,
        ),
        (
            "rules/text/odd.yaml",
            "id: odd\nsummary: S.\nproblem: P.\nremedy: R.\nwords_of: even\nwhen: {stance: [a]}\n",
            ": words_of is no rule with words. Name one of `rules/text/`.",
            None,
        ),
        (
            "rules/text/odd.yaml",
            "\n",
            ": there is nothing in it. Begin the file with `id: ...`.",
            None,
        ),
    ],
)
def test_a_rule_without_its_header_is_an_error(
    tmp_path: Path, name: str, text: str, sentence: str, line: int | None
) -> None:
    sources = added(tmp_path, name, text)
    with pytest.raises(SourceError) as caught:
        text_rules(sources) if name.endswith(".yaml") else lint_rules(sources)
    assert str(caught.value) == f"{name}{sentence}"
    assert (caught.value.path, caught.value.line) == (name, line)


def test_a_rule_has_what_stands_in_its_header(tmp_path: Path) -> None:
    header = "id: odd\nsummary: S.\nproblem: P.\nremedy: R.\npattern: a\n"
    name = "rules/text/odd.yaml"
    rule = text_rules(added(tmp_path, name, header))["odd"]
    assert rule == TruthRule("odd", "S.", "P.", "R.", name, header, {"pattern": "a"})


def test_question_files_are_checked_too(tmp_path: Path) -> None:
    text = Path(Sources.find().path("queries/background-of.rq")).read_text()
    sources = added(tmp_path, "queries/background-of.rq", text.replace("SELECT", "select"))
    findings = run(sources).findings
    assert {finding.check for finding in findings} == {"question-keyword"}
    draft = tmp_path / "queries" / "background-of.rq"
    assert {finding.file for finding in run(TinySources(), [str(draft)]).findings} == {str(draft)}


def test_a_text_of_no_article_is_said_not_to_be_compared(tmp_path: Path) -> None:
    """With several articles, the one whose spans fit is meant."""
    for name in ("article.ttl", "headings.ttl"):
        text = (BASE / HOME / name).read_text().replace("calf-ache/", "knee-ache/")
        text = text.replace("calf ache", "knee ache").replace("section on", "knee section on")
        added(tmp_path, f"data/articles/knee-ache/{name}", text)
    other = tmp_path / "other.txt"
    other.write_text("Some other text.")
    report = run(TinySources(tmp_path), (), str(other))
    assert report.notes == (
        f"{other} is the text of none of the articles: digests and words were not compared.",
    )
    assert run(TinySources(tmp_path), (), str(ARTICLE)).notes == ()


#: Axioms and what a finding about each names: its term and the property.
HIJACKS = {
    "ck:associatedWith rdfs:subPropertyOf ck:causes .": "ck:associatedWith rdfs:subPropertyOf",
    "kg:odd rdfs:subPropertyOf ck:causes .": "kg:odd rdfs:subPropertyOf",
    "skos:related rdfs:subPropertyOf ck:partOf .": "skos:related rdfs:subPropertyOf",
    "ck:Pain rdfs:subClassOf ck:Condition .": "ck:Pain rdfs:subClassOf",
    "[ ] rdfs:subClassOf ck:Pain .": "rdfs:subClassOf rdfs:subClassOf",
    "ck:relatedTo rdfs:domain ck:Condition .": "ck:relatedTo rdfs:domain",
    "ck:relatedTo rdfs:range ck:Condition .": "ck:relatedTo rdfs:range",
    "ck:relatedTo owl:inverseOf ck:causes .": "ck:relatedTo owl:inverseOf",
    "ck:relatedTo owl:equivalentProperty ck:causes .": "ck:relatedTo owl:equivalentProperty",
    "ck:leadsTo owl:propertyChainAxiom ( ck:causes ) .": "ck:leadsTo owl:propertyChainAxiom",
    "ck:Pain owl:equivalentClass ck:Finding .": "ck:Pain owl:equivalentClass",
    "ck:Pain owl:disjointWith ck:Symptom .": "ck:Pain owl:disjointWith",
    "ck:relatedTo a owl:SymmetricProperty .": "ck:relatedTo rdf:type",
    "skos:broader a owl:TransitiveProperty .": "skos:broader rdf:type",
    'ck:relatedTo ck:printedAs "causes"@en .': "ck:relatedTo ck:printedAs",
    "ck:may ck:rank 9 .": "ck:may ck:rank",
    'kg:surely a ck:Hedge ; ck:hedgeWord "may"@en .': "kg:surely rdf:type",
    "ck:relatedTo ck:strength 9 .": "ck:relatedTo ck:strength",
}


def test_data_adds_nothing_to_what_a_term_means(tmp_path: Path) -> None:
    """Whatever the axiom and whoever its subject, the finding is about the file of data."""
    used = ("ck", "kg", "owl", "rdfs", "skos")
    prefixes = [f"@prefix {prefix}: <{PREFIXES[prefix]}> ." for prefix in used]
    sources = added(tmp_path, "data/concepts/odd.ttl", "\n".join([*prefixes, *HIJACKS, ""]))
    found = [each for each in run(sources).findings if each.check == "term-outside-ontology"]
    assert {each.file for each in found} == {"data/concepts/odd.ttl"}
    assert sorted(f"{each.term} {each.problem.split()[2]}" for each in found) == sorted(
        HIJACKS.values()
    )


#: What OWL 2 has and no rule here reads.
NOT_UNDERSTOOD = (
    *("AllDisjointProperties", "AsymmetricProperty", "InverseFunctionalProperty"),
    *("IrreflexiveProperty", "NegativePropertyAssertion", "ReflexiveProperty", "cardinality"),
    *("complementOf", "differentFrom", "disjointUnionOf", "hasKey", "hasSelf", "imports"),
    *("maxCardinality", "maxQualifiedCardinality", "oneOf", "propertyDisjointWith", "sameAs"),
    "withRestrictions",
)


def test_what_no_rule_understands_is_said_in_ontology_and_data(tmp_path: Path) -> None:
    lines = [f"@prefix {prefix}: <{PREFIXES[prefix]}> ." for prefix in ("ck", "owl", "rdfs")]
    lines += [f"ck:causes owl:{name} ck:causes ." for name in NOT_UNDERSTOOD]
    lines += ["ck:causes a owl:Klass ; rdfs:subClasOf ck:Pain ."]
    added(tmp_path, "ontology/more.ttl", "\n".join([*lines, ""]))
    sources = added(tmp_path, "data/concepts/odd.ttl", "\n".join([*lines[:-1], ""]))
    found = [each for each in run(sources).findings if each.check == "axiom-not-understood"]
    wanted = {*(f"owl:{name}" for name in NOT_UNDERSTOOD), "owl:Klass", "rdfs:subClasOf"}
    assert {each.term for each in found} == wanted
    assert {each.file for each in found} == {"ontology/more.ttl", "data/concepts/odd.ttl"}


def test_what_is_said_to_be_understood_is_in_a_rule() -> None:
    sources = Sources.find()
    text = Path(sources.path("rules/lint/axiom-not-understood.rq")).read_text()
    reasoned = re.findall(r"\b(?:owl|rdfs):\w+", text.rpartition("NOT IN (")[2])
    rules = "".join(
        Path(sources.path(name)).read_text()
        for name in sources.files()
        if name.startswith(("rules/owl/", "rules/inconsistent/"))
    )
    assert len(reasoned) > 15
    assert {each for each in reasoned if each not in rules} <= {"owl:FunctionalProperty"}


def test_the_shapes_name_terms_that_there_are(tmp_path: Path) -> None:
    """A misspelt class or a misspelt word of SHACL tests nothing and says nothing."""
    path = Path(Sources.find().path("ontology/shapes.ttl"))
    text = path.read_text().replace("sh:targetClass ck:Article ", "sh:targetClass ck:Artikle ")
    text = text.replace("sh:minCount 1", "sh:minCuont 1", 1)
    report = run(added(tmp_path, "ontology/shapes.ttl", text))
    found = {each.term for each in report.findings if each.check == "term-unknown"}
    assert found == {"ck:Artikle", "sh:minCuont"}


def test_a_text_hides_no_blank_and_keeps_joiners_and_soft_hyphens(tmp_path: Path) -> None:
    bad = [
        "odd\u00a0thing",
        "odd\u200b",
        "\ufeffodd",
        "odd  thing",
        "odd\tthing",
        " odd",
        "odd\u2028",
    ]
    good = ["a\u200cb", "a\u200db", "co\u00adoperate", "5 < 6", "\U0001fae8", "o", "o\u0308"]
    path = tmp_path / "data" / "concepts" / "odd.ttl"
    path.parent.mkdir(parents=True)
    path.write_text(
        f"@prefix kg: <{PREFIXES['kg']}> .\n@prefix skos: <{PREFIXES['skos']}> .\n"
        + "".join(f'kg:bad-{n} skos:note "{text}"@en .\n' for n, text in enumerate(bad))
        + "".join(f'kg:good-{n} skos:note "{text}"@en .\n' for n, text in enumerate(good)),
        encoding="utf-8",
    )
    found = [each for each in run(TinySources(tmp_path)).findings if each.check == "text-blanks"]
    assert [each.term for each in found] == [f"kg:bad-{n}" for n in range(len(bad))]


def test_an_article_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"missing\.txt cannot be read"):
        run(TinySources(), (), str(tmp_path / "missing.txt"))


def test_the_report_is_the_same_from_run_to_run(tmp_path: Path) -> None:
    sources = changed(tmp_path, CLAIM, ("ck:causes", "ck:relatedTo"), ("kg:calf-pain", "kg:calf"))
    first = run(sources, (), str(ARTICLE))
    assert len(first.findings) > 1
    assert run(sources, (), str(ARTICLE)) == first


def test_an_article_with_windows_line_ends_fits(tmp_path: Path, text: str) -> None:
    copy = tmp_path / "article.txt"
    copy.write_bytes(text.replace("\n", "\r\n").encode())
    assert not run(TinySources(), (), str(copy)).findings


@pytest.fixture
def text() -> str:
    return ARTICLE.read_text(encoding="utf-8")


def test_the_digest_of_the_tiny_article_is_that_of_its_file(text: str) -> None:
    recorded = (BASE / HOME / "article.ttl").read_text()
    assert hashlib.sha256(text.encode()).hexdigest() in recorded


@pytest.mark.parametrize(
    ("said", "sign"),
    [
        ('"odd thing"@en {| rdfs:comment "why" |}', "{|"),
        ("<<( kg:a kg:b kg:c )>>", "<<"),
        ('"odd"@en--ltr', "@en--"),
    ],
)
def test_what_goes_beyond_rdf_1_1_is_a_finding(tmp_path: Path, said: str, sign: str) -> None:
    """It was a mistake in crampkg itself, in a check and in whatever needs the graph."""
    prefixes = "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in ("kg", "rdfs", "skos"))
    name = "data/concepts/odd.ttl"
    sources = added(tmp_path, name, f"{prefixes}\nkg:odd-thing\n    skos:prefLabel {said} ;\n.\n")
    (finding,) = run(sources).findings
    assert (finding.check, finding.file, finding.line) == ("syntax", name, 6)
    assert finding.problem == f"{sign} goes beyond RDF 1.1."
    with pytest.raises(SourceError, match=r"odd\.ttl, line 6: .* goes beyond RDF 1\.1"):
        list(load(sources))
