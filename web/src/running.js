// Running a query: the page that the server makes of it is fetched, and its result shown here.

import { setDiagnostics } from "@codemirror/lint";
import { centre } from "../../src/crampkg/server/static/picture.js";

/** Mark the place that the server found wrong, given as line and column; nothing for none. */
export function mark(view, place) {
  if (!place) {
    view.dispatch(setDiagnostics(view.state, []));
    return;
  }
  const { doc } = view.state;
  const line = doc.line(Math.min(place.line, doc.lines));
  // The server counts characters, and the editor halves of those beyond U+FFFF.
  const from = line.from + [...line.text].slice(0, place.column - 1).join("").length;
  const word = /^[\w:?$-]+/.exec(doc.sliceString(from, line.to));
  const to = Math.min(from + (word?.[0].length ?? 1), line.to);
  view.dispatch({
    ...setDiagnostics(view.state, [{ from, to, severity: "error", message: place.message }]),
    selection: { anchor: from },
    scrollIntoView: true,
  });
}

/** Return the section with the result in what the server answered, else one that says what is wrong. */
function resultOf(text, answer) {
  const isPage = answer.headers.get("content-type")?.startsWith("text/html");
  const page = new DOMParser().parseFromString(isPage ? text : "", "text/html");
  const found = page.querySelector("#results");
  if (found) return found;
  const told = isPage
    ? ["main h1", "main p"].map((each) => page.querySelector(each)?.textContent)
    : [problem(text).title, problem(text).detail];
  return section(told[0] ?? `The server answered ${answer.status}`, told[1] ?? "");
}

function problem(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Return a section with nothing in it, or with a problem. */
function section(title, detail) {
  const made = document.createElement("section");
  made.id = "results";
  made.tabIndex = -1;
  made.setAttribute("aria-label", "Result");
  if (title) {
    const box = document.createElement("div");
    box.className = "mistakes";
    box.setAttribute("role", "alert");
    const [heading, sentence] = ["h2", "p"].map((name) => document.createElement(name));
    heading.textContent = title;
    sentence.id = "mistake";
    sentence.textContent = detail;
    box.append(heading, sentence);
    made.append(box);
  }
  return made;
}

export class Runner {
  #form;
  #said;
  #text;
  #mark;
  #running = null;
  #shown = location.search; // what the address says of what is shown

  /** `text` gives the query, `mark` shows a fault in it, `said` is where is told what goes on. */
  constructor(form, said, text, mark) {
    this.#form = form;
    this.#said = said;
    this.#text = text;
    this.#mark = mark;
  }

  /** Take over the form. */
  begin() {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.run();
    });
    this.#cancel.addEventListener("click", () => {
      this.#running?.abort();
      this.#form.querySelector("#run").focus(); // the button goes, and must not take the focus along
    });
    // In the editor CodeMirror has heeded the keys; elsewhere in the form they do the same.
    this.#form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) {
        event.preventDefault();
        this.run();
      }
    });
    this.#form.addEventListener("change", (event) => {
      if (event.target.name === "show" && document.querySelector("#results > *")) this.run();
    });
    // A link to a place of the page is a step in the history too, and keeps what was typed.
    addEventListener("popstate", () => {
      if (location.search !== this.#shown) location.reload();
    });
    this.#showFault();
  }

  /** Run the query; one that still runs is ended, here and on the server. */
  async run() {
    this.#running?.abort();
    if (!this.#text().trim()) {
      this.#put(section());
      this.#tell("There is no query yet.", false);
      return;
    }
    const running = (this.#running = new AbortController());
    const asked = { query: this.#text(), show: this.#show };
    const address = `/editor?${new URLSearchParams(asked)}`;
    const isLong = address.length > Number(this.#form.dataset.longest);
    this.#tell("Running…", true);
    try {
      // "live": what is wrong with a query is no failure of the request, and no error in the console.
      // It is in the address, which is read even where what is sent is too long.
      const answer = await fetch("/editor?live=1", {
        method: "POST",
        body: new URLSearchParams(asked),
        headers: { accept: "text/html" },
        signal: running.signal,
      });
      this.#put(resultOf(await answer.text(), answer));
      // Links of the page are encoded in another way.
      const now = `${location.pathname}?${new URLSearchParams(location.search)}`;
      if (!isLong && address !== now) {
        history.pushState(null, "", address);
        this.#shown = location.search;
      }
    } catch (error) {
      if (running !== this.#running) return; // another one was started meanwhile
      this.#tell(error.name === "AbortError" ? "Cancelled." : "The server could not be reached.", false);
    } finally {
      if (running === this.#running) this.#running = null;
    }
  }

  #put(made) {
    document.querySelector("#results").replaceWith(document.adoptNode(made));
    for (const box of made.querySelectorAll(".picture-box")) centre(box);
    const heading = made.querySelector("h1, h2");
    this.#tell((heading?.textContent ?? "").replace(/\s+/g, " ").trim(), false);
    this.#showFault();
  }

  #showFault() {
    const { line, column } = document.querySelector("#results").dataset;
    const message = document.querySelector("#mistake")?.textContent;
    this.#mark(line ? { line: Number(line), column: Number(column), message } : null);
  }

  #tell(text, isRunning) {
    this.#said.textContent = text;
    this.#cancel.hidden = !isRunning;
    document.querySelector("#results").setAttribute("aria-busy", String(isRunning));
  }

  get #cancel() {
    return this.#form.querySelector("#cancel");
  }

  get #show() {
    return this.#form.querySelector("[name=show]:checked").value;
  }
}
