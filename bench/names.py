"""How long names take as labels grow: `python bench/names.py [--before CHECKOUT] [--cold]`.

Made-up terms, each with a label of two words and a synonym, stand beside those of the graph. For
each number of labels: to find an exact name, to say what a misspelt one may mean, and to search for
a word, in microseconds of the processor's time, the least of several rounds with other names in
each. With `--before` the same with the code of another checkout, in which `Terms` takes a list.
`--cold` builds a snapshot of so many labels and asks it in new processes: of a question with a name
the seconds, and of these those for the name alone.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SIZES = (700, 10_000, 100_000)
RUN = """\
import json, random, sys, time
sys.path.insert(0, sys.argv[1] + "/src")
sys.path.insert(0, sys.argv[3] + "/bench")
from names import labels
try:
    from crampkg.model import Term
except ImportError:
    from crampkg.records import Term
try:
    from crampkg.names import Terms
except ImportError:
    from crampkg.questions.terms import Terms
size = int(sys.argv[2])
words = labels(size)
terms = Terms(
    [
        Term(f"https://w3id.org/crampkg/id/{n:06}", label, (f"{label} syn",), ("urn:k",), "")
        for n, label in enumerate(words)
    ]
)
chosen = random.Random(5)
def least(does, change):
    does("warm up")
    spent = []
    for _ in range(7 if size < 50_000 else 3):
        names = [change(chosen.choice(words)) for _ in range(5)]
        began = time.process_time()
        for name in names:
            does(name)
        spent.append((time.process_time() - began) / len(names))
    return round(min(spent) * 1e6)
def slip(name):
    at = chosen.randrange(1, len(name) - 2)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
exact = least(lambda name: name == "warm up" or terms.find(name), str)
near = least(terms.near, slip)
search = least(terms.search, lambda name: name.split()[0])
print(json.dumps([exact, near, search]))
"""
COLD = """\
import sys, time
sys.path.insert(0, sys.argv[1] + "/src")
from crampkg.graph import KnowledgeGraph
graph = KnowledgeGraph.open(sys.argv[2])
began = time.process_time()
graph.find(sys.argv[3])
print(time.process_time() - began)
"""


def labels(number: int) -> list[str]:
    """Return so many labels of two words, all different, of words as long as those of people."""
    chosen = random.Random(number)  # noqa: S311 - names, no secrets
    sounds = ["ba", "cer", "di", "fo", "gly", "ho", "in", "kal", "lum", "mo", "ne", "os", "pa"]
    sounds += ["qui", "ra", "sten", "tib", "ul", "ven", "xi", "za", "ster", "phe", "dro"]
    found: dict[str, None] = {}
    while len(found) < number:
        words = ("".join(chosen.choices(sounds, k=chosen.randint(2, 4))) for _ in range(2))
        found[" ".join(words)] = None
    return list(found)


def measure(checkout: Path, size: int) -> list[int]:
    """Return the microseconds for an exact name, a misspelt one, and a word."""
    words = [sys.executable, "-c", RUN, str(checkout), str(size), str(ROOT)]
    return list(
        json.loads(subprocess.run(words, capture_output=True, check=True, text=True).stdout)
    )


def cold(size: int) -> tuple[float, float]:
    """Return the processor's seconds of a cold `ask` with a name, and those for the name alone."""
    import resource
    import shutil

    name = labels(size)[size // 2]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "sources"
        for part in ("ontology", "rules", "queries", "data"):
            shutil.copytree(ROOT / part, root / part)
        things = "".join(
            f'kg:made-up-{n:06} a ck:AnatomicalSite ; skos:prefLabel "{label}"@en .\n'
            for n, label in enumerate(labels(size))
        )
        head = (
            "@prefix ck: <https://w3id.org/crampkg/ontology#> .\n"
            "@prefix kg: <https://w3id.org/crampkg/id/> .\n"
            "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        )
        (root / "data" / "made-up.ttl").write_text(head + things, encoding="utf-8")
        environment = {**os.environ, "CRAMPKG_CACHE": folder, "PYTHONPATH": str(ROOT / "src")}
        environment["CRAMPKG_SOURCES"] = str(root)
        ask = [sys.executable, "-m", "crampkg", "ask", "pain-within", "--site", name, "-f", "csv"]
        # The first one builds it. Nothing is said of what is made up, so that the exit code is 1.
        built = subprocess.run(ask, env=environment, check=False, capture_output=True)
        if built.returncode != 1:
            raise SystemExit(built.stderr.decode())
        spent = []
        for _ in range(3):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(ask, env=environment, check=False, capture_output=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        run = [sys.executable, "-c", COLD, str(ROOT), str(root), name]
        alone = [
            float(subprocess.run(run, env=environment, check=True, capture_output=True).stdout)
            for _ in range(3)
        ]
    return min(spent), min(alone)


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("--before", type=Path, metavar="CHECKOUT", help="another checkout")
    words.add_argument("--cold", action="store_true", help="new processes, on snapshots")
    words.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    asked = words.parse_args()
    checkouts = {"before": asked.before.resolve()} if asked.before else {}
    checkouts["now"] = ROOT
    print(f"{'labels':>8} {'':>7} {'exact µs':>9} {'misspelt µs':>12} {'word µs':>9}")
    for size in asked.sizes:
        for name, checkout in checkouts.items():
            exact, near, search = measure(checkout, size)
            print(f"{size:8} {name:>7} {exact:9} {near:12} {search:9}", flush=True)
        if asked.cold:
            whole, alone = cold(size)
            print(f"{size:8}    cold ask {whole:.2f} s, of which the name {alone * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
