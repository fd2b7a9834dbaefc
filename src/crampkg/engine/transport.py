"""HTTP to an endpoint: credentials, limits, and what goes wrong in one sentence."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import socket
import threading
import time
from http import HTTPStatus
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPMessage,
    HTTPResponse,
    HTTPSConnection,
    IncompleteRead,
)
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPDefaultErrorHandler,
    HTTPDigestAuthHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPPasswordMgrWithDefaultRealm,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
    parse_http_list,
    parse_keqv_list,
)

from crampkg.errors import EndpointError, UsageError
from crampkg.vocabulary import ONTOLOGY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Seconds that an endpoint has for one answer, unless told otherwise.
TIMEOUT = 60.0

#: The largest answer that is read, in bytes.
LARGEST = 512 * 2**20

#: How much of an error's text is shown, in characters, and read, in bytes.
_SHOWN, _READ = 300, 16_384

#: The shortest part of an address that is looked for in what a server says, in characters.
_SHORTEST = 4

_AGENT = f"crampkg ({ONTOLOGY})"

#: The algorithms of Digest that urllib knows.
_ALGORITHMS = ("MD5", "SHA")

#: What urllib raises.
_FAULTS = (OSError, HTTPException)

_CHUNK = 65_536


class Reply(NamedTuple):
    """A whole answer of an endpoint."""

    body: bytes
    media_type: str
    headers: Mapping[str, str]  # names in lower case


def _challenges(headers: HTTPMessage) -> list[tuple[str, str]]:
    """Return the scheme, in lower case, and the parameters of each challenge of a refusal.

    There may be several in one header, and several headers (RFC 9110, 11.6.1).
    """
    challenges: list[tuple[str, str]] = []
    for part in parse_http_list(", ".join(headers.get_all("WWW-Authenticate", []))):
        scheme, _, rest = part.partition(" ")
        if "=" not in scheme:
            challenges.append((scheme.lower(), rest.strip()))
        elif challenges:
            challenges[-1] = (challenges[-1][0], f"{challenges[-1][1]}, {part}")
    return challenges


def _digest(headers: HTTPMessage) -> str | None:
    """Return the parameters of the first challenge of a refusal that `_Digest` can answer."""
    for scheme, parameters in _challenges(headers):
        pairs = [pair for pair in parse_http_list(parameters) if "=" in pair]
        algorithm = parse_keqv_list(pairs).get("algorithm", "MD5")
        if scheme == "digest" and algorithm.upper() in _ALGORITHMS:
            return parameters
    return None


class _Digest(HTTPDigestAuthHandler):
    """Answers a challenge, and leaves one of a kind that it does not know to be a refusal.

    What was answered once is answered in advance from then on: a server that refuses a long body
    may close the connection before it has read it, and then the refusal is lost.
    """

    _challenge: dict[str, str] | None = None
    _is_retrying = False

    def http_request(self, request: Request) -> Request:
        """Return the request, with the answer to the challenge that is known."""
        if self._challenge is not None:
            answer = self.get_authorization(request, self._challenge)
            if answer:
                request.add_unredirected_header(self.auth_header, f"Digest {answer}")
        return request

    https_request = http_request

    def retry_http_digest_auth(self, request: Request, challenge: str) -> Any:
        """Return the answer to the request sent again, and remember what was answered well."""
        self._challenge, self._is_retrying = None, True
        is_refused = False
        try:
            return super().retry_http_digest_auth(request, challenge)
        except HTTPError as error:
            is_refused = error.code == HTTPStatus.UNAUTHORIZED
            raise
        finally:
            self._is_retrying = False
            if not is_refused:
                self._challenge = parse_keqv_list(parse_http_list(challenge.partition(" ")[2]))

    def http_error_401(
        self, request: Request, body: Any, code: int, reason: str, headers: HTTPMessage
    ) -> Any:
        """Return the answer to the request sent again with credentials, or None without them."""
        challenge = _digest(headers)
        if challenge is None or self._is_retrying:  # a wrong password would be tried six times
            return None
        alone = HTTPMessage()
        alone["www-authenticate"] = f"Digest {challenge}"
        try:
            return super().http_error_401(request, body, code, reason, alone)
        except ValueError:
            return None


class _Basic(HTTPBasicAuthHandler):
    """The same for the other kind of challenge, which sends the password itself.

    So it answers none where the server would do without: where `_Digest` can answer.
    """

    def http_error_401(
        self, request: Request, body: Any, code: int, reason: str, headers: HTTPMessage
    ) -> Any:
        """Return the answer to the request sent again with credentials, or None without them."""
        if _digest(headers) is not None:
            return None
        try:
            return super().http_error_401(request, body, code, reason, headers)
        except ValueError:
            return None


class _PlainConnection(HTTPConnection):
    """Gives the head of an answer the time of one read: each of its bytes may come late."""

    def getresponse(self) -> HTTPResponse:
        """Return the answer, its head read. Raises TimeoutError, and what the connection raises."""
        is_late = threading.Event()

        def cut() -> None:
            is_late.set()
            connected: socket.socket | None = self.sock
            if connected is not None:
                with contextlib.suppress(OSError):  # it ended by itself
                    # Not by the method of TLS, which would take the keys from under the reader.
                    socket.socket.shutdown(connected, socket.SHUT_RDWR)

        timer = threading.Timer(self.timeout or TIMEOUT, cut)
        timer.daemon = True
        timer.start()
        try:
            response = super().getresponse()
        except _FAULTS:
            if is_late.is_set():
                raise TimeoutError from None
            raise
        finally:
            timer.cancel()
        if is_late.is_set():  # a head that was cut looks like one that ended
            response.close()
            raise TimeoutError
        return response


class _SecureConnection(_PlainConnection, HTTPSConnection):
    """The same, with TLS."""


class _Plain(HTTPHandler):
    """Opens http by such a connection."""

    def http_open(self, req: Request) -> HTTPResponse:
        """Return the answer."""
        return self.do_open(_PlainConnection, req)


class _Secure(HTTPSHandler):
    """Opens https by such a connection, certificates verified, as is the rule of the library."""

    def https_open(self, req: Request) -> HTTPResponse:
        """Return the answer."""
        return self.do_open(_SecureConnection, req)


class Transport:
    """Sends requests to the addresses of one server, with the credentials for it.

    The password is `$CRAMPKG_PASSWORD` or that of the netrc file, the token `$CRAMPKG_TOKEN`;
    neither appears in an error. Only http and https are spoken, certificates are verified, and a
    redirect is told, not followed: it may lead a credential or a query astray.
    """

    def __init__(
        self,
        url: str,
        *,
        user: str | None = None,
        timeout: float = TIMEOUT,
        with_token: bool = True,
    ) -> None:
        host = checked(url)
        if not timeout > 0:
            message = f"The timeout must be more than 0 seconds, and {timeout:g} is not."
            raise UsageError(message)
        self.url = url
        self.shown = shown(url)
        self.timeout = timeout
        user, password = _credentials(url, host, user)
        self._token = (os.environ.get("CRAMPKG_TOKEN") or None) if with_token else None
        secrets = [secret for secret in (password, self._token, *_hidden(url)) if secret]
        if password is not None:  # as it is sent, which a server may repeat
            secrets.append(base64.b64encode(f"{user}:{password}".encode()).decode())
        self._secrets = [
            re.compile(_spellings(secret)) for secret in secrets if not secret.isspace()
        ]
        self._has_password = password is not None
        passwords = HTTPPasswordMgrWithDefaultRealm()
        if user is not None and password is not None:
            split = urlsplit(url)
            passwords.add_password(None, f"{split.scheme}://{split.netloc}/", user, password)
        self._opener = OpenerDirector()
        for handler in (
            ProxyHandler(),
            UnknownHandler(),
            _Plain(),
            _Secure(),
            HTTPDefaultErrorHandler(),
            _Digest(passwords),
            _Basic(passwords),
            HTTPErrorProcessor(),
        ):
            self._opener.add_handler(handler)

    def post(self, parameters: Sequence[tuple[str, str]], accept: str) -> Reply:
        """Send a form and return the answer. Raises as `send` does.

        Of the ways to query and to update that the SPARQL 1.1 Protocol has (sections 2.1.2 and
        2.2.1) it is the one that all stores know.
        """
        body = urlencode(parameters).encode()
        headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
        return self.send(Request(self.url, body, headers))  # noqa: S310 - http only, as checked

    def send(self, request: Request) -> Reply:
        """Return the answer to a request. Raises `EndpointError` for any that is not a success."""
        deadline = time.monotonic() + self.timeout
        response = self.open(request)
        with response:
            try:
                body = self._read(response, deadline)
            except _FAULTS as error:
                raise self._fault(error) from None
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(body, response.headers.get_content_type(), headers)

    def greet(self) -> None:
        """Let the server put its challenge now, before a long body is sent to it.

        Raises `EndpointError` where the password is wrong, which is tried only once.
        """
        if self._has_password:
            try:
                self.send(Request(self.url))  # noqa: S310 - http only, as checked
            except EndpointError as error:  # anything else shows when something is asked
                if error.status == HTTPStatus.UNAUTHORIZED:
                    raise

    def open(self, request: Request) -> HTTPResponse:
        """Return the answer to a request, not yet read. Raises as `send` does."""
        checked(request.full_url)
        request.add_header("User-Agent", _AGENT)  # endpoints of many users ask for one
        if self._token is not None:
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        try:
            response: HTTPResponse | None = self._opener.open(request, timeout=self.timeout)
        except _FAULTS as error:
            raise self._fault(error) from None
        if response is None:  # no handler took it
            raise EndpointError(f"{self.shown} cannot be asked. Give an http or https address.")
        return response

    def unreadable(self, what: str) -> EndpointError:
        """Return the error for an answer that is not what it should be."""
        return EndpointError(
            f"{self.shown} gave an answer that cannot be used: {self._shown(what)}. Is it a SPARQL "
            "endpoint, and is it well?",
            passing=True,
        )

    def _read(self, response: HTTPResponse, deadline: float) -> bytes:
        """Read a whole answer, within its size and its time: each of many bytes may come late."""
        parts = []
        size = 0
        while chunk := response.read1(_CHUNK):  # what has come, be it a single byte
            parts.append(chunk)
            size += len(chunk)
            if size > LARGEST:
                message = (
                    f"{self.shown} gives an answer of more than {LARGEST >> 20} MiB. Ask for less, "
                    "with LIMIT or for one graph."
                )
                raise EndpointError(message)
            if time.monotonic() > deadline:
                raise TimeoutError
        missing = response.length
        if missing:  # read in parts, http.client does not say so
            message = f"the connection was closed {missing} bytes before the end"
            raise self.unreadable(message)
        return b"".join(parts)

    def _fault(self, error: Exception) -> EndpointError:
        """Return the error to raise for what urllib raised."""
        if isinstance(error, HTTPError):
            return self._refusal(error)
        reason = error.reason if isinstance(error, URLError) else error
        if isinstance(reason, TimeoutError):
            return EndpointError(
                f"{self.shown} has not answered within {self.timeout:g} seconds. Ask for less, or "
                "give it longer with --timeout.",
                passing=True,
            )
        if isinstance(reason, IncompleteRead):
            return self.unreadable("the connection was closed in the middle")
        if isinstance(reason, OSError):
            because = self._shown(reason.strerror or str(reason) or type(reason).__name__)
            return EndpointError(
                f"{self.shown} cannot be reached: {because}. Check the address, and that it is "
                "running.",
                passing=True,
            )
        if isinstance(reason, HTTPException):
            because = self._shown(str(reason) or type(reason).__name__)
            return self.unreadable(f"it is not HTTP ({because})")
        raise error

    def _refusal(self, error: HTTPError) -> EndpointError:
        """Return the error for an answer that is no success, with what its body says."""
        code = error.code
        deadline = time.monotonic() + self.timeout
        body = b""
        with contextlib.suppress(*_FAULTS), error:  # the refusal stands without its text
            while len(body) < _READ and time.monotonic() < deadline:
                chunk = error.read1(_READ - len(body))
                if not chunk:
                    break
                body += chunk
        detail = self._shown(sentence(body, error.headers.get_content_type()))
        because = f": {detail}" if detail else f" ({error.reason})" if error.reason else ""
        because = because.rstrip(".")
        later = _seconds(error.headers.get("Retry-After"))
        if code in _REDIRECTS:
            elsewhere = self._shown(shown(error.headers.get("Location") or "nowhere"))
            message = (
                f"{self.shown} sends us on to {elsewhere}. Redirects are not followed: name that "
                "address yourself if you trust it."
            )
            return EndpointError(message, status=code)
        if code in (401, 403, 407) or (code == _ERROR and _DENIED.search(detail)):
            message = (
                f"{self.shown} refuses access with {code}{because}. Give --user and "
                "CRAMPKG_PASSWORD (or a netrc entry), or CRAMPKG_TOKEN."
            )
            return EndpointError(message, status=code)
        if code == HTTPStatus.NOT_FOUND:
            message = (
                f"There is no SPARQL endpoint at {self.shown}: it answers 404. Check the path."
            )
        elif code in _PASSING:
            again = f"in {later:.0f} seconds" if later else "later"
            message = f"{self.shown} is not able to answer now: {code}{because}. Try again {again}."
        else:
            message = f"{self.shown} answers with an error, {code}{because}."
        return EndpointError(message, status=code, retry_after=later, passing=code in _PASSING)

    def _shown(self, text: str) -> str:
        """Return text of a server as it may be shown: one printable line without credentials."""
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        for secret in self._secrets:
            line = secret.sub("...", line)
        return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."


#: What may stand for blanks or what cannot be seen: themselves, or what URLs, JSON and HTML write.
_BLANKS = r"(?:\s|\+|%[0-9A-Fa-f]{2}|\\[abefnrtv]|\\u[0-9A-Fa-f]{4}|&#?\w{1,9};){0,64}"


#: Further ways to write some characters: "+" was decoded, the others are those of JSON and HTML.
_NAMED = {
    '"': ('"', '\\"', "&quot;"),
    "&": ("&", "&amp;"),
    "'": ("'", "\\'", "&apos;"),
    "+": ("+", " "),
    "/": ("/", "\\/"),
    "<": ("<", "&lt;"),
    ">": (">", "&gt;"),
    "\\": ("\\\\", "\\"),
}


def _spellings(secret: str) -> str:
    """Return a pattern of the ways in which a server may repeat a secret.

    Its blanks may be folded, and any part of it be encoded as in a URL, in JSON or in HTML.
    """
    pattern: list[str] = []
    for character in secret:
        if character.isspace() or not character.isprintable():
            if pattern[-1:] != [_BLANKS]:
                pattern.append(_BLANKS)
            continue
        code = ord(character)
        in_url = "".join(f"%{byte:02x}" for byte in character.encode(errors="replace"))
        encoded = rf"{in_url}|\\u{code:04x}|&#(?:0*{code}|x0*{code:x});"
        named = "|".join(re.escape(each) for each in _NAMED.get(character, (character,)))
        pattern.append(f"(?:{named}|(?i:{encoded}))")
    return "".join(pattern)


_ERROR = HTTPStatus.INTERNAL_SERVER_ERROR

#: What Virtuoso says with a 500 to who may not do what was asked.
_DENIED = re.compile(r"(?i)no permission|permission denied|access denied")

_REDIRECTS = frozenset((300, 301, 302, 303, 305, 307, 308))

#: What a server says that may be able to answer the same request soon. 500 is among them: what
#: fails for want of memory or of a connection says no more.
_PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))


def checked(url: str) -> str:
    """Return the host of an http or https URL. Raises `UsageError` for any other."""
    try:
        split = urlsplit(url)
        host, _ = split.hostname, split.port
    except ValueError:
        host, split = None, urlsplit("")
    if "@" in url.partition("?")[0]:  # whatever else is wrong with it: it is not repeated
        message = (
            "The address of the endpoint has a user or a password in it (it has an @), which "
            "others could read. Give --user, and set CRAMPKG_PASSWORD."
        )
        raise UsageError(message)
    if split.scheme not in ("http", "https") or not host or not url.isascii() or " " in url:
        message = f"{shown(url)!r} is no address of an endpoint: give one with http:// or https://."
        raise UsageError(message)
    return host


def shown(url: str) -> str:
    """Return an address as it may be shown: a query or a fragment may hold a key or a password."""
    start = re.match(r"[^?#]*[?#]?", url)
    return url if start is None or start[0] == url else f"{start[0]}..."


def _hidden(url: str) -> list[str]:
    """Return what an address holds that is not shown: its query, and the values in it.

    Short values are left out, since they would be found in many words.
    """
    query = url.partition("?")[2]
    values = [value for _, value in parse_qsl(query)]
    return [text for text in (query, *values) if len(text) >= _SHORTEST]


def sentence(body: bytes, media_type: str) -> str:
    """Return what the body of an error says, as text: of problem+json, HTML or anything else."""
    text = body.decode("utf-8", "replace").strip()
    if media_type.endswith("json") and text[:1] == "{":
        return _of_json(text)
    if media_type.endswith(("html", "xhtml+xml")) or text[:1] == "<":
        return _of_html(text)
    return next((line for line in text.splitlines() if line.strip()), "")


def _of_json(text: str) -> str:
    import json

    try:
        document = json.loads(text)
    except ValueError:
        return ""
    # The first two are those of RFC 9457; the others are what servers have that do not know it.
    for names in (("title", "detail"), ("message",), ("error",)):
        parts = [str(document[name]) for name in names if isinstance(document.get(name), str)]
        if parts:
            return ": ".join(part.rstrip(".") for part in parts)
    return ""


def _of_html(text: str) -> str:
    """Return the title of a page, else its first words."""
    from html.parser import HTMLParser

    texts: dict[str, list[str]] = {"title": [], "": []}

    class Reader(HTMLParser):
        inside = ""

        def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - as given
            self.inside = tag

        def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - as given
            self.inside = ""

        def handle_data(self, data: str) -> None:
            if self.inside not in ("style", "script"):
                texts["title" if self.inside == "title" else ""].append(data)

    Reader().feed(text)
    return " ".join(" ".join(texts["title"] or texts[""]).split())


def _seconds(header: str | None) -> float | None:
    """Return the seconds of a Retry-After header, which may name a date instead."""
    if not header:
        return None
    if header.strip().isdecimal():
        return float(header)
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _credentials(url: str, host: str, user: str | None) -> tuple[str | None, str | None]:
    """Return user and password for a host: the password of the environment, else of netrc."""
    password = os.environ.get("CRAMPKG_PASSWORD") or None
    if user is not None and password is not None:
        return user, password
    import netrc

    path = os.environ.get("NETRC") or None
    try:
        known = netrc.netrc(path).authenticators(host)
    except FileNotFoundError:
        known = None
    except (netrc.NetrcParseError, OSError, UnicodeDecodeError):
        # What is wrong with it is not shown, since the line may hold a password.
        message = "The netrc file cannot be read. Mend it, or set CRAMPKG_PASSWORD."
        raise UsageError(message) from None
    if known is not None and user in (None, known[0]):
        return known[0], known[2]
    if user is not None:
        message = (
            f"There is no password for the user {user} of {shown(url)}. Set CRAMPKG_PASSWORD, or "
            "put it into your netrc file."
        )
        raise UsageError(message)
    return None, None
