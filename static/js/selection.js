// On the members' screen one box ticks all of the page, and a live region tells how many are
// ticked. Without this module the buttons do the same.
const boxes = () => [...document.querySelectorAll('#members input[name="members"]')];

function tell() {
  const count = document.querySelector("[data-selected]");
  if (!count) return;
  const all = boxes();
  const number = all.filter((box) => box.checked).length;
  const pageBox = document.querySelector("[data-select-page]");
  pageBox.checked = number === all.length;
  pageBox.indeterminate = number > 0 && number < all.length;
  const plural = number > 1 ? "s" : "";
  count.textContent = number ? `${number} membre${plural} choisi${plural}` : "";
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-select-page]")) {
    boxes().forEach((box) => {
      box.checked = target.checked;
    });
  } else if (!target.matches('#members input[name="members"]')) return;
  tell();
});

// A page that the browser shows again may come with its boxes ticked.
window.addEventListener("pageshow", tell);
