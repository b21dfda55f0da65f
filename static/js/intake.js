// The intake form: ticks what the words suggest, unless the clerk has unticked it; the server says what it suggests.
const form = document.getElementById("intake");
const GROUPS = ["demands", "threats", "is_danger"];
// Ticked by us and not touched since: they go again when the word goes.
const ours = new Set();
let isByHand = true;

const declinedField = (group) => form.elements[group === "is_danger" ? "declined_danger" : `declined_${group}`];
const declined = (group) => new Set(declinedField(group).value.split(",").filter(Boolean));

function remember(box) {
  const group = box.name;
  ours.delete(box.id);
  if (group === "is_danger") { declinedField(group).value = box.checked ? "" : "1"; return; }
  const codes = declined(group);
  if (box.checked) codes.delete(box.value);
  else codes.add(box.value);
  declinedField(group).value = [...codes].join(",");
}

function suggest() {
  const told = JSON.parse(document.getElementById("intake-known")?.dataset.suggest || "{}");
  let last = null;
  for (const group of GROUPS) {
    const wanted = new Set(told[group] || []);
    const left = declined(group);
    for (const box of form.querySelectorAll(`[name="${group}"]`)) {
      const code = group === "is_danger" ? "on" : box.value;
      const isWanted = wanted.has(code) && !left.has(code) && !(group === "is_danger" && left.size);
      if (isWanted && !box.checked) { box.checked = true; ours.add(box.id); last = box; }
      if (!isWanted && box.checked && ours.has(box.id)) { box.checked = false; ours.delete(box.id); last = box; }
    }
  }
  if (!last) return;
  isByHand = false;
  last.dispatchEvent(new Event("change", { bubbles: true }));
  isByHand = true;
}

const LIVE = ["in_person", "phone", "hotline"];
function showTalking() {
  document.getElementById("intake-talking").hidden = !LIVE.includes(form.elements.channel.value);
}

if (form) {
  form.addEventListener("change", (event) => {
    if (event.target.name === "channel") showTalking();
    if (isByHand && GROUPS.includes(event.target.name)) remember(event.target);
  });
  // Enter in a field must not save half a talk; Ctrl Enter does, and so do the buttons.
  form.addEventListener("keydown", (event) => {
    const isField = event.target.matches("input:not([type=submit]):not([type=checkbox]):not([type=radio])");
    if (event.key === "Enter" && isField && !event.ctrlKey && !event.metaKey) event.preventDefault();
  });
  // A sign-in that ended does not tear the form away from who is typing: the draft's line says so, and saving asks for it.
  form.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.status === 401) event.preventDefault();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id === "intake-known" || event.detail.elt?.id === "intake-known") suggest();
  });
  showTalking();
}
