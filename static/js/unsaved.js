// What was typed is not left by accident: a form[data-unsaved] whose values were changed asks first,
// and data-unsaved="typed" asks whatever its values. Without this module nothing is asked.
const question = document.getElementById("leave-question");
let goOn = null;
let isLeaving = false;

const isOther = (option) => option.selected !== option.defaultSelected;
const isChanged = (field) => {
  if (field.type === "hidden") return false;
  if (field.options) {
    // Without a choice of its own, a list shows its first one.
    const options = [...field.options];
    const first = Math.max(0, options.findIndex((option) => option.defaultSelected));
    return field.multiple ? options.some(isOther) : field.selectedIndex !== first;
  }
  if (["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
  return "defaultValue" in field && field.value !== field.defaultValue;
};
const isUnsaved = (part) =>
  part.dataset.unsaved === "typed" || [...(part.elements ?? [])].some(isChanged);
const hasUnsaved = () =>
  question && !isLeaving && [...document.querySelectorAll("[data-unsaved]")].some(isUnsaved);

function ask(action) {
  goOn = action;
  question.showModal();
}

question?.addEventListener("click", ({ target }) => {
  if (!target.closest("button")) return;
  question.close();
  if (target.closest("[data-leave]")) goOn();
});

const leavePage = (action) => () => {
  isLeaving = true;
  action();
};

// window.js announces that the window is about to be closed.
document.addEventListener("window:leave", (event) => {
  if (!hasUnsaved()) return;
  event.preventDefault();
  ask(event.detail);
});

const staysHere = (link) =>
  link.target || !/^https?:$/.test(link.protocol) || link.matches("[download], [hx-get]") ||
  (link.hash && link.href.split("#")[0] === location.href.split("#")[0]);

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || staysHere(link)) return;
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (!hasUnsaved()) return;
  event.preventDefault();
  ask(leavePage(() => location.assign(link.href)));
});

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  if ("unsaved" in form.dataset) {
    isLeaving = true;
  } else if (hasUnsaved()) {
    event.preventDefault();
    ask(leavePage(() => form.requestSubmit(event.submitter)));
  }
});

// The browser asks in words of its own: for the back button, an address typed, a closed tab.
window.addEventListener("beforeunload", (event) => hasUnsaved() && event.preventDefault());
window.addEventListener("pageshow", () => {
  isLeaving = false;
});
