// Loaded blocking in <head>: sets the theme before the first paint.
(function () {
  var root = document.documentElement;
  root.classList.add("js");
  if (root.dataset.theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches) root.dataset.bsTheme = "dark";
})();
