// A field that offers matches while one types (ARIA combobox).
// <div class="combo" data-combo="/customers/pick/"> with input[role=combobox], input[type=hidden][data-combo-value] and ul[role=listbox].
// The address answers ?q= with <li role="option" data-value data-text [data-fill='{"reach": "…"}']>; without scripts the input is a plain field.
import { announce, say } from "./words.js";

const WAIT = 200;

class Combo {
  constructor(root) {
    this.root = root;
    this.input = root.querySelector("[role=combobox]");
    this.value = root.querySelector("[data-combo-value]");
    this.list = root.querySelector("[role=listbox]");
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => { const option = event.target.closest("[role=option]"); if (option) this.choose(option); });
  }

  get options() { return [...this.list.querySelectorAll("[role=option]")]; }

  typed() {
    this.set("", true);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const text = this.input.value.trim();
    this.asking?.abort();
    if (!text) { this.close(); return; }
    this.asking = new AbortController();
    try {
      const address = new URL(this.root.dataset.combo, location.href);
      address.searchParams.set("q", text);
      const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" }, signal: this.asking.signal });
      if (!answer.ok) return;
      this.open(await answer.text());
    } catch { /* Offline or overtaken by the next letter: the field stays a plain field. */ }
  }

  open(html) {
    this.list.innerHTML = html;
    this.options.forEach((option, at) => { option.id = `${this.list.id}-${at}`; option.setAttribute("aria-selected", "false"); });
    const matches = this.options.filter((option) => option.dataset.value).length;
    if (document.activeElement !== this.input || !this.options.length) { this.close(); return; }
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    announce(matches ? say("found", { count: matches }) : say("foundNone"));
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  get at() { return this.options.findIndex((option) => option.getAttribute("aria-selected") === "true"); }

  mark(at) {
    const { options } = this;
    options.forEach((option, each) => option.setAttribute("aria-selected", String(each === at)));
    this.input.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (event.isComposing || event.altKey || event.ctrlKey) return;
    const count = this.options.length, { at } = this;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) { this.ask(); return; }
      if (count) this.mark((at + (event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1) + count) % count);
    } else if (event.key === "Enter" && !this.list.hidden) {
      event.preventDefault();
      if (at >= 0) this.choose(this.options[at]);
      else this.close();
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Tab" && at >= 0 && !this.list.hidden) this.choose(this.options[at]);
  }

  choose(option) {
    if (option.dataset.text !== undefined) this.input.value = option.dataset.text;
    this.set(option.dataset.value || "");
    this.close();
    const fill = JSON.parse(option.dataset.fill || "{}");
    const { form } = this.input;
    for (const [name, value] of Object.entries(fill)) {
      const field = form.elements[name];
      // What the clerk has typed already is not written over.
      if (!field || (field.value && field.value !== field.defaultValue && field.type !== "checkbox")) continue;
      if (field.type === "checkbox") field.checked = Boolean(value);
      else field.value = value;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  set(value, isQuiet = false) {
    if (!this.value || this.value.value === value) return;
    this.value.value = value;
    if (!isQuiet) this.value.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

const made = new WeakSet();
function make(root) {
  root.querySelectorAll("[data-combo]").forEach((each) => { if (!made.has(each)) { made.add(each); new Combo(each); } });
}

make(document);
document.addEventListener("htmx:afterSettle", (event) => make(event.detail.elt));
