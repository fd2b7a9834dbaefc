// Adds a button to fields with text to copy. Without JavaScript the fields stay readable.
for (const field of document.querySelectorAll("input[data-copy]")) {
  const button = document.createElement("button");
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  said.className = "unseen";
  button.type = "button";
  button.className = "quiet";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Selected";
    }
    said.textContent = button.textContent;
  });
  field.after(" ", button, said);
}
