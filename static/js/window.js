// The modal window: opens when htmx has filled it, closes on demand, gives the focus back.
const dialog = document.getElementById("window");
let openerId = null;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target === dialog && !dialog.open) openerId = event.detail.elt.id;
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === dialog && !dialog.open) dialog.showModal();
});

document.addEventListener("click", (event) => {
  const closer = event.target.closest("[data-window-close]");
  if (!closer || !dialog.contains(closer)) return;
  event.preventDefault();
  dialog.close();
});

document.addEventListener("window:close", () => dialog.open && dialog.close());

// What opened the window may be gone or drawn anew by the time the window closes.
const giveFocusBack = () => {
  const opener = openerId && document.getElementById(openerId);
  const place = opener || document.getElementById("contacts-title");
  if (place) place.focus();
};

dialog.addEventListener("close", () => {
  dialog.replaceChildren();
  giveFocusBack();
});

document.addEventListener("htmx:afterSettle", () => {
  if (!dialog.open && document.activeElement === document.body) giveFocusBack();
});
