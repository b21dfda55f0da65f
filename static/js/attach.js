// Files: chosen, dropped, pasted or photographed, sent one after the other as they come, each with its own progress and fate.
// [data-attach] (a form, or a part of one) takes them; the answer {"html", "refused"} brings its list anew. [data-collect] only collects for its form.
import { announce, say } from "./words.js";

const queue = [];
let current = null;
let held = null;

const formOf = (place) => place.closest("form");
const actionOf = (place) => place.dataset.action || place.getAttribute("action");
const isFull = (place, file) => file.size > Number(place.querySelector("[data-most]")?.dataset.most || Infinity) * 2 ** 20;

function row(place, file) {
  const line = document.createElement("li"), name = document.createElement("bdi"), bar = document.createElement("progress"), state = document.createElement("span"), press = document.createElement("button");
  name.textContent = file.name;
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  press.type = "button";
  press.className = "btn btn-quiet btn-sm";
  press.textContent = say("stop");
  line.append(name, bar, state, press);
  place.querySelector("[data-sending]").append(line);
  return { line, bar, state, press };
}

function send(place, files) {
  for (const file of files) {
    const task = { place, file, ...row(place, file) };
    task.press.addEventListener("click", () => stop(task));
    if (isFull(place, file)) fail(task, say("fileTooLarge", { most: place.querySelector("[data-most]").dataset.most }));
    else queue.push(task);
  }
  next();
}

function stop(task) {
  const at = queue.indexOf(task);
  if (at >= 0) queue.splice(at, 1);
  if (current === task) { task.request.abort(); return; }
  task.line.remove();
  settle();
}

function next() {
  if (current || !queue.length) { settle(); return; }
  current = queue.shift();
  const { place, file, bar } = current, form = formOf(place), body = new FormData();
  for (const name of ["csrfmiddlewaretoken", "draft"]) if (form.elements[name]) body.append(name, form.elements[name].value);
  body.append("files", file, file.name);
  const request = new XMLHttpRequest();
  current.request = request;
  request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
  request.addEventListener("load", () => answered(current, request));
  request.addEventListener("error", () => broken(current));
  request.addEventListener("abort", () => { current.line.remove(); done(); });
  request.open("POST", actionOf(place));
  request.setRequestHeader("X-Requested-With", "fetch");
  request.setRequestHeader("Accept", "application/json");
  request.send(body);
}

function answered(task, request) {
  let told = null;
  try { told = JSON.parse(request.responseText); } catch { /* Not our answer: a gateway's, or a page. */ }
  if (request.status === 200 && told) {
    // Markup of our own server, in which everything that people wrote is escaped.
    const list = document.getElementById(task.place.dataset.shows), parts = document.createElement("template");
    parts.innerHTML = told.html;
    if (list && parts.content.firstElementChild) list.replaceWith(parts.content);
    if (told.refused.length) fail(task, told.refused[0].message);
    else { task.line.remove(); announce(say("fileKept", { name: task.file.name })); }
    done();
  } else if (request.status === 413) { fail(task, say("fileTooLarge", { most: task.place.querySelector("[data-most]")?.dataset.most })); done(); } else if (request.status === 401) { fail(task, say("signedOut")); done(); } else broken(task);
}

function broken(task) {
  fail(task, say("fileNotSent"));
  const again = document.createElement("button");
  again.type = "button";
  again.className = "btn btn-line btn-sm";
  again.textContent = say("again");
  again.addEventListener("click", () => { task.line.remove(); send(task.place, [task.file]); });
  task.press.before(again);
  done();
}

function fail(task, words) {
  task.bar.remove();
  task.state.textContent = words;
  task.state.className = "t-bad";
  task.press.textContent = say("close");
  announce(`${task.file.name}: ${words}`);
}

function done() {
  current = null;
  next();
}

// A form that was pressed while files were on their way goes when the last of them is there.
function settle() {
  if (!held || current || queue.length) return;
  const { form, submitter } = held;
  held = null;
  form.requestSubmit(submitter);
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (!(current || queue.length) || ![current, ...queue].some((task) => task && formOf(task.place) === form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  held = { form, submitter: event.submitter };
  announce(say("filesOnTheWay"));
}, true);

// What waits in a field of its form, one file more.
function collect(input, files) {
  const all = new DataTransfer();
  for (const file of [...input.files, ...files]) all.items.add(file);
  input.files = all.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function takerOf(target) {
  const form = target.closest?.("form:has([data-collect])");
  if (form) return { mark: form, take: (files) => collect(form.querySelector("[data-collect]"), files) };
  const place = target.closest?.("[data-attach]") || target.closest?.(".card")?.querySelector("[data-attach]") || document.querySelector("[data-attach]");
  return place && { mark: place, take: (files) => send(place, files) };
}

document.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches("[data-files]")) return;
  const files = [...input.files];
  input.value = "";
  send(input.closest("[data-attach]"), files);
});

document.addEventListener("click", async (event) => {
  const press = event.target.closest("[data-drop-file]");
  if (!press) return;
  const place = press.closest("[data-attach]"), form = formOf(place), body = new FormData();
  for (const name of ["csrfmiddlewaretoken", "draft"]) body.append(name, form.elements[name].value);
  press.disabled = true;
  try {
    const answer = await fetch(press.dataset.dropFile, { method: "POST", body, headers: { "X-Requested-With": "fetch", Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const parts = document.createElement("template");
    parts.innerHTML = (await answer.json()).html;
    document.getElementById(place.dataset.shows).replaceWith(parts.content);
  } catch {
    press.disabled = false;
    announce(say("broken"), true);
  }
});

const hasFiles = (data) => [...(data?.types || [])].includes("Files");
let marked = null;

function mark(element) {
  if (marked !== element) marked?.classList.remove("over");
  marked = element;
  marked?.classList.add("over");
}

for (const kind of ["dragenter", "dragover"]) document.addEventListener(kind, (event) => {
  const taker = hasFiles(event.dataTransfer) && takerOf(event.target);
  if (!taker) return;
  event.preventDefault();
  mark(taker.mark);
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) mark(null); });
document.addEventListener("drop", (event) => {
  const taker = hasFiles(event.dataTransfer) && takerOf(event.target);
  mark(null);
  if (!taker) return;
  event.preventDefault();
  taker.take([...event.dataTransfer.files]);
});
document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files || [])];
  // A text that was copied together with its picture is pasted as text.
  if (!files.length || event.clipboardData.types.includes("text/plain")) return;
  const taker = takerOf(event.target);
  if (!taker) return;
  event.preventDefault();
  taker.take(files);
});
addEventListener("beforeunload", (event) => { if ((current || queue.length) && !held) event.preventDefault(); });
