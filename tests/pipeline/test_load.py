"""Loading: every file in its graph, and a clear sentence for one that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from crampkg.errors import SourceError
from crampkg.pipeline.load import load
from crampkg.sources import Sources, graph_of


@pytest.mark.parametrize(
    ("name", "graph"),
    [
        ("ontology/crampkg.ttl", "ontology"),
        ("ontology/shapes.ttl", None),
        ("ontology/context.jsonld", None),
        ("data/concepts/anatomy.ttl", "background"),
        ("data/mappings/terms.sssom.tsv", "background"),
        ("data/articles/a/article.ttl", "claims"),
        ("data/articles/a/claims.tsv", "claims"),
        ("data/articles/a/resolutions.ttl", "background"),
        ("queries/mimics.rq", None),
    ],
)
def test_each_file_has_its_graph(name: str, graph: str | None) -> None:
    assert graph_of(name) == (graph and f"https://w3id.org/crampkg/graph/{graph}")


def test_a_mapping_keeps_its_source(sources: Sources) -> None:
    texts = [str(quad) for quad in load(sources)]
    assert any("UBERON_0001464" in text and "exactMatch" in text for text in texts)
    assert any("uberon.owl v2026-04-01" in text for text in texts)


@pytest.mark.parametrize(
    ("name", "content", "line", "words"),
    [
        ("data/concepts/anatomy.ttl", b"@prefix a: <http://b/> .\na:b a:c [ .\n", 2, "not Turtle"),
        ("data/concepts/anatomy.ttl", b"# fine\n# \xff\n", 2, "not UTF-8"),
        ("data/mappings/terms.sssom.tsv", b"subject_id\tobject_id\n", 1, "columns"),
        (
            "data/mappings/terms.sssom.tsv",
            b"# curie_map:\n#   kg: http://k/\nsubject_id\tsubject_label\tpredicate_id\tobject_id"
            b"\tobject_label\tmapping_justification\tobject_source_version\tcomment\n"
            b"kg:a\ta\tskos:exactMatch\tX:1\tx\ts:m\tv\tc\n",
            4,
            "curie_map",
        ),
    ],
)
def test_a_broken_file_is_named_with_its_line(
    sources: Sources, name: str, content: bytes, line: int, words: str
) -> None:
    Path(sources.path(name)).write_bytes(content)
    with pytest.raises(SourceError, match=words) as caught:
        list(load(sources))
    assert (caught.value.path, caught.value.line) == (name, line)
    assert str(caught.value).startswith(f"{name}, line {line}: ")


def test_a_file_that_cannot_be_opened_is_named(sources: Sources) -> None:
    path = Path(sources.path("data/concepts/anatomy.ttl"))
    path.unlink()
    path.symlink_to("nowhere.ttl")
    with pytest.raises(SourceError, match=r"anatomy\.ttl cannot be read"):
        list(load(sources))


def test_a_folder_without_sources_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="ontology, data, queries, rules missing"):
        Sources.find(tmp_path)
