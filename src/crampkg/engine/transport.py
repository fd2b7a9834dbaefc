"""HTTP to an endpoint: credentials, limits, and errors in one sentence."""

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

#: The default time limit for one answer, in seconds.
TIMEOUT = 60.0

#: The largest accepted answer, in bytes.
LARGEST = 512 * 2**20

#: The part of an error's text that is shown, in characters, and read, in bytes.
_SHOWN, _READ = 300, 16_384

#: The shortest part of an address that is hidden in a server's messages, in characters.
_SHORTEST = 4

_AGENT = f"crampkg ({ONTOLOGY})"

#: The Digest algorithms that urllib supports.
_ALGORITHMS = ("MD5", "SHA")

#: The exceptions of urllib.
_FAULTS = (OSError, HTTPException)

_CHUNK = 65_536


class EndpointReply(NamedTuple):
    """A complete answer of an endpoint."""

    body: bytes
    media_type: str
    headers: Mapping[str, str]  # names in lower case


def _challenges(headers: HTTPMessage) -> list[tuple[str, str]]:
    """Return the scheme, in lower case, and the parameters of each challenge in a refusal.

    One header may have several, and there may be several headers (RFC 9110, 11.6.1).
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
    """Return the parameters of the first challenge in a refusal that `_Digest` can answer."""
    for scheme, parameters in _challenges(headers):
        pairs = [pair for pair in parse_http_list(parameters) if "=" in pair]
        algorithm = parse_keqv_list(pairs).get("algorithm", "MD5")
        if scheme == "digest" and algorithm.upper() in _ALGORITHMS:
            return parameters
    return None


class _Digest(HTTPDigestAuthHandler):
    """Answers a Digest challenge; an unsupported one remains a refusal.

    After the first answer, later requests are authorised in advance: a server that refuses a long
    body may close the connection before reading it, and then the refusal is lost.
    """

    _challenge: dict[str, str] | None = None
    _is_retrying = False

    def http_request(self, request: Request) -> Request:
        """Return the request, authorised by the known challenge, if any."""
        if self._challenge is not None:
            answer = self.get_authorization(request, self._challenge)
            if answer:
                request.add_unredirected_header(self.auth_header, f"Digest {answer}")
        return request

    https_request = http_request

    def retry_http_digest_auth(self, request: Request, challenge: str) -> Any:
        """Return the answer to the repeated request, and remember a successful challenge."""
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
        """Return the answer to the request with credentials, or None without any."""
        challenge = _digest(headers)
        if challenge is None or self._is_retrying:  # else a wrong password is tried six times
            return None
        alone = HTTPMessage()
        alone["www-authenticate"] = f"Digest {challenge}"
        try:
            return super().http_error_401(request, body, code, reason, alone)
        except ValueError:
            return None


class _Basic(HTTPBasicAuthHandler):
    """Answers a Basic challenge, which sends the password itself.

    So it does nothing if the server offers an alternative that `_Digest` can answer.
    """

    def http_error_401(
        self, request: Request, body: Any, code: int, reason: str, headers: HTTPMessage
    ) -> Any:
        """Return the answer to the request with credentials, or None without any."""
        if _digest(headers) is not None:
            return None
        try:
            return super().http_error_401(request, body, code, reason, headers)
        except ValueError:
            return None


class _PlainConnection(HTTPConnection):
    """Limits the time of a whole response head, which may arrive byte by byte."""

    def getresponse(self) -> HTTPResponse:
        """Return the answer, its head read. Raises TimeoutError, and errors of the connection."""
        is_late = threading.Event()

        def cut() -> None:
            is_late.set()
            connected: socket.socket | None = self.sock
            if connected is not None:
                with contextlib.suppress(OSError):  # it is closed already
                    # Not by the method of TLS, which would free the keys that the reader uses.
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
        if is_late.is_set():  # a truncated head looks like a complete one
            response.close()
            raise TimeoutError
        return response


class _SecureConnection(_PlainConnection, HTTPSConnection):
    """The same, with TLS."""


class _Plain(HTTPHandler):
    """Opens http through a `_PlainConnection`."""

    def http_open(self, req: Request) -> HTTPResponse:
        """Return the answer."""
        return self.do_open(_PlainConnection, req)


class _Secure(HTTPSHandler):
    """Opens https likewise; certificates are verified, the library's default."""

    def https_open(self, req: Request) -> HTTPResponse:
        """Return the answer."""
        return self.do_open(_SecureConnection, req)


class Transport:
    """Sends requests to the addresses of one server, with its credentials.

    The password comes from `$CRAMPKG_PASSWORD` or the netrc file, the token from `$CRAMPKG_TOKEN`;
    neither appears in an error. Only http and https are used, certificates are verified, and a
    redirect is reported, not followed: it may lead a credential or a query astray.
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
        if password is not None:  # in its sent form, which a server may repeat
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

    def post(self, parameters: Sequence[tuple[str, str]], accept: str) -> EndpointReply:
        """Send a form and return the answer. Raises as `send` does.

        Of the protocol's ways to query and update (SPARQL 1.1 Protocol, 2.1.2 and 2.2.1), all
        stores support this one.
        """
        body = urlencode(parameters).encode()
        headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
        return self.send(Request(self.url, body, headers))  # noqa: S310 - http only, as checked

    def send(self, request: Request) -> EndpointReply:
        """Return the answer to a request. Raises `EndpointError` unless it is a success."""
        deadline = time.monotonic() + self.timeout
        response = self.open(request)
        with response:
            try:
                body = self._read(response, deadline)
            except _FAULTS as error:
                raise self._fault(error) from None
        headers = {name.lower(): value for name, value in response.headers.items()}
        return EndpointReply(body, response.headers.get_content_type(), headers)

    def greet(self) -> None:
        """Let the server send its challenge now, before a long body is sent.

        Raises `EndpointError` for a wrong password, which is tried only once.
        """
        if self._has_password:
            try:
                self.send(Request(self.url))  # noqa: S310 - http only, as checked
            except EndpointError as error:  # other errors will recur with the first real request
                if error.status == HTTPStatus.UNAUTHORIZED:
                    raise

    def open(self, request: Request) -> HTTPResponse:
        """Return the answer to a request, not yet read. Raises as `send` does."""
        checked(request.full_url)
        request.add_header("User-Agent", _AGENT)  # public endpoints require one
        if self._token is not None:
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        try:
            response: HTTPResponse | None = self._opener.open(request, timeout=self.timeout)
        except _FAULTS as error:
            raise self._fault(error) from None
        if response is None:  # no handler accepted it
            raise EndpointError(f"{self.shown} cannot be asked. Give an http or https address.")
        return response

    def unreadable(self, what: str) -> EndpointError:
        """Return the error for an unusable answer."""
        return EndpointError(
            f"{self.shown} gave an answer that cannot be used: {self._shown(what)}. Is it a SPARQL "
            "endpoint, and is it well?",
            passing=True,
        )

    def _read(self, response: HTTPResponse, deadline: float) -> bytes:
        """Read an answer within the limits of size and total time; bytes may arrive one by one."""
        parts = []
        size = 0
        while chunk := response.read1(_CHUNK):  # the bytes that have arrived, at least one
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
        if missing:  # http.client does not report this for partial reads
            message = f"the connection was closed {missing} bytes before the end"
            raise self.unreadable(message)
        return b"".join(parts)

    def _fault(self, error: Exception) -> EndpointError:
        """Return our error for an exception of urllib."""
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
        """Return the error for an unsuccessful answer, with the text of its body."""
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
        """Return a server's text for display: one printable line without credentials."""
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        for secret in self._secrets:
            line = secret.sub("...", line)
        return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."


#: Blanks and invisible characters, literally or as written in URLs, JSON and HTML.
_BLANKS = r"(?:\s|\+|%[0-9A-Fa-f]{2}|\\[abefnrtv]|\\u[0-9A-Fa-f]{4}|&#?\w{1,9};){0,64}"


#: Further spellings of some characters: decoded "+", and those of JSON and HTML.
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
    """Return a pattern for the spellings in which a server may repeat a secret.

    Its blanks may be collapsed, and any part may be encoded as in a URL, JSON or HTML.
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
        named = "|".join(re.escape(name) for name in _NAMED.get(character, (character,)))
        pattern.append(f"(?:{named}|(?i:{encoded}))")
    return "".join(pattern)


_ERROR = HTTPStatus.INTERNAL_SERVER_ERROR

#: Virtuoso's words for missing permission, sent with status 500.
_DENIED = re.compile(r"(?i)no permission|permission denied|access denied")

_REDIRECTS = frozenset((300, 301, 302, 303, 305, 307, 308))

#: Statuses after which the same request may succeed soon. 500 is among them: servers out of memory
#: or connections send nothing more specific.
_PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))


def checked(url: str) -> str:
    """Return the host of an http or https URL. Raises `UsageError` for any other."""
    try:
        split = urlsplit(url)
        host, _ = split.hostname, split.port
    except ValueError:
        host, split = None, urlsplit("")
    if "@" in url.partition("?")[0]:  # checked first, so that no message repeats it
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
    """Return an address for display, without query and fragment, which may hold secrets."""
    start = re.match(r"[^?#]*[?#]?", url)
    return url if start is None or start[0] == url else f"{start[0]}..."


def _hidden(url: str) -> list[str]:
    """Return the hidden parts of an address: its query, and the values in it.

    Short values are left out, since they occur in many words.
    """
    query = url.partition("?")[2]
    values = [value for _, value in parse_qsl(query)]
    return [text for text in (query, *values) if len(text) >= _SHORTEST]


def sentence(body: bytes, media_type: str) -> str:
    """Return the text of an error's body: of problem+json, HTML or anything else."""
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
    # The first two are from RFC 9457; the others are used by servers without it.
    for names in (("title", "detail"), ("message",), ("error",)):
        parts = [str(document[name]) for name in names if isinstance(document.get(name), str)]
        if parts:
            return ": ".join(part.rstrip(".") for part in parts)
    return ""


def _of_html(text: str) -> str:
    """Return the title of a page, else its text."""
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
    """Return the seconds of a Retry-After header, which may be a date."""
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
    """Return user and password for a host; the password is from the environment, else netrc."""
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
        # The fault is not shown, since the line may hold a password.
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
