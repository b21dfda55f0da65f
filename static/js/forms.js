// Forms: sent once, errors get the focus, and nothing typed is ever lost.
// A form with data-keep="name" is kept in this browser under the user's id until it is saved or the user signs out.
import { say } from "./words.js";

const user = document.body.dataset.user || "";
const PREFIX = "kept:";
const DAYS = 7;
let isLeaving = false;
const SKIP = /^(csrfmiddlewaretoken|next|password.*|oldpassword)$/;

const keyOf = (form) => `${PREFIX}${user}:${form.dataset.keep}`;
const keptForms = () => [...document.querySelectorAll("form[data-keep]")];

function store(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch { /* Storage is full or forbidden; the server's draft is still there. */ }
}

function fieldsOf(form) {
  return [...form.elements].filter((field) => field.name && !SKIP.test(field.name) && !["password", "file", "submit", "button", "hidden"].includes(field.type));
}

const isTicked = (field) => field.type === "checkbox" || field.type === "radio";

function isChanged(field) {
  if (isTicked(field)) return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return field.value !== field.defaultValue;
}

// The same name may stand for several ticks, so a tick is known by its value too.
const slotOf = (field) => (isTicked(field) ? `${field.name}=${field.value}` : field.name);

export function keep(form) {
  if (!user || isLeaving) return;
  const changed = fieldsOf(form).filter(isChanged).map((field) => [slotOf(field), isTicked(field) ? field.checked : field.value]);
  store(keyOf(form), changed.length ? JSON.stringify({ at: Date.now(), fields: Object.fromEntries(changed) }) : null);
}

let timer = 0;

// What is saved is no longer unsaved typing, also when the form stays on the page.
export function forget(form) {
  clearTimeout(timer);
  store(keyOf(form), null);
  for (const field of fieldsOf(form)) {
    if (isTicked(field)) field.defaultChecked = field.checked;
    else if (field.tagName === "SELECT") [...field.options].forEach((option) => { option.defaultSelected = option.selected; });
    else field.defaultValue = field.value;
  }
}

function restore(form) {
  let kept = null;
  try { kept = JSON.parse(localStorage.getItem(keyOf(form)) || "null"); } catch { return false; }
  if (!kept || form.querySelector(".errsum, .field.bad")) return false;
  let count = 0;
  for (const field of fieldsOf(form)) {
    const value = kept.fields[slotOf(field)];
    if (value === undefined) continue;
    if (isTicked(field)) { if (field.checked === value) continue; field.checked = value; } else { if (field.value === value) continue; field.value = value; }
    count += 1;
  }
  // What depends on a field (the class beside it, the draft on the server) hears of it.
  if (count) form.dispatchEvent(new Event("input", { bubbles: true }));
  return count > 0;
}

function sweep() {
  // A save went through when the form itself led here, and here is neither a refusal nor the sign-in.
  // A gateway's error page, a reload or the way back say nothing about it.
  const sent = JSON.parse(sessionStorage.getItem("sent") || "null");
  sessionStorage.removeItem("sent");
  const isNext = performance.getEntriesByType("navigation")[0]?.type === "navigate" && document.referrer === sent?.from;
  if (sent && user && isNext && !document.querySelector(".errsum, [data-refusal]")) store(sent.key, null);
  for (const name of Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))) {
    try { if (Date.now() - JSON.parse(localStorage.getItem(name)).at > DAYS * 864e5) store(name, null); } catch { store(name, null); }
  }
}

function busy(form, button) {
  form.dataset.busy = "1";
  // After this turn: a button that is disabled now would be left out of what is sent.
  setTimeout(() => {
    for (const each of form.querySelectorAll("button:not([type=button])")) {
      if (each.disabled) continue;
      each.dataset.wasReady = "1";
      each.disabled = true;
    }
    if (!button?.matches(".btn-primary, .btn-line, .btn-danger, .btn-soft, .btn-line-bad") || button.matches(".btn-icon")) return;
    button.setAttribute("aria-busy", "true");
    button.dataset.words = button.innerHTML;
    button.style.minWidth = `${button.getBoundingClientRect().width}px`;
    button.replaceChildren(spinner(), say("saving"));
  }, 0);
  // A request that was stopped by hand must not leave the form dead; the server refuses a second copy anyway.
  setTimeout(() => ready(form), 20000);
}

function spinner() {
  const mark = document.createElement("span");
  mark.className = "spinner-border spinner-border-sm";
  mark.setAttribute("aria-hidden", "true");
  return mark;
}

export function ready(form) {
  delete form.dataset.busy;
  for (const each of form.querySelectorAll("[data-was-ready]")) {
    each.disabled = false;
    delete each.dataset.wasReady;
  }
  for (const each of form.querySelectorAll("[aria-busy=true]")) {
    each.removeAttribute("aria-busy");
    each.style.minWidth = "";
    // Only markup that this page had before: nothing typed is in it.
    if (each.dataset.words !== undefined) each.innerHTML = each.dataset.words;
    delete each.dataset.words;
  }
}

function showErrors(root) {
  const summary = root.querySelector("[data-error-summary]");
  summary?.focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-sign-out]")) {
    isLeaving = true;
    Object.keys(localStorage).filter((name) => name.startsWith(`${PREFIX}${user}:`)).forEach((name) => store(name, null));
    return;
  }
  if (form.dataset.busy) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  if (form.method !== "post" || form.matches("[data-theme-form]")) return;
  if (form.dataset.keep) {
    keep(form);
    if (!form.matches("[hx-post]")) sessionStorage.setItem("sent", JSON.stringify({ key: keyOf(form), from: location.href.split("#")[0] }));
  }
  busy(form, event.submitter);
}, true);

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("form");
  if (!form) return;
  ready(form);
  const { xhr, successful } = event.detail;
  if (form.dataset.keep && event.detail.requestConfig?.verb === "post" && event.detail.elt === form && successful && xhr.status < 400) forget(form);
});
document.addEventListener("htmx:afterSettle", (event) => showErrors(event.detail.elt));

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest?.("form[data-keep]") || event.target.form;
    if (!form?.dataset?.keep) return;
    clearTimeout(timer);
    timer = setTimeout(() => keep(form), 250);
  });
}
addEventListener("pagehide", () => keptForms().forEach((form) => { if (!form.dataset.busy) keep(form); }));
addEventListener("pageshow", (event) => { if (event.persisted) document.querySelectorAll("form[data-busy]").forEach(ready); });

sweep();
if (user) {
  const restored = keptForms().filter(restore);
  const note = document.getElementById("kept");
  if (restored.length && note) {
    note.hidden = false;
    note.querySelector("[data-discard]").addEventListener("click", () => {
      restored.forEach((form) => { form.reset(); forget(form); });
      note.hidden = true;
    });
  }
}
showErrors(document);
