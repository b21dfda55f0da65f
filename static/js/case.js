// The complaint's page: a press on "Note a call" opens the composer at that kind, without leaving the page; printing.
function compose(kind) {
  const form = document.getElementById("composer");
  const choice = form?.querySelector(`input[name=kind][value="${CSS.escape(kind)}"]`);
  if (!choice) return false;
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  const text = form.querySelector("textarea");
  form.scrollIntoView({ block: "center" });
  text.focus({ preventScroll: true });
  return true;
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-entry]");
  if (opener && compose(opener.dataset.entry)) event.preventDefault();
  if (event.target.closest("[data-print]")) window.print();
});

// Who came by a link to the composer goes on typing.
if (location.hash === "#composer" && matchMedia("(hover: hover)").matches) document.querySelector("#composer textarea")?.focus({ preventScroll: true });
