// A message goes when its closing button is used; the focus goes on to the content, and the page
// stays where it is.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  if (!button) return;
  button.parentElement.remove();
  document.getElementById("content").focus({ preventScroll: true });
});
