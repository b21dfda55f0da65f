// The front page: what happened elsewhere need not be asked about again.
document.addEventListener("htmx:afterRequest", (event) => {
  const mark = event.detail.xhr?.getResponseHeader("X-Mark");
  const field = document.getElementById("queue-mark");
  if (mark && field && event.detail.elt.id === "queue") field.value = mark;
});
