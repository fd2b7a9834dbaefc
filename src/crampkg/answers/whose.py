"""Which article a row is from, said where the graph holds more than one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crampkg.records import Status, Value

#: What the column is called that names the article.
HEADING = "article"

#: The columns that say best where a row is from.
_HANDLES = ("claim", "statement")


def home(resource: str) -> str:
    """Return what the IRIs of all things of one article begin with, from that of one of them."""
    return resource.rpartition("/")[0]


def titles(statuses: Iterable[Status]) -> dict[str, str]:
    """Return the title of each article by its home; none where there is one article only."""
    found = {home(status.article): status.title for status in statuses}
    return found if len(found) > 1 else {}


def title_of(row: Mapping[str, Value | None], titles: Mapping[str, str]) -> str:
    """Return the title of the article that `row` is from; empty if no article's thing is in it."""
    names = [*(name for name in _HANDLES if name in row), *row]
    resources = (value.text for name in names if (value := row[name]) and value.kind == "uri")
    return next((titles[home(each)] for each in resources if home(each) in titles), "")
