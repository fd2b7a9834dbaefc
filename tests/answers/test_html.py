"""An answer in a notebook, whole."""

from __future__ import annotations

from crampkg.graph import KnowledgeGraph

QUERY = "SELECT ?site WHERE { VALUES ?site { kg:calf kg:foot } }"


def _shown(graph: KnowledgeGraph, query: str) -> str:
    shown, _, status = graph.query(query)._repr_html_().partition("<p><small>")
    assert status.endswith("</small></p>")
    return shown


def test_a_yes_or_no_is_a_word(graph: KnowledgeGraph) -> None:
    assert _shown(graph, "ASK {}") == "<p>yes</p>"
    assert _shown(graph, "ASK { FILTER (false) }") == "<p>no</p>"


def test_a_graph_is_a_table_of_triples(graph: KnowledgeGraph) -> None:
    query = "CONSTRUCT { kg:calf ck:partOf kg:leg } WHERE {}"
    cells = "".join(
        f'<td><a href="https://w3id.org/crampkg/{path}">{name}</a></td>'
        for path, name in (
            ("id/calf", "kg:calf"),
            ("ontology#partOf", "ck:partOf"),
            ("id/leg", "kg:leg"),
        )
    )
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("subject", "predicate", "object"))
    assert _shown(graph, query) == (
        f"<table><thead><tr>{heads}</tr></thead><tbody><tr>{cells}</tr></tbody></table>"
    )


def test_rows_are_a_table_without_a_column_of_one_article(graph: KnowledgeGraph) -> None:
    rows = "".join(
        f'<tr><td><a href="https://w3id.org/crampkg/id/{name}">kg:{name}</a></td></tr>'
        for name in ("calf", "foot")
    )
    assert _shown(graph, QUERY) == (
        f'<table><thead><tr><th scope="col">site</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def test_an_answer_is_true_where_there_is_one(graph: KnowledgeGraph) -> None:
    assert graph.query(QUERY)
    assert not graph.query("SELECT ?x WHERE { VALUES ?x {} }")
    assert graph.query("ASK {}")
    assert not graph.query("ASK { FILTER (false) }")
