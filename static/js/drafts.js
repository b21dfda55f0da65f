// Sends a form with data-draft="/address/" to the server 400 ms after each change, one request at a time, the newest state last.
// The answer may be {"draft": "id", "saved_at": "2026-…"}: the id goes into the form's field "draft", the time beside [data-draft-status].
import { announce, clockTime, say } from "./words.js";

const WAIT = 400;

class Draft {
  constructor(form) {
    this.form = form;
    this.isSending = false;
    this.isWanted = false;
    for (const kind of ["input", "change"]) form.addEventListener(kind, () => this.changed());
    addEventListener("online", () => { if (this.isWanted) this.send(); });
    addEventListener("pagehide", () => { if (this.isWanted && !form.dataset.busy) this.post(true).catch(() => {}); });
  }

  changed() {
    this.isWanted = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), WAIT);
  }

  post(isLast = false) {
    const body = new FormData(this.form);
    [...body.keys()].forEach((name) => { if (body.get(name) instanceof File) body.delete(name); });
    return fetch(this.form.dataset.draft, { method: "POST", body, keepalive: isLast, headers: { "X-Requested-With": "fetch", Accept: "application/json" } });
  }

  async send() {
    // A form that is being saved must not leave a draft behind.
    if (this.form.dataset.busy || !this.isWanted) return;
    if (this.isSending) return;
    this.isSending = true;
    this.isWanted = false;
    try {
      const answer = await this.post();
      if (answer.status === 401) { this.tell("signedOut"); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      const told = answer.status === 204 ? {} : await answer.json();
      const field = this.form.elements.draft;
      if (field && told.draft !== undefined) field.value = told.draft;
      this.tell("draftSaved", told.saved_at ? Date.parse(told.saved_at) : undefined);
    } catch {
      this.isWanted = true;
      this.tell("draftHere");
    } finally {
      this.isSending = false;
    }
    if (this.isWanted && navigator.onLine) { clearTimeout(this.timer); this.timer = setTimeout(() => this.send(), this.failed ? 5000 : WAIT); }
  }

  tell(key, at) {
    const place = this.form.querySelector("[data-draft-status]") || document.querySelector("[data-draft-status]");
    const words = say(key, { time: clockTime(at) });
    if (key !== "draftSaved" && this.failed !== key) announce(words);
    this.failed = key === "draftSaved" ? null : key;
    if (place) place.textContent = words;
  }
}

document.querySelectorAll("form[data-draft]").forEach((form) => new Draft(form));
