// When the server cannot be reached, or refuses what htmx asked, the page says so: nothing else
// would. The words stand in base.html.
const wording = document.getElementById("failure-message");
const place = () => {
  const dialog = document.getElementById("window");
  return dialog.open ? dialog : document.getElementById("messages");
};

for (const kind of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, () => {
    document.querySelectorAll("[data-failure]").forEach((message) => message.remove());
    place().prepend(wording.content.cloneNode(true));
  });
}
