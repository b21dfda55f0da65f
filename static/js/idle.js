// A page that nobody touches locks itself: the sign-in ends, and what was typed waits in this browser for its writer.
const { idle, lock, touch, user } = document.body.dataset;
const CHECK = 5000;
const TELL = 60000;
const key = `touched:${user}`;
let told = Date.now();

// All windows of one user count as one desk.
const lastTouch = () => Math.max(Number(localStorage.getItem(key)) || 0, started);
const started = Date.now();

function touched() {
  const now = Date.now();
  localStorage.setItem(key, String(now));
  if (now - told < TELL) return;
  told = now;
  // Somebody reads or types without sending anything: the server hears that they are there.
  fetch(touch, { headers: { "X-Requested-With": "fetch" } }).catch(() => {});
}

async function lockPage() {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"]);
  document.body.hidden = true;
  await fetch(lock, { method: "POST", body, headers: { "X-Requested-With": "fetch" } }).catch(() => {});
  // The server sends who is not signed in to the sign-in, and back here afterwards.
  location.reload();
}

if (idle) {
  for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"]) addEventListener(kind, touched, { passive: true });
  setInterval(() => { if (Date.now() - lastTouch() > Number(idle) * 1000) lockPage(); }, CHECK);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && Date.now() - lastTouch() > Number(idle) * 1000) lockPage(); });
}
