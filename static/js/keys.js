// The keyboard. Single keys work outside fields only, and not at all when the user has switched them off.
// Markup: data-key="t" is pressed by T, data-key-focus="a" only gets the focus, data-go="n" follows G N,
// data-row marks rows for J and K, data-main the main action for Ctrl Enter, data-block the blocks for Alt and arrows.

const FIELDS = "input:not([type=button]):not([type=submit]), textarea, select, [contenteditable=true]";
const FIRST = "a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), textarea:not([disabled]), select:not([disabled]), summary";
let waitingForPlace = 0;

const isShown = (element) => element.checkVisibility?.({ visibilityProperty: true }) ?? element.offsetParent !== null;
const first = (selector, root = document) => [...root.querySelectorAll(selector)].find(isShown);

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog?.showModal && !dialog.open) dialog.showModal();
  return Boolean(dialog?.showModal);
}

function rows() {
  return [...document.querySelectorAll("[data-row]")].filter(isShown).map((row) => (row.matches("a[href]") ? row : row.querySelector(".ttl, a[href]"))).filter(Boolean);
}

function moveRow(step) {
  const all = rows();
  if (!all.length) return false;
  const here = all.findIndex((link) => link === document.activeElement || link.closest("[data-row]")?.contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + step));
  all[next].focus();
  return true;
}

function pressKey(key) {
  const name = CSS.escape(key);
  const row = document.activeElement?.closest("[data-row]");
  const target = (row && first(`[data-key="${name}"]`, row)) || [...document.querySelectorAll(`[data-key="${name}"]`)].find((element) => !element.closest("[data-row]") && isShown(element));
  if (target) {
    if (target.matches("input, textarea, select")) { target.focus(); target.select?.(); } else target.click();
    return true;
  }
  const focus = first(`[data-key-focus="${name}"]`);
  focus?.focus();
  return Boolean(focus);
}

function goTo(key) {
  const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
  // Signing out is a form's button: G U hands the desk to the next user.
  if (link?.href) location.href = link.href;
  else link?.click();
  return Boolean(link);
}

function mainAction() {
  const dialog = document.querySelector("dialog[open]");
  const root = dialog || document;
  const form = document.activeElement?.form || document.activeElement?.closest("form");
  const button = (form && first("[data-main]", form)) || (form && form.method === "post" && first("button.btn-primary:not([type=button])", form)) || first("[data-main]", root) || first("main .btn-primary", root);
  button?.click();
  return Boolean(button);
}

function moveBlock(step) {
  const blocks = [...document.querySelectorAll("[data-block]")].filter(isShown);
  if (!blocks.length) return false;
  const here = blocks.findIndex((block) => block.contains(document.activeElement));
  const next = blocks[here < 0 ? (step > 0 ? 0 : blocks.length - 1) : Math.min(blocks.length - 1, Math.max(0, here + step))];
  const stop = next.querySelector("input:checked") || first(FIRST, next) || next;
  if (stop === next) next.tabIndex = -1;
  stop.focus();
  return true;
}

function chooseDigit(event) {
  const ladder = event.target.closest?.(".ladder, [data-digits]");
  const choice = ladder?.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
  if (!choice) return false;
  choice.focus();
  choice.click();
  return true;
}

// Escape closes menus; else it leaves the field, so that single keys work. What is typed stays, also where a browser
// would empty a search field.
function escape(event) {
  const menus = document.querySelectorAll("details.menu[open]");
  menus.forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  if (menus.length || document.querySelector("dialog[open]") || !event.target.matches?.(FIELDS)) return;
  event.preventDefault();
  event.target.blur();
}

function singleKey(key) {
  if (Date.now() < waitingForPlace) {
    waitingForPlace = 0;
    return goTo(key);
  }
  if (key === "g") { waitingForPlace = Date.now() + 1500; return true; }
  if (key === "j") return moveRow(1);
  if (key === "k") return moveRow(-1);
  // Where the page is narrow or magnified no button stands for it.
  if (key === "?" && openDialog("keys")) return true;
  return pressKey(key);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === "Escape") return escape(event);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return mainAction() && event.preventDefault();
  if (event.altKey && !event.ctrlKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) return moveBlock(event.key === "ArrowDown" ? 1 : -1) && event.preventDefault();
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && !/^[jk]$/i.test(event.key)) return undefined;
  if (/^[1-9]$/.test(event.key) && event.target.matches?.("input[type=radio]")) return chooseDigit(event) && event.preventDefault();
  if (event.key.length !== 1 || document.body.dataset.keys === "off" || event.target.matches?.(FIELDS) || document.querySelector("dialog[open]")) return undefined;
  if (singleKey(event.key.toLowerCase())) event.preventDefault();
  return undefined;
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener && openDialog(opener.dataset.dialog)) event.preventDefault();
  document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target) || opener) menu.open = false; });
});
