// What this product asks of htmx: refusals shown, polling that rests on a hidden tab, and no list that moves under the hand.
import { announce, clockTime, correct, say } from "./words.js";

let offlineSince = null;
const waiting = new WeakMap();

function setOffline(isOffline) {
  const bar = document.getElementById("offline");
  if (!bar) return;
  if (isOffline && offlineSince === null) {
    offlineSince = clockTime().slice(0, 5);
    bar.querySelector("[data-words]").textContent = say("offline", { time: offlineSince });
  }
  if (!isOffline) offlineSince = null;
  bar.hidden = !isOffline;
}

function askAgain() {
  document.querySelectorAll("[data-poll]").forEach((element) => globalThis.htmx?.trigger(element, "poll"));
}

// Somebody is on a row, types, or has marked something: then the list waits.
function isInHand(element) {
  const active = document.activeElement;
  const typing = active && active !== document.body && element.contains(active);
  return typing || Boolean(element.querySelector("input[type=checkbox]:checked, details.menu[open]"));
}

function holdBack(element, detail) {
  let note = document.getElementById(`news-${element.id}`);
  if (!note) {
    note = document.createElement("div");
    note.id = `news-${element.id}`;
    note.className = "note note-info mb-3";
    note.setAttribute("role", "status");
    const words = document.createElement("b"), button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-line btn-sm ms-2";
    button.textContent = say("show");
    button.addEventListener("click", () => showNow(element));
    note.append(words, button);
    element.before(note);
  }
  note.firstChild.textContent = decodeURIComponent(detail.xhr.getResponseHeader("X-News") || "") || say("changed");
  waiting.set(element, true);
}

function showNow(element) {
  const current = document.getElementById(element.id) || element;
  document.getElementById(`news-${element.id}`)?.remove();
  waiting.delete(element);
  document.activeElement?.blur?.();
  globalThis.htmx?.trigger(current, "poll");
}

document.addEventListener("htmx:configRequest", (event) => {
  const { elt, headers } = event.detail;
  // The server does not count a poll as somebody being at the desk.
  if (elt.matches("[data-poll]")) headers["X-Poll"] = "1";
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.matches("[data-poll]") && document.hidden) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target, elt } = event.detail;
  if (xhr.status >= 400 && xhr.getResponseHeader("HX-Retarget")) {
    // Our own sentence, not a gateway's page.
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    return;
  }
  if (elt.matches("[data-poll][data-calm]") && event.detail.shouldSwap && isInHand(target)) {
    event.detail.shouldSwap = false;
    holdBack(elt, event.detail);
    return;
  }
  if (event.detail.shouldSwap) document.getElementById(`news-${target.id}`)?.remove();
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr?.status) {
    setOffline(false);
    correct(event.detail.xhr.getResponseHeader("Date"));
  }
  const { elt, xhr } = event.detail;
  // A refusal of the press before says nothing about this one.
  if (xhr?.status >= 200 && xhr.status < 400 && !elt.matches("[data-poll]")) document.getElementById("refusal")?.replaceChildren();
});

document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.elt.matches("[data-poll]") || event.detail.xhr.status === 401) return;
  const place = document.getElementById("refusal");
  if (!place) return;
  const note = document.createElement("div");
  note.className = "note note-bad mb-3";
  note.setAttribute("role", "alert");
  note.textContent = say("broken");
  place.replaceChildren(note);
  note.scrollIntoView({ block: "nearest" });
});

document.addEventListener("htmx:afterSwap", (event) => {
  const { target } = event.detail;
  if (target.id === "refusal" || document.getElementById("refusal")?.contains(target)) {
    const note = document.querySelector("#refusal [tabindex]");
    note?.focus();
  }
});

document.addEventListener("htmx:sendError", () => setOffline(true));
addEventListener("offline", () => setOffline(true));
addEventListener("online", () => { setOffline(false); askAgain(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) askAgain(); });
document.addEventListener("focusout", () => {
  // The pause: the hand has left the list, so what waited may come.
  setTimeout(() => document.querySelectorAll("[data-calm]").forEach((element) => {
    if (waiting.get(element) && !isInHand(element)) showNow(element);
  }), 300);
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-try-again]")) return;
  fetch(location.href, { method: "HEAD" }).then(() => { setOffline(false); askAgain(); }).catch(() => announce(document.querySelector("#offline b").textContent));
});
