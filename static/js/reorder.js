// Rows of a form[data-reorder] are moved by their handle: by pointer, or with the arrow keys.
// The form is then sent as it stands; the up and down buttons work without this module.
let drag = null;
let sent = null;

const rowsOf = (form) => [...form.querySelectorAll("[data-contact]")];
const keysOf = (form) => rowsOf(form).map((row) => row.dataset.contact).join();

function send(form, row, rows) {
  sent = { form, rows };
  form.elements.moved.value = row.dataset.contact;
  form.requestSubmit();
}

function place(row, y) {
  const others = rowsOf(row.closest("form")).filter((other) => other !== row);
  const next = others.find((other) => {
    const box = other.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
  if (next) next.before(row);
  else others.at(-1)?.after(row);
}

function finish(isKept) {
  const { row, form, before, rows, handle } = drag;
  drag = null;
  row.classList.remove("is-dragged");
  if (!isKept) rows[0].parentElement.append(...rows);
  handle.focus();
  if (isKept && keysOf(form) !== before) send(form, row, rows);
}

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest("[data-handle]");
  if (!handle || event.button !== 0) return;
  event.preventDefault();
  const row = handle.closest("[data-contact]");
  const form = handle.closest("form");
  drag = { handle, row, form, before: keysOf(form), rows: rowsOf(form) };
  row.classList.add("is-dragged");
});

document.addEventListener("pointermove", (event) => drag && place(drag.row, event.clientY));
document.addEventListener("pointerup", () => drag && finish(true));
document.addEventListener("pointercancel", () => drag && finish(false));

document.addEventListener("keydown", (event) => {
  if (drag && event.key === "Escape") finish(false);
  const handle = event.target.closest?.("[data-handle]");
  if (!handle || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  const row = handle.closest("[data-contact]");
  const rows = rowsOf(handle.closest("form"));
  const other = event.key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (event.key === "ArrowUp") other.before(row);
  else other.after(row);
  handle.focus();
  send(handle.closest("form"), row, rows);
});

// What the server did not store is not shown.
for (const kind of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, ({ target }) => {
    if (target !== sent?.form) return;
    sent.rows[0].parentElement.append(...sent.rows);
    sent = null;
  });
}
