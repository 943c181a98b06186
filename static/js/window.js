// The modal window: opens when htmx has filled it, closes on demand, gives the focus back.
const dialog = document.getElementById("window");
let openerId = null;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target === dialog && !dialog.open) openerId = event.detail.elt.id;
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === dialog && !dialog.open) dialog.showModal();
});

// unsaved.js may ask first, and then close it itself.
const close = () => {
  const options = { cancelable: true, detail: () => dialog.close() };
  if (document.dispatchEvent(new CustomEvent("window:leave", options))) dialog.close();
};

document.addEventListener("click", (event) => {
  const closer = event.target.closest("[data-window-close]");
  if (!closer || !dialog.contains(closer)) return;
  event.preventDefault();
  close();
});

// The browser closes at a second Escape without a word to the page, so the key itself is caught.
dialog.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  event.preventDefault();
  close();
});
dialog.addEventListener("cancel", (event) => {
  if (event.target !== dialog) return;
  event.preventDefault();
  close();
});

// Beside the window closes it; a text marked with the mouse may end there without meaning that.
const isBeside = ({ target, clientX, clientY }) => {
  const box = dialog.getBoundingClientRect();
  const isInside =
    clientX >= box.left && clientX <= box.right && clientY >= box.top && clientY <= box.bottom;
  return target === dialog && !isInside;
};
let isPressedBeside = false;
dialog.addEventListener("pointerdown", (event) => {
  isPressedBeside = isBeside(event);
});
dialog.addEventListener("click", (event) => isPressedBeside && isBeside(event) && close());

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
