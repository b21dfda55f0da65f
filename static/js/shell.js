// The top bar and the toasts.
const STAY = 8000;

function leave(toast) {
  setTimeout(() => {
    if (toast.matches(":hover") || toast.contains(document.activeElement)) leave(toast);
    else toast.remove();
  }, STAY);
}

const toasts = document.getElementById("toasts");
if (toasts) {
  toasts.querySelectorAll(".toastx").forEach(leave);
  new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((node) => { if (node.nodeType === 1) leave(node); }))).observe(toasts, { childList: true });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-theme-form]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const root = document.documentElement, button = form.querySelector("button");
  const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  const body = new FormData(form);
  body.set("theme", theme);
  root.dataset.bsTheme = theme;
  button.value = theme === "dark" ? "light" : "dark";
  fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" }, keepalive: true }).catch(() => {});
}, true);

// On touch nothing is focused by itself: a keyboard that pops up hides half of the page.
if (matchMedia("(hover: hover)").matches && !document.querySelector("[data-error-summary]")) document.querySelector("[data-autofocus]")?.focus();
