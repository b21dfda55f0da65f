// The sign-in page: showing the password, the theme, and the focus on what went wrong.
import "./forms.js";
import "./shell.js";
import { say } from "./words.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show-password]");
  if (button) {
    const field = document.getElementById(button.dataset.showPassword);
    const isShown = field.type === "text";
    field.type = isShown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!isShown));
    button.querySelector("span").textContent = say(isShown ? "showPassword" : "hidePassword");
  }
});
