"""An endpoint as it may be: of another mind, in trouble, or hostile."""

from __future__ import annotations

import base64
import email.utils
import html
import json
import re
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest
from faulty import Asked, Handler, Server, serving
from pyoxigraph import BlankNode, Literal, NamedNode

from crampkg.engine import transport
from crampkg.engine.remote import RemoteEngine, declared
from crampkg.engine.transport import Transport
from crampkg.errors import EndpointError, QueryError, UsageError
from crampkg.vocabulary import GRAPHS, XSD

pytestmark = pytest.mark.usefixtures("nobody")

SELECT = "SELECT ?x WHERE { ?x a ck:Artery }"
RESULTS = "application/sparql-results+json"

Answer = Callable[[Handler, Asked], None]


def says(body: object, type: str = RESULTS, status: int = 200, **headers: str) -> Answer:
    """Return the function that answers every request with `body`."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda handler, _: handler.reply(status, sent, type, **headers)


def rows(*bindings: object, names: tuple[str, ...] = ("x",)) -> dict[str, object]:
    return {"head": {"vars": list(names)}, "results": {"bindings": list(bindings)}}


def nested(opening: bytes, inside: bytes, closing: bytes) -> bytes:
    """Return RDF so deep that to parse it ends the process, or takes minutes."""
    return opening * 100_000 + inside + closing * 100_000


def form(asked: Asked) -> dict[str, list[str]]:
    """Return the fields of the form that a request posted."""
    return urllib.parse.parse_qs(asked.body.decode())


def test_reads_the_standard_results_and_those_of_virtuoso() -> None:
    told = rows(
        {"x": {"type": "uri", "value": "urn:a"}},
        {"x": {"type": "bnode", "value": "b"}},
        {"x": {"type": "literal", "value": "wade", "xml:lang": "de"}},
        {"x": {"type": "typed-literal", "value": "1", "datatype": XSD + "integer"}},
        {"x": {"type": "literal", "value": "s", "datatype": XSD + "string"}},
        {},
    )
    with serving(says(told)) as server:
        result = RemoteEngine(server.url).query(SELECT)
    assert (result.form, result.variables, result.boolean) == ("select", ("x",), None)
    assert list(result.bindings()) == [
        (NamedNode("urn:a"),),
        (BlankNode("b"),),
        (Literal("wade", language="de"),),
        (Literal("1", datatype=NamedNode(XSD + "integer")),),
        (Literal("s"),),
        (None,),
    ]


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ({"head": {}, "boolean": True}, True),
        ({"head": {}, "boolean": False}, False),
        (
            rows(
                {"__ASK_RETVAL": {"type": "typed-literal", "value": "1"}}, names=("__ASK_RETVAL",)
            ),
            True,
        ),
        (
            rows(
                {"__ASK_RETVAL": {"type": "typed-literal", "value": "0"}}, names=("__ASK_RETVAL",)
            ),
            False,
        ),
        (rows(names=("__ASK_RETVAL",)), False),
    ],
)
def test_reads_a_yes_or_no(told: object, meant: bool) -> None:
    with serving(says(told)) as server:
        assert RemoteEngine(server.url).query("ASK { }").boolean is meant


@pytest.mark.parametrize(
    ("type", "body"),
    [
        ("application/n-triples", b"<urn:a> <urn:b> '1.50'^^<urn:c> ."),
        ("text/turtle", b"@prefix : <urn:> . :a :b '1.50'^^:c ."),
        ("text/plain", b'<urn:a> <urn:b> "1.50"^^<urn:c> .\n'),
    ],
)
def test_reads_a_graph_as_it_is_written(type: str, body: bytes) -> None:
    if type == "application/n-triples":
        body = body.replace(b"'", b'"')
    with serving(says(body, type)) as server:
        triples = list(RemoteEngine(server.url).query("DESCRIBE kg:calf").triples())
    assert triples == [
        (NamedNode("urn:a"), NamedNode("urn:b"), Literal("1.50", datatype=NamedNode("urn:c")))
    ]


def test_asks_in_a_form_for_the_five_graphs() -> None:
    with serving(says(rows())) as server:
        RemoteEngine(server.url).query(f"# SELECT or CONSTRUCT?\n{SELECT}")
        RemoteEngine(server.url).query(f"{SELECT} # {'long ' * 100_000}", union=False)
    first, second = server.asked
    assert (first.method, first.headers["accept"]) == ("POST", RESULTS)
    assert first.headers["content-type"] == "application/x-www-form-urlencoded"
    assert form(first)["default-graph-uri"] == list(GRAPHS.values())
    assert form(first)["named-graph-uri"] == list(GRAPHS.values())
    assert form(first)["query"][0].startswith("PREFIX ck: <")
    assert set(form(second)) == {"query"}


def test_declares_what_is_used_and_not_declared() -> None:
    text = "PREFIX kg: <urn:mine>\nSELECT * { ?x a ck:Artery ; ?y kg:a, 'skos:b' } # owl:c"
    first, _, rest = declared(text).partition(">")
    assert first == "PREFIX ck: <https://w3id.org/crampkg/ontology#"
    assert rest == f" {text}"
    assert declared(text).count("\n") == text.count("\n")
    assert declared("ASK { ?x xyz:a ?y }") == "ASK { ?x xyz:a ?y }"


def test_a_text_that_asks_nothing_is_not_sent() -> None:
    with serving(says(rows())) as server, pytest.raises(QueryError, match="begins with SELECT"):
        RemoteEngine(server.url).query("PREFIX a: <urn:a>")
    assert server.asked == []


def hang(handler: Handler, _: Asked) -> None:
    assert isinstance(handler.server, Server)
    handler.server.over.wait(30)


def half(handler: Handler, _: Asked) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", RESULTS)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"head": {"vars": ["x"]}, "results": {"bind')
    handler.close_connection = True


def half_in_chunks(handler: Handler, _: Asked) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", RESULTS)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"ff\r\n{")
    handler.close_connection = True


def no_http(handler: Handler, _: Asked) -> None:
    handler.wfile.write(b"\x00\x01\x02 what?\r\n\r\n")
    handler.close_connection = True


def gone(handler: Handler, _: Asked) -> None:
    handler.close_connection = True


HTML = b"<html><head><title>Bad\nGateway</title><style>x{}</style></head><body>Oh no</body></html>"
PROBLEM = {"type": "about:blank", "title": "Too busy.", "detail": "Ten queries wait\x1b[31m."}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (hang, "has not answered within 0.5 seconds"),
        (half, "closed 957 bytes before the end"),
        (half_in_chunks, "closed in the middle"),
        (no_http, "it is not HTTP"),
        (gone, "cannot be reached"),
        (says(b"garbage"), "broken or of another kind"),
        (says(b"[]"), "broken or of another kind"),
        (says({"head": {}}), "broken or of another kind"),
        (says(rows({"x": {"value": "a"}})), "a row of its results"),
        (says(rows({"x": {"type": "triple", "value": {}}})), "a term of RDF 1.2 alone"),
        (says(HTML, "text/html"), "this is text/html"),
        (says(b"Out of memory\nat line 1", "text/plain", 500), "500: Out of memory. Try again"),
        (says(HTML, "text/html", 502), "502: Bad Gateway. Try again later"),
        (says(b"<p>Sorry.</p>", "text/html", 418), "an error, 418: Sorry."),
        (
            says(PROBLEM, "application/problem+json", 503, Retry_After="7"),
            "503: Too busy: Ten queries wait [31m. Try again in 7 seconds.",
        ),
        (says({"message": "no"}, "application/json", 500), "500: no."),
        (says(b"", status=404), "it answers 404. Check the path."),
        (says(b"", status=301, Location="file:///etc/passwd"), "on to file:///etc/passwd."),
        (says(b"", status=307, Location="/elsewhere"), "Redirects are not followed"),
        (says(b"Who are you?", status=401), "refuses access with 401: Who are you?"),
        (
            says(b"", status=401, WWW_Authenticate='Bearer realm="x"'),
            "or CRAMPKG_TOKEN.",
        ),
        (
            says(rows({}, {}), X_SPARQL_MaxRows="2"),
            "cuts an answer off at 2 rows",
        ),
    ],
)
def test_trouble_is_told_in_a_sentence(answer: Answer, sentence: str) -> None:
    timeout = 0.5 if answer is hang else 60
    with serving(answer) as server, pytest.raises(EndpointError) as raised:
        list(RemoteEngine(server.url, timeout=timeout).query(SELECT).bindings())
    assert sentence in str(raised.value)
    assert server.url in str(raised.value)
    assert str(raised.value).isprintable()
    assert raised.value.exit_code == 3
    assert len(str(raised.value)) < 500


@pytest.mark.parametrize(
    ("type", "body"),
    [
        ("application/n-triples", b"<urn:a> <urn:b> <ur"),
        ("text/html", HTML),
        ("text/turtle", b"\xff"),
        ("application/n-triples", nested(b"<urn:a> <urn:b> <<( ", b"<urn:c>", b" )>>") + b" ."),
        ("text/turtle", nested(b"<urn:a> <urn:b> <<( ", b"<urn:c>", b" )>>") + b" ."),
        ("application/ld+json", nested(b'{"urn:a":', b'"x"', b"}")),
        (
            "application/rdf+xml",
            b"<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='urn:'>"
            + nested(b"<r:Description><a>", b"x", b"</a></r:Description>")
            + b"</r:RDF>",
        ),
    ],
)
def test_a_broken_graph_is_told_in_a_sentence(type: str, body: bytes) -> None:
    with serving(says(body, type)) as server, pytest.raises(EndpointError, match="cannot be used"):
        list(RemoteEngine(server.url).query("DESCRIBE kg:calf").triples())


@pytest.mark.parametrize(("code", "bytes_"), [(200, 70_000), (200, 1), (500, 1)])
def test_a_slow_answer_has_no_more_time_than_a_silent_one(code: int, bytes_: int) -> None:
    def drip(handler: Handler, _: Asked) -> None:
        assert isinstance(handler.server, Server)
        handler.send_response(code)
        handler.send_header("Content-Type", RESULTS)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        while not handler.server.over.wait(0.05):
            handler.wfile.write(b" " * bytes_)
            handler.wfile.flush()

    said = r"within 0\.2 seconds" if code == 200 else "not able to answer|answers with an error"
    started = time.monotonic()
    with serving(drip) as server, pytest.raises(EndpointError, match=said):
        RemoteEngine(server.url, timeout=0.2).query(SELECT)
    assert time.monotonic() - started < 30  # it would never end


def test_a_slow_head_has_no_more_time_either() -> None:
    def drip(handler: Handler, _: Asked) -> None:
        assert isinstance(handler.server, Server)
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not handler.server.over.wait(0.05):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    started = time.monotonic()
    late = pytest.raises(EndpointError, match=r"within 0\.2 seconds")
    with serving(drip) as server, late as raised:
        RemoteEngine(server.url, timeout=0.2).query(SELECT)
    assert raised.value.passing
    assert time.monotonic() - started < 30  # it would never end


def test_a_refusal_with_500_is_not_tried_again() -> None:
    said = b"Virtuoso 42000 Error SR186: No permission to execute procedure DB.DBA.X"
    refuses = pytest.raises(EndpointError, match="refuses access with 500")
    with serving(says(said, "text/plain", 500)) as server, refuses as raised:
        RemoteEngine(server.url).query(SELECT)
    assert not raised.value.passing


def test_an_answer_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST", 2**20)
    with serving(says(b" " * 2**21)) as server, pytest.raises(EndpointError, match="than 1 MiB"):
        RemoteEngine(server.url).query(SELECT)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("SELECT ?x WHERE { ?x a ck:Artery", "line 1, column 33"),
        (SELECT, "was refused. .* 400: We do not do that"),
    ],
)
def test_a_query_that_is_refused_is_bad_input(text: str, sentence: str) -> None:
    refusing = says(b"We do not do that.", "text/plain", 400)
    with serving(refusing) as server, pytest.raises(QueryError, match=sentence) as raised:
        RemoteEngine(server.url).query(text)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "ftp://127.0.0.1/", "/etc/passwd", "", "http://", "http:///x"),
        *("http://[::1", "http://127.0.0.1:x/", "http://127.0.0.1/ \r\nX: y", "data:,x"),
    ],
)
def test_only_http_is_spoken(url: str) -> None:
    with pytest.raises(UsageError, match=r"http:// or https://"):
        RemoteEngine(url)


def test_nobody_listens() -> None:
    with serving(gone) as server:
        url = server.url
    with pytest.raises(EndpointError, match="cannot be reached: Connection refused"):
        RemoteEngine(url).query(SELECT)


SECRET = "correct horse"  # noqa: S105 - made up


def wants(challenge: str) -> Answer:
    """Return the function that answers those who heed a challenge, and echoes what it was sent."""

    def answer(handler: Handler, asked: Asked) -> None:
        sent = asked.headers.get("authorization", "")
        if not sent or SECRET in sent:
            echo = f"no: {SECRET} {sent}".encode()
            handler.reply(401, echo, WWW_Authenticate=challenge)
        else:
            handler.reply(200, json.dumps(rows()).encode(), RESULTS)

    return answer


@pytest.mark.parametrize(
    ("challenge", "begin"),
    [
        ('Basic realm="x"', "Basic "),
        ('Digest realm="x", nonce="y", qop="auth", algorithm="MD5"', 'Digest username="ann"'),
    ],
)
@pytest.mark.parametrize("place", ["environment", "netrc", "netrc without --user"])
def test_the_password_answers_a_challenge(
    challenge: str, begin: str, place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if place == "environment":
        monkeypatch.setenv("CRAMPKG_PASSWORD", SECRET)
    else:
        (tmp_path / "netrc").write_text(f'machine 127.0.0.1 login ann password "{SECRET}"')
    user = None if place == "netrc without --user" else "ann"
    with serving(wants(challenge)) as server:
        RemoteEngine(server.url, user=user).query(SELECT)
    first, second = server.asked
    assert "authorization" not in first.headers
    assert second.headers["authorization"].startswith(begin)
    assert first.body == second.body


def test_a_token_is_sent_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRAMPKG_TOKEN", "t0ken")
    with serving(wants("Bearer")) as server:
        RemoteEngine(server.url).query(SELECT)
    assert [asked.headers["authorization"] for asked in server.asked] == ["Bearer t0ken"]


@pytest.mark.parametrize("kind", ["Basic", "Digest", "Bearer"])
def test_a_secret_is_in_no_error(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRAMPKG_PASSWORD", SECRET)
    if kind == "Bearer":
        monkeypatch.setenv("CRAMPKG_TOKEN", SECRET)
    challenge = f'{kind} realm="x", nonce="y", qop="auth", algorithm="MD5"'

    def refuse(handler: Handler, asked: Asked) -> None:
        echo = f"no: {SECRET} {asked.headers.get('authorization')}".encode()
        if kind == "Bearer":
            handler.reply(401, echo)
        else:
            handler.reply(401, echo, WWW_Authenticate=challenge)

    with serving(refuse) as server, pytest.raises(EndpointError, match="401") as raised:
        RemoteEngine(server.url, user="ann").query(SELECT)
    told = raised.getrepr(style="long", funcargs=True)
    assert SECRET not in str(raised.value)
    assert str(told)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("Sun, 06 Nov 1994 08:51:07 GMT", 90.0),
        ("Sun, 06 Nov 1994 08:49:38 GMT", 1.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("Sun, 06 Nov 1994 08:49:36 GMT", 0.0),
        ("soon", None),
        ("-7", None),
        ("", None),
        (None, None),
    ],
)
def test_a_server_says_when_to_ask_again_in_seconds_or_by_a_date(
    header: str | None, seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 784111777.0)  # 08:49:37, as in RFC 9110, 5.6.7
    assert transport._seconds(header) == seconds


def test_the_date_of_a_server_is_told_in_seconds() -> None:
    date = email.utils.formatdate(time.time() + 3600, usegmt=True)
    refusal, again = says(b"", status=503, Retry_After=date), r"Try again in 3[56]\d\d seconds"
    with serving(refusal) as server, pytest.raises(EndpointError, match=again) as raised:
        RemoteEngine(server.url).query(SELECT)
    assert raised.value.retry_after == pytest.approx(3600, abs=100)


def repeat(echo: bytes, secret: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the error for a server that repeats something to somebody with a password."""
    monkeypatch.setenv("CRAMPKG_PASSWORD", secret)
    with serving(says(echo, "text/plain", 403)) as server, pytest.raises(EndpointError) as raised:
        RemoteEngine(server.url, user="ann").query(SELECT)
    assert "refuses access with 403: no: " in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize(
    "secret",
    [
        "correct\thorse",
        "correct  horse",
        " correct horse ",
        "correct\u00a0horse",
        "correct\x01horse",
        "c0rrect+h/rse=",
        "c%rrect&h<rse>",
        "c\"rrect'h\\rse",
        "c\u00f6rrect-h\u00f6rse",
    ],
)
@pytest.mark.parametrize(
    "encode",
    [
        str,
        urllib.parse.quote,
        urllib.parse.quote_plus,
        lambda secret: urllib.parse.quote(secret, safe="").lower(),
        lambda secret: "".join(f"%{byte:02X}" for byte in secret.encode()),
        urllib.parse.unquote_plus,
        lambda secret: json.dumps(secret)[1:-1],
        html.escape,
        lambda secret: "".join(f"&#{ord(character)};" for character in secret),
        lambda secret: urllib.parse.quote(
            base64.b64encode(f"ann:{secret}".encode()).decode(), safe=""
        ),
    ],
    ids=[
        *("plain", "quoted", "form", "lower", "all-quoted", "decoded", "json", "html"),
        *("numbers", "basic"),
    ],
)
def test_no_spelling_of_a_secret_is_in_an_error(
    encode: Callable[[str], str], secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = repeat(f"no: <<{encode(secret)}>>".encode(), secret, monkeypatch)
    assert re.search(r"no: << ?\.\.\. ?>>", told)


def test_no_secret_is_in_an_error_about_an_odd_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRAMPKG_PASSWORD", SECRET)
    answer = says(rows(names=(f"<{SECRET}>",)))
    with serving(answer) as server, pytest.raises(EndpointError, match="no name of") as raised:
        RemoteEngine(server.url, user="ann").query(SELECT)
    assert SECRET not in str(raised.value)


def test_what_is_no_secret_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = repeat(b"no: correct is not a horse", "correct\thorse", monkeypatch)
    assert "no: correct is not a horse" in told


BASIC = 'Basic realm="a, Digest b"'
DIGEST = 'Digest realm="x", nonce="y", qop="auth", algorithm="MD5"'
UNKNOWN = 'Digest realm="x", nonce="y", qop="auth", algorithm="SHA-512-256"'


@pytest.mark.parametrize(
    ("challenges", "begin"),
    [
        ([BASIC, DIGEST], "Digest "),
        ([DIGEST, BASIC], "Digest "),
        ([f"{BASIC}, {DIGEST}"], "Digest "),
        ([f"Negotiate, {DIGEST}, {BASIC}"], "Digest "),
        ([UNKNOWN, BASIC, DIGEST], "Digest "),
        ([UNKNOWN, BASIC], "Basic "),
        ([BASIC], "Basic "),
    ],
)
def test_the_password_is_not_sent_where_a_digest_of_it_will_do(
    challenges: list[str], begin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRAMPKG_PASSWORD", SECRET)

    def answer(handler: Handler, asked: Asked) -> None:
        if "authorization" in asked.headers:
            handler.reply(200, json.dumps(rows()).encode(), RESULTS)
            return
        handler.send_response(401)
        for challenge in challenges:
            handler.send_header("WWW-Authenticate", challenge)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with serving(answer) as server:
        RemoteEngine(server.url, user="ann").query(SELECT)
    sent = [asked.headers.get("authorization", "") for asked in server.asked]
    assert len(sent) == 2
    assert sent[1].startswith(begin)


def test_the_password_is_not_sent_where_its_digest_was_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CRAMPKG_PASSWORD", SECRET)
    refusal = says(b"", status=401, WWW_Authenticate=f"{BASIC}, {DIGEST}")
    with serving(refusal) as server, pytest.raises(EndpointError, match="401"):
        RemoteEngine(server.url, user="ann").query(SELECT)
    sent = [asked.headers.get("authorization", "Digest") for asked in server.asked]
    assert {each.partition(" ")[0] for each in sent} == {"Digest"}


@pytest.mark.parametrize("challenge", [BASIC, DIGEST, f"{DIGEST[:-13]}, stale=true"])
def test_a_wrong_password_is_tried_once(challenge: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six tries of it can lock an account."""
    monkeypatch.setenv("CRAMPKG_PASSWORD", SECRET)
    with serving(says(b"", status=401, WWW_Authenticate=challenge)) as server:
        for url in (server.url, f"{server.url}?again"):
            with pytest.raises(EndpointError, match="refuses access with 401"):
                Transport(url, user="ann").greet()
        with pytest.raises(EndpointError, match="refuses access with 401"):
            RemoteEngine(server.url, user="ann").query(SELECT)
    assert [("authorization" in asked.headers) for asked in server.asked] == [False, True] * 3


def test_an_answer_made_in_advance_is_made_again_when_its_challenge_is_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CRAMPKG_PASSWORD", SECRET)
    fresh = ["one"]

    def answer(handler: Handler, asked: Asked) -> None:
        if f'nonce="{fresh[0]}"' in asked.headers.get("authorization", ""):
            handler.reply(200, json.dumps(rows()).encode(), RESULTS)
        else:
            challenge = f'Digest realm="x", nonce="{fresh[0]}", qop="auth"'
            handler.reply(401, b"", WWW_Authenticate=challenge)

    with serving(answer) as server:
        engine = RemoteEngine(server.url, user="ann")
        for nonce, asked in (("one", 2), ("one", 3), ("two", 5)):
            fresh[0] = nonce
            engine.query(SELECT)
            assert len(server.asked) == asked


@pytest.mark.parametrize(
    "fault",
    [
        says(b"", status=404),
        says(b"no: password=hunter2 is not it", "text/plain", 403),
        says(b"", status=302, Location="/q?password=hunter2"),
        says(b"what hunter2 is this", "text/html"),
        says(rows(names=("<hunter2>",))),
        lambda handler, _: handler.connection.close(),
    ],
)
def test_the_query_of_an_address_is_not_shown(fault: Answer) -> None:
    with serving(fault) as server, pytest.raises(EndpointError) as raised:
        RemoteEngine(f"{server.url}?password=hunter2").query(SELECT)
    assert f"{server.url}?..." in str(raised.value)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://a.example/q", "http://a.example/q"),
        ("http://a.example/q?", "http://a.example/q?"),
        ("http://a.example/q?key=1", "http://a.example/q?..."),
        ("http://a.example/q#key=1", "http://a.example/q#..."),
    ],
)
def test_an_address_is_shown_without_its_query(url: str, shown: str) -> None:
    assert transport.shown(url) == shown
    with pytest.raises(UsageError) as raised:
        transport.checked(url.replace("http", "ftp"))
    assert ("key" in url) is ("..." in str(raised.value))
    assert "key" not in str(raised.value)


def test_credentials_stay_with_the_server_that_they_are_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CRAMPKG_TOKEN", "t0ken")
    with serving(says(rows())) as other, serving(says(b"", status=302, Location=other.url)) as one:
        with pytest.raises(EndpointError, match="Redirects are not followed"):
            RemoteEngine(one.url).query(SELECT)
        assert (len(one.asked), other.asked) == (1, [])


def test_a_user_needs_a_password(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no password for the user ann"):
        RemoteEngine("http://127.0.0.1:9/", user="ann")
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login bob password x")
    with pytest.raises(UsageError, match="no password for the user ann"):
        RemoteEngine("http://127.0.0.1:9/", user="ann")
    (tmp_path / "netrc").write_text(f"gibberish {SECRET}")
    with pytest.raises(UsageError, match="netrc") as raised:
        RemoteEngine("http://127.0.0.1:9/", user="ann")
    assert SECRET not in str(raised.value)
    for address in (
        f"http://ann:{SECRET}@127.0.0.1:9/",
        f"ftp://ann:{SECRET}@127.0.0.1:9/",
        f"http://ann:{SECRET.replace(' ', '')}@127.0.0.1:9/",
        f"http://ann:{SECRET}@[127.0.0.1:9/",
    ):
        with pytest.raises(UsageError, match="a user or a password in it") as raised:
            RemoteEngine(address)
        assert SECRET.replace(" ", "") not in str(raised.value).replace(" ", "")
