// Puts a sentence into what is being written: <button data-insert="the sentence">. It goes in at the caret of the composer
// and takes nothing away. Without scripts the sentences can still be selected and copied.
import { announce, say } from "./words.js";

// Where somebody has been before, the caret says where to go on; else it is the end.
const visited = new WeakSet();
const field = () => document.querySelector("#composer textarea");

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("#composer textarea")) visited.add(event.target);
});

// A sentence for the customer is no note among colleagues; a note that was begun stays one.
function leaveNote(text) {
  const form = text.form, chosen = form.querySelector("input[name=kind]:checked");
  const message = form.querySelector('input[name=kind][value="message"]');
  if (text.value.trim() || !message || (chosen && chosen.value !== "note")) return;
  message.checked = true;
  message.dispatchEvent(new Event("change", { bubbles: true }));
}

// Latin sentences are kept apart by a space; Chinese ones follow each other.
function apart(before, after) {
  const edge = before.slice(-1) + after.slice(0, 1);
  return edge.length < 2 || /[\s\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]/.test(edge) ? "" : " ";
}

function insert(text, sentence) {
  leaveNote(text);
  const at = visited.has(text) ? text.selectionEnd : text.value.length;
  const added = apart(text.value.slice(0, at), sentence) + sentence + apart(sentence, text.value.slice(at));
  text.setRangeText(added, at, at, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
  announce(say("inserted"));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  const text = button && field();
  if (text) insert(text, button.dataset.insert);
});
