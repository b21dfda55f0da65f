// Deadline chips count by the server's clock; a threshold that passes is spoken once.
import { announce, duration, now, say } from "./words.js";

const SECONDS_BELOW = 300;
const spoken = new WeakMap();

function look(left, soon) {
  if (left < 0) return "over";
  return left <= soon ? "soon" : "ok";
}

function text(left) {
  if (left < 0) return say("over", { time: duration(left) });
  if (left >= SECONDS_BELOW) return say("left", { time: duration(left) });
  const minutes = Math.floor(left / 60), seconds = String(left % 60).padStart(2, "0");
  return say("left", { time: `${minutes}:${seconds}` });
}

function speak(chip, shown) {
  const name = chip.closest("[data-name]")?.dataset.name || say("promise");
  if (shown === "over") announce(say("overSaid", { name }), "mine" in chip.dataset);
  else if (shown === "soon") announce(say("soonSaid", { name, time: duration(Math.round((Date.parse(chip.dataset.due) - now()) / 1000)) }));
}

function show(chip) {
  const left = Math.floor((Date.parse(chip.dataset.due) - now()) / 1000);
  const shown = look(left, Number(chip.dataset.soon));
  const words = text(left), place = chip.querySelector(".due-t");
  if (place.textContent !== words) place.textContent = words;
  const before = spoken.get(chip) || ["over", "soon", "ok"].find((name) => chip.classList.contains(`due-${name}`));
  if (before !== shown) {
    chip.classList.replace(`due-${before}`, `due-${shown}`);
    chip.querySelector("use")?.setAttribute("href", `#due-${shown}`);
    speak(chip, shown);
  }
  spoken.set(chip, shown);
}

function countTitle() {
  const list = document.querySelector("[data-title-count]");
  if (!list) return;
  const count = list.querySelectorAll(".due-over").length;
  const plain = document.title.replace(/^\(\d+\) /, "");
  const title = count ? `(${count}) ${plain}` : plain;
  if (document.title !== title) document.title = title;
}

// Plain running clocks: <span data-count-from="2026-11-19T02:00:00Z"> counts up, data-count-to counts down.
function runClock(place) {
  const up = place.dataset.countFrom;
  const seconds = Math.max(0, Math.floor((up ? now() - Date.parse(up) : Date.parse(place.dataset.countTo) - now()) / 1000));
  const hours = Math.floor(seconds / 3600), minutes = Math.floor((seconds % 3600) / 60);
  const parts = [hours ? String(hours) : null, String(minutes).padStart(2, "0"), String(seconds % 60).padStart(2, "0")];
  place.textContent = parts.filter(Boolean).join(":");
}

function tick() {
  document.querySelectorAll(".due[data-due]").forEach(show);
  document.querySelectorAll("[data-count-from], [data-count-to]").forEach(runClock);
  countTitle();
  // On the second, so that all clocks on a desk change together.
  setTimeout(tick, 1000 - (now() % 1000) + 5);
}

tick();
document.addEventListener("htmx:afterSettle", () => { document.querySelectorAll(".due[data-due]").forEach(show); countTitle(); });
