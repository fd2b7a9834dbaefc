// A picture that is larger than its box begins where what was asked about is, else at its corner.

export function centre(box) {
  const thing = box.querySelector(".focus");
  if (!thing) return;
  const outer = box.getBoundingClientRect();
  const inner = thing.getBoundingClientRect();
  box.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
  box.scrollTop += inner.top + inner.height / 2 - outer.top - outer.height / 2;
}

for (const box of document.querySelectorAll(".picture-box")) centre(box);
