// Scrolls a picture that is larger than its box to its focus, else to its corner.
// While a thing is hovered or focused, only its links and neighbours stay in front.

const THING = ".picture-box [data-thing]";

export function centre(box) {
  const thing = box.querySelector(".focus");
  if (!thing) return;
  const outer = box.getBoundingClientRect();
  const inner = thing.getBoundingClientRect();
  box.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
  box.scrollTop += inner.top + inner.height / 2 - outer.top - outer.height / 2;
}

function light(target) {
  // Scrolling the page moves things under a resting pointer: that must not take the focus away.
  const thing = target.closest?.(THING) ?? document.activeElement?.closest(THING);
  for (const svg of document.querySelectorAll(".picture-box svg.lit")) svg.classList.remove("lit");
  if (!thing) return;
  const svg = thing.ownerSVGElement;
  const near = new Set([thing.dataset.thing, ...(thing.dataset.near ?? "").split(" ")]);
  for (const edge of svg.querySelectorAll("[data-ends]")) {
    const ends = edge.dataset.ends.split(" ");
    const isLinked = ends.includes(thing.dataset.thing);
    edge.classList.toggle("linked", isLinked);
    if (isLinked) ends.forEach((end) => near.add(end));
  }
  for (const node of svg.querySelectorAll("[data-thing]"))
    node.classList.toggle("linked", near.has(node.dataset.thing));
  svg.classList.add("lit");
}

document.addEventListener("pointerover", (event) => light(event.target));
document.addEventListener("focusin", (event) => light(event.target));
for (const box of document.querySelectorAll(".picture-box")) centre(box);
