"""Pictures over HTTP: formats, validators, what is refused, and Graphviz's limits."""

from __future__ import annotations

import asyncio
import struct
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from crampkg.server import drawing
from crampkg.server.limits import Limits
from crampkg.server.problems import Problem
from web import Web


def test_a_picture_as_svg(web: Web) -> None:
    answer = web.get("/picture.svg", params={"concept": "dehydration"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in answer.headers["content-security-policy"]
    root = ET.fromstring(answer.text)  # noqa: S314 - our own
    links = {each.get("href") for each in root.iter("{http://www.w3.org/2000/svg}a")}
    assert f"{web.url}/id/dehydration" in links
    text = "".join(root.itertext())
    assert "Not medical advice" in text
    assert "an article says it by a heading" in text


def test_a_picture_as_png(web: Web) -> None:
    answer = web.get("/picture.png", params={"concept": "calf"})
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", answer.content[16:24])
    assert width > 400
    assert height > 100


@pytest.mark.parametrize("path", ["/picture", "/picture.svg", "/picture.png"])
def test_it_is_not_drawn_again(web: Web, path: str) -> None:
    first = web.get(path, params={"concept": "hip"})
    again = web.get(
        path, params={"concept": "hip"}, headers={"if-none-match": first.headers["etag"]}
    )
    assert again.status_code == 304
    assert web.get(path, params={"concept": "hip"}).content == first.content


def test_a_long_query_is_drawn_by_post(web: Web) -> None:
    padding = "# so long that no address would hold it\n" * 2000
    query = f"{padding}CONSTRUCT {{ kg:calf ck:partOf kg:leg }} WHERE {{}}"
    answer = web.client.post("/picture.svg", data={"query": query})
    assert answer.status_code == 200
    assert f'href="{web.url}/id/calf"' in answer.text
    raster = web.client.post("/picture.png", data={"query": query})
    assert raster.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ({"concept": "cafl"}, 400, "calf"),
        ({"concept": "calf", "depth": "3"}, 400, "depth"),
        ({"layer": "zebra"}, 400, "conditions"),
        ({"origin": "zebra"}, 400, "background"),
        ({"concept": "calf", "question": "people"}, 400, "one of these"),
        ({"question": "zebra"}, 404, "zebra"),
        ({"question": "people", "site": "calf"}, 400, "site"),
        ({"query": "SELECT * {}"}, 400, "CONSTRUCT"),
        ({"query": "CONSTRUCT {\n ?s"}, 400, ""),
        ({"query": "CONSTRUCT {} WHERE {}"}, 404, "nothing to draw"),
        ({"query": "CONSTRUCT WHERE { ?s ?p ?o }"}, 422, "can be drawn"),
        ({"query": "CONSTRUCT WHERE { SERVICE <http://x> { ?s ?p ?o } }"}, 403, ""),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    web: Web, asked: dict[str, str], status: int, says: str
) -> None:
    for path in ("/picture.svg", "/picture.png"):
        answer = web.get(path, params=asked)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert says in answer.json()["detail"]
    page = web.get("/picture", params=asked)
    assert page.status_code == status
    assert page.headers["content-type"].startswith("text/html")
    assert 'role="alert"' in page.text


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"concept": ""}, "concept"),
        ({"question": "arteries-explaining-pain", "site": ""}, "site"),
        ({"concept": "calf", "depth": " "}, "depth"),
    ],
)
def test_an_empty_parameter_is_not_its_default(web: Web, asked: dict[str, str], name: str) -> None:
    """Of a file, which programs fetch, and of a question; a form may send fields left empty."""
    for path in ("/picture.svg", "/picture.png"):
        answer = web.get(path, params=asked)
        assert answer.status_code == 400
        assert f"{name!r} is empty" in answer.json()["detail"]
    expected = 400 if "question" in asked else 200
    assert web.get("/picture", params=asked).status_code == expected


def test_names_that_are_too_long_in_all_are_refused(web: Web) -> None:
    things = " ".join(f"<http://example.org/{number}>" for number in range(80))
    query = (
        f"CONSTRUCT {{ ?x skos:prefLabel '{'x' * 60_000}' . ?x ck:partOf kg:leg }} "
        f"WHERE {{ VALUES ?x {{ {things} }} }}"
    )
    answer = web.client.post("/picture.svg", data={"query": query})
    assert answer.status_code == 422
    assert "MiB of names" in answer.json()["detail"]


def drawn(source: str, limits: Limits, format: str = "svg") -> bytes:
    """Lay a source out within limits."""
    return asyncio.run(drawing.Drawing(limits).draw(source, format, "me"))


def stand_in(tmp_path: Path, patch: pytest.MonkeyPatch, script: str) -> None:
    """Let a shell script stand in for Graphviz."""
    path = tmp_path / "dot"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    path.chmod(0o755)
    patch.setattr(drawing, "program", lambda: str(path))


def test_a_layout_that_takes_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = tmp_path / "pid"
    stand_in(tmp_path, monkeypatch, f"echo $$ > {mark}; exec sleep 60")
    with pytest.raises(Problem, match="given up") as caught:
        drawn("digraph {}", Limits(seconds=0.5))
    assert caught.value.kind == "time-limit"
    assert not Path(f"/proc/{mark.read_text(encoding='ascii').strip()}").exists()


def test_a_layout_has_a_limit_of_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "read line; ulimit -v")
    limits = Limits(memory=512 << 20)
    assert int(drawn("digraph {}\n", limits)) == 512 << 10


def test_a_layout_that_fails_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "cat > /dev/null; exit 1")
    with pytest.raises(Problem, match="could not lay") as caught:
        drawn("digraph {}", Limits())
    assert caught.value.kind == "engine"


def test_without_graphviz_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "program", lambda: None)
    with pytest.raises(Problem, match=r"pip install 'crampkg\[server\]'") as caught:
        drawn("digraph {}", Limits())
    assert caught.value.status == 503


def test_without_graphviz_the_page_says_it_all_in_words(
    begin: Callable[..., Web], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "program", lambda: None)
    web = begin()
    page = web.get("/picture", params={"concept": "dehydration"})
    assert page.status_code == 503
    assert "pip install" in page.text
    assert "<svg" not in page.text.partition("<main")[2]
    assert page.text.count('<tr role="row" class="') > 5
    assert web.get("/picture.svg").status_code == 503


def test_a_page_without_its_picture_for_now_has_it_later(
    begin: Callable[..., Web], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was kept, and shown without its picture for good."""
    web = begin()
    with monkeypatch.context() as patch:
        patch.setattr(drawing, "program", lambda: None)
        assert web.get("/picture", params={"concept": "calf"}).status_code == 503
    page = web.get("/picture", params={"concept": "calf"})
    assert page.status_code == 200
    assert "<svg" in page.text.partition("<main")[2]


def test_the_systems_program_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dot").write_text("#!/bin/sh\n", encoding="ascii")
    (tmp_path / "dot").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path / "nowhere"))
    drawing.program.cache_clear()
    try:
        assert drawing.program() == str(tmp_path / "dot")
    finally:
        drawing.program.cache_clear()
