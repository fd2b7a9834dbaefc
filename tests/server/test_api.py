"""The question library, names, cards and derivations over HTTP, beside the same from Python."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import RdfFormat, parse
from server.test_protocol import told

from crampkg import KnowledgeGraph
from crampkg.claims import document
from crampkg.server.access_log import JsonFormatter
from crampkg.vocabulary import CK, PREFIXES
from web import Web


def test_the_library_is_listed(web: Web, graph: KnowledgeGraph) -> None:
    listed = web.get("/api/questions").json()
    assert [each["id"] for each in listed["questions"]] == [each.id for each in graph.questions()]
    assert listed["status"] == [status._asdict() for status in graph.statuses]
    anatomy = web.get("/api/questions", params={"tag": "anatomy"}).json()["questions"]
    assert [each["id"] for each in anatomy] == [
        each.id for each in graph.questions() if "anatomy" in each.tags
    ]
    told(web.get("/api/questions?tag=nope"), 404, "not-found")


def test_every_question_is_answered_as_from_python(web: Web, graph: KnowledgeGraph) -> None:
    for question in graph.questions():
        for format in ("csv", "json") if question.form == "select" else ("turtle", "jsonld"):
            response = web.get(f"/api/questions/{question.id}", params={"format": format})
            assert response.status_code == 200, question.id
            assert response.content == graph.ask(question.id).serialize(format), question.id


@pytest.mark.parametrize(
    ("type", "format"),
    [
        ("application/json", "json"),
        ("application/sparql-results+json", "json"),
        ("application/ld+json", "jsonld"),
        ("text/csv", "csv"),
        ("text/tab-separated-values", "tsv"),
        ("application/sparql-results+xml", "xml"),
        ("text/markdown", "md"),
    ],
)
def test_an_answer_can_be_had_in_each_format(
    web: Web, graph: KnowledgeGraph, type: str, format: str
) -> None:
    expected = graph.ask("electrolytes").serialize(format)
    accepted = web.get("/api/questions/electrolytes", headers={"accept": type})
    named = web.get("/api/questions/electrolytes", params={"format": format})
    assert accepted.content == named.content == expected
    assert accepted.headers["content-type"].partition(";")[0] == type


def test_parameters_are_names_and_there_may_be_several(web: Web, graph: KnowledgeGraph) -> None:
    path = "/api/questions/arteries-explaining-pain"
    one = web.get(path, params={"site": "Calf", "format": "csv"})
    assert one.content == graph.ask("arteries-explaining-pain", site="calf").serialize("csv")
    several = web.get(path, params={"site": ["calf", "kg:thigh"], "format": "csv"})
    expected = graph.ask("arteries-explaining-pain", site=["calf", "thigh"])
    assert several.content == expected.serialize("csv")
    assert len(list(csv.reader(io.StringIO(several.text)))) == len(expected) + 1


@pytest.mark.parametrize(
    ("path", "status", "kind", "says"),
    [
        ("/api/questions/nope", 404, "not-found", "There is no question 'nope'."),
        (
            "/api/questions/arteries-explaining-pains",
            404,
            "not-found",
            "Did you mean arteries-expl",
        ),
        ("/api/questions/electrolytes?site=calf", 400, "bad-request", "It takes format."),
        ("/api/questions/pain-within?site=nope", 400, "term", "No anatomical site"),
        ("/api/questions/pain-within?site=quinine", 400, "bad-request", "quinine"),
        ("/api/questions/pain-within?format=nope", 400, "bad-request", "no format 'nope'"),
        ("/api/questions/pain-within?format=csv&format=tsv", 400, "bad-request", "twice"),
        ("/api/terms", 400, "bad-request", "'q' is missing"),
        ("/api/terms?q=calf&limit=0", 400, "bad-request", "from 1 to 1,000"),
        ("/api/terms?q=calf&limit=1e3", 400, "bad-request", "from 1 to 1,000"),
        ("/api/terms?q=calf&kind=nope", 400, "term", "nope"),
        ("/api/describe", 400, "bad-request", "'term' is missing"),
        ("/api/describe?term=nope", 400, "term", "Nothing here is called 'nope'."),
        ("/api/why?subject=calf&predicate=a", 400, "bad-request", "'object' is missing"),
        ("/api/why?subject=nope&predicate=a&object=artery", 400, "term", "'nope'"),
        ("/api/why?subject=a&predicate=a&object=a&limit=99", 400, "bad-request", "from 1 to 20"),
        ("/api/status?x=1", 400, "bad-request", "It takes none."),
    ],
)
def test_what_cannot_be_answered_is_said(
    web: Web, path: str, status: int, kind: str, says: str
) -> None:
    assert says in told(web.get(path), status, kind)["detail"]


def test_a_question_that_is_not_acceptable_in_any_format(web: Web) -> None:
    response = web.get("/api/questions/electrolytes", headers={"accept": "image/png"})
    told(response, 406, "not-acceptable")


def test_names_are_found_the_best_first(web: Web) -> None:
    found = web.get("/api/terms", params={"q": "calf"}).json()
    labels = [term["label"] for term in found["terms"]]
    assert labels[:2] == ["calf", "calf pain"]
    assert found["total"] >= len(labels)
    arteries = web.get("/api/terms", params={"q": "artery", "kind": "artery"}).json()["terms"]
    assert {"femoral artery", "tibial artery"} <= {term["label"] for term in arteries}
    assert all(f"{CK}Artery" in term["kinds"] for term in arteries)
    few = web.get("/api/terms", params={"q": "a", "limit": 3}).json()
    assert len(few["terms"]) == 3
    assert few["total"] > 3
    assert web.get("/api/terms", params={"q": "zzz"}).json() == {"total": 0, "terms": []}


def test_a_concept_is_described(web: Web, graph: KnowledgeGraph) -> None:
    card = web.get("/api/describe", params={"term": "claudication"}).json()
    expected = graph.describe("claudication")
    assert card["term"]["iri"] == expected.term.iri
    assert card["claims"] == [document(claim) for claim in expected.claims]
    assert card["status"] == [status._asdict() for status in graph.statuses]
    turtle = web.get(
        "/api/describe", params={"term": "claudication"}, headers={"accept": "text/turtle"}
    )
    found = {str(quad.triple) for quad in parse(turtle.content, format=RdfFormat.TURTLE)}
    assert len(found) == len(set(expected.triples))


def test_why_is_answered(web: Web, graph: KnowledgeGraph) -> None:
    triple = ("femoral artery", "is implicated in", "calf pain")
    asked = dict(zip(("subject", "predicate", "object"), triple, strict=True))
    explanation = web.get("/api/why", params=asked).json()
    expected = graph.why(*triple)
    assert explanation["holds"] is True
    assert explanation["text"] == expected.text
    assert len(explanation["justifications"]) == len(expected.justifications)
    turtle = web.get("/api/why", params={**asked, "format": "turtle"})
    assert (
        None,
        rdflib.RDF.type,
        rdflib.URIRef(f"{PREFIXES['prov']}Activity"),
    ) in rdflib.Graph().parse(data=turtle.text, format="turtle")
    denied = {"subject": "mild hypohydration", "predicate": "predisposes to", "object": "cramp"}
    nothing = web.get("/api/why", params=denied).json()
    assert nothing["holds"] is False
    assert [each["stance"] for each in nothing["stated"]] == ["denied"]
    assert nothing["verdict"].startswith("“What causes leg cramps?” denies it in a sentence:")
    assert "reported belief" in {each["stance"] for each in nothing["nearest"]}
    label = {"subject": "bruit", "predicate": "is a sign of", "object": "PAD"}
    implied = web.get("/api/why", params=label).json()
    assert (implied["holds"], implied["origin"]) == (True, "article")
    assert implied["verdict"].startswith("“What causes leg cramps?” states it by implication:")
    turned = {
        "subject": "calf pain",
        "predicate": "is associated with",
        "object": "femoral artery disease",
    }
    either = web.get("/api/why", params=turned).json()
    assert (either["holds"], either["origin"]) == (True, "article")
    assert either["verdict"].startswith("“What causes leg cramps?” states it in a sentence:")
    assert either["stated"][0]["note"].endswith("it is typically associated with the disease.")


def test_the_library_is_there_for_the_editors_of_other_endpoints(
    web: Web, graph: KnowledgeGraph
) -> None:
    response = web.get("/api/questions", headers={"accept": "text/turtle"})
    found = rdflib.Graph().parse(data=response.text, format="turtle")
    shacl = rdflib.Namespace(PREFIXES["sh"])
    texts = {*found.objects(None, shacl.select), *found.objects(None, shacl.construct)}
    assert {str(text) for text in texts} == {each.text for each in graph.questions()}


def test_what_is_served_is_told(web: Web, graph: KnowledgeGraph) -> None:
    served = web.get("/api/status").json()
    assert served["triples"] == graph.counts
    assert served["digest"] == graph.digest
    assert served["status"][0]["notice"].startswith("Not medical advice")
    assert web.query("ASK {}").status_code == 200  # so that a worker has started
    health = web.get("/health")
    assert (health.status_code, health.json()["status"]) == (200, "ok")
    numbers = web.get("/metrics")
    assert numbers.headers["content-type"].startswith("text/plain")
    assert f'digest="{graph.digest}"' in numbers.text
    assert "crampkg_requests_total{" in numbers.text


def test_quotes_are_there_when_the_article_is(quoting: Web, article: Path, web: Web) -> None:
    path = "/api/questions/denied-claims"
    quotes = quoting.get(path).json()["crampkg"]["quotes"]
    text = article.read_text(encoding="utf-8")
    assert quotes
    assert all(quote in text for quote in quotes.values())
    assert quoting.get("/api/describe?term=dehydration").json()["quotes"]
    assert "quotes" not in web.get(path).json()["crampkg"]


def test_the_log_tells_of_each_request_and_of_no_person(
    begin: Callable[..., Web], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "crampkg")
    web = begin()
    web.get("/api/describe", params={"term": "claudication"})
    web.get("/nope%0A%7B%22forged%22")
    log = [JsonFormatter().format(record) for record in caplog.records]
    lines = [each for line in log if "path" in (each := json.loads(line))]
    asked = next(line for line in lines if line["path"] == "/api/describe")
    assert asked["status"] == 200
    assert asked["bytes"] > 1000
    assert asked["ms"] >= asked["worker_ms"] > 0
    assert not any("claudication" in line for line in log)
    assert any(line["path"] == '/nope\n{"forged"' for line in lines)


def test_the_page_of_the_api_needs_nothing_from_elsewhere(web: Web, graph: KnowledgeGraph) -> None:
    response = web.client.get("/api")
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert "<script" not in response.text
    assert "http://" not in response.text.replace(web.url, "")
    assert all(question.id in response.text for question in graph.questions())


def test_a_tag_holds_for_the_library_in_rdf_too(web: Web) -> None:
    asked = {"tag": "arteries", "format": "ntriples"}
    some = web.get("/api/questions", params=asked).text
    listed = web.get("/api/questions", params={"tag": "arteries"}).json()["questions"]
    found = {line.split()[0] for line in some.splitlines() if line.startswith("<")}
    assert {each.rpartition("/")[2].rstrip(">") for each in found} == {x["id"] for x in listed}
    wrong = web.get("/api/questions", params={**asked, "tag": "nonsense"})
    assert wrong.status_code == 404


def test_a_long_update_is_refused_as_an_update(web: Web) -> None:
    for triples in (1, 100_000):
        body = "update=INSERT+DATA+{" + "<urn:a>+<urn:b>+<urn:c>+.+" * triples + "}"
        type = {"content-type": "application/x-www-form-urlencoded"}
        answer = web.client.post("/sparql", content=body, headers=type)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "update")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/questions/arteries-explaining-pain?site=&format=csv", "site"),
        ("/api/questions/arteries-explaining-pain?site=%20", "site"),
        ("/api/questions/arteries-explaining-pain?site=calf&site=", "site"),
        ("/api/terms?q=", "q"),
        ("/api/terms?q=calf&limit=", "limit"),
        ("/api/describe?term=", "term"),
        ("/api/why?subject=calf&predicate=&object=leg", "predicate"),
    ],
)
def test_an_empty_parameter_is_not_its_default(web: Web, path: str, name: str) -> None:
    """A client whose variable is empty sends it, and would take the answer for its own."""
    answer = told(web.get(path), 400, "bad-request")
    assert answer["detail"] == (
        f"The parameter {name!r} is empty. Give it a value, or leave it out."
    )


class Forms(HTMLParser):
    """What the forms of a page send as they stand: their actions, each with its fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: list[tuple[str, dict[str, str]]] = []
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a form, or the value of a field; an option that is disabled is not sent."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.sent.append((given.get("action", ""), {}))
        elif tag == "input":
            self.sent[-1][1][given["name"]] = given.get("value", "")
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and "selected" in given and "disabled" not in given:
            self.sent[-1][1][self._select] = given["value"]


def test_the_forms_of_the_api_are_answered_as_they_stand(web: Web) -> None:
    """They send the fields that were left empty, too."""
    page = web.get("/api", headers={"accept": "text/html"}).text
    forms = [form for form in Forms(page.partition("<h1>")[2]).sent if form[0]]
    # A store of graphs wants one of its two fields, which is left to the reader.
    others = [form for form in forms if not re.search("/api/questions/|/store$", form[0])]
    questions = [form for form in forms if "/api/questions/" in form[0]]
    assert len(others) > 5
    assert len(questions) > 40
    for action, fields in [*others, *questions[:3]]:
        path = action[action.index("/", len("http://")) :]
        assert web.get(path, params=fields).status_code == 200, (path, fields)


@pytest.mark.parametrize(
    ("query", "type"),
    [
        ('SELECT ("a\\u0001b" AS ?x) {}', "application/sparql-results+xml"),
        ('CONSTRUCT { <urn:a> <urn:b/c> "a\\u0001b" } {}', "application/rdf+xml"),
        ("CONSTRUCT { <kg:a> <urn:b/c> 1 } {}", "application/ld+json"),
    ],
)
def test_what_a_format_cannot_hold_is_no_fault_of_the_server(
    web: Web, query: str, type: str
) -> None:
    asked = {"params": {"query": query}, "headers": {"accept": type}}
    answer = told(web.get("/sparql", **asked), 400, "bad-request")
    assert "Choose another format" in answer["detail"]


def test_an_iri_with_a_comma_is_one_field(web: Web) -> None:
    query = "SELECT ?x ?y { VALUES (?x ?y) { (<http://example.org/a,b> 1) (<urn:c> 2) } }"
    answer = web.get("/sparql", params={"query": query}, headers={"accept": "text/csv"})
    assert answer.text == 'x,y\r\n"http://example.org/a,b",1\r\nurn:c,2\r\n'
