// When the server cannot be reached, or refuses what htmx asked, the page says so: nothing else
// would. The words stand in base.html.
const wording = document.getElementById("failure-message");
const place = () => {
  const dialog = document.getElementById("window");
  return dialog.open ? dialog : document.getElementById("messages");
};

for (const kind of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, (event) => {
    document.querySelectorAll("[data-failure]").forEach((message) => message.remove());
    const message = wording.content.cloneNode(true);
    const number = event.detail.xhr?.getResponseHeader("X-Request-ID");
    if (number) {
      message.querySelector("[data-request-id]").textContent = number;
      message.querySelector("[data-request]").hidden = false;
    }
    place().prepend(message);
  });
}
