// Copies the sentence beside a button: <button data-copy> takes the paragraph before it, data-copy="#id" that element.
import { announce, say } from "./words.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = button.dataset.copy ? document.querySelector(button.dataset.copy) : button.parentElement.querySelector("p");
  const text = (source?.value ?? source?.textContent ?? "").trim();
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Plain HTTP in the house's network has no clipboard: select the words, so that Ctrl C does it.
    getSelection().selectAllChildren(source);
    return;
  }
  announce(say("copied"));
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 1500);
});
