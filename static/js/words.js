// Words from the server, and the server's time. Everything else that counts or speaks asks here.
const words = JSON.parse(document.getElementById("words")?.textContent || "{}");

export function say(key, values = {}) {
  return (words[key] || key).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

// How far this machine's clock is from the server's, in milliseconds.
let offset = 0;
const told = document.querySelector('meta[name="server-time"]')?.content;
if (told) {
  const entry = performance.getEntriesByType("navigation")[0];
  const answered = performance.timeOrigin + (entry?.responseStart || 0);
  offset = Date.parse(told) - answered;
}

export const now = () => Date.now() + offset;

// A page that is open for hours, or a machine that slept: the answers of later requests correct the clock.
export function correct(dateHeader) {
  const theirs = Date.parse(dateHeader || "");
  if (theirs && Math.abs(theirs - now()) > 2500) offset += theirs - now();
}

export function clockTime(at = now()) {
  // In the department's zone, as all times that the server writes.
  return new Date(at).toLocaleTimeString(document.documentElement.lang, { hourCycle: "h23", timeZone: document.body.dataset.zone });
}

export function duration(seconds) {
  const s = Math.abs(Math.trunc(seconds));
  const days = Math.floor(s / 86400), hours = Math.floor((s % 86400) / 3600), minutes = Math.floor((s % 3600) / 60);
  if (s < 60) return say("seconds", { seconds: s });
  if (days) return say(hours ? "daysHours" : "days", { days, hours });
  if (hours) return say(minutes ? "hoursMinutes" : "hours", { hours, minutes });
  return say("minutes", { minutes });
}

const unspoken = new Map();

export function announce(text, urgent = false) {
  const region = document.getElementById(urgent ? "live-now" : "live");
  if (!region) return;
  const waiting = unspoken.get(region) || [];
  unspoken.set(region, [...waiting, text]);
  if (waiting.length) return;
  region.textContent = "";
  // A region that changes twice in one moment is read once, with the last words: so all of them are said together.
  setTimeout(() => {
    region.textContent = unspoken.get(region).join(". ");
    unspoken.delete(region);
  }, 100);
}
