// When the server cannot be reached, or refuses what htmx asked, the page says what it knows of that,
// and no more: nothing else would. The words stand in base.html.
const wording = document.getElementById("failure-message");
const place = () => {
  const dialog = document.getElementById("window");
  return dialog.open ? dialog : document.getElementById("messages");
};

const caseOf = ({ xhr, requestConfig }) => {
  const isSent = requestConfig?.verb === "post";
  if (!xhr?.status) return isSent ? "unknown" : "cut";
  if (xhr.getResponseHeader("HX-Trigger")?.includes("token:renewed")) return "renewed";
  return xhr.status === 404 ? "gone" : "refused";
};

for (const kind of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, ({ detail }) => {
    document.querySelectorAll("[data-failure]").forEach((message) => message.remove());
    // Of the end of the session, session.js speaks.
    if (detail.xhr?.status === 401) return;
    const message = wording.content.cloneNode(true);
    const known = caseOf(detail);
    for (const words of message.querySelectorAll("[data-case]")) {
      if (words.dataset.case !== known) words.remove();
    }
    if (!detail.elt.matches("form[data-unsaved]")) message.querySelector("[data-typed]").remove();
    const number = detail.xhr?.getResponseHeader("X-Request-ID");
    if (number) {
      message.querySelector("[data-request-id]").textContent = number;
      message.querySelector("[data-request]").hidden = false;
    }
    place().prepend(message);
  });
}
