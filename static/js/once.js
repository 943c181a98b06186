// A form[data-once] is sent once, however often its button is pressed while the answer is awaited.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!("once" in form.dataset)) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
});

// A page that comes back from the browser's memory may be sent anew.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-once]").forEach((form) => delete form.dataset.sent);
});
