// What every page loads. Each behaviour has a module of its own, and pages work without any.
import "./messages.js";
import "./menu.js";
import "./window.js";
import "./unsaved.js";
import "./reorder.js";
import "./once.js";
import "./failure.js";
import "./selection.js";
import "./session.js";

document.documentElement.classList.add("js");
