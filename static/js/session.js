// A session ends when nothing was done in it for a while. The page warns before, and says when it is
// over. What was done in another tab counts too, so the server is asked before anything is said.
const wording = document.getElementById("session-warning");
const shown = () => document.querySelector("[data-session-warning]");
const place = () => {
  const dialog = document.getElementById("window");
  return dialog.open ? dialog : document.body;
};

// What a page asks by itself (htmx: `every`, `load`) is no sign of a person at work.
document.addEventListener("htmx:configRequest", (event) => {
  const { verb, triggeringEvent, headers } = event.detail;
  if (verb === "get" && !triggeringEvent) headers["X-Background"] = "yes";
});

// After signing in again in another tab, this page's forms need the token of the new session.
const renewToken = (token) => {
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
};

const ask = async (method) => {
  const sent = JSON.parse(document.body.getAttribute("hx-headers"));
  const headers = method === "POST" ? sent : { "X-Background": "yes" };
  const response = await fetch(wording.dataset.address, { method, headers });
  if (!response.ok) throw new Error(response.status);
  return response.json();
};

const warn = (seconds) => {
  if (!shown()) {
    place().append(wording.content.cloneNode(true));
    shown().querySelector("[data-session-stay]").addEventListener("click", stay);
  }
  const isOver = seconds <= 0;
  const end = new Date(Date.now() + seconds * 1000);
  const time = end.toLocaleTimeString("fr", { hour: "2-digit", minute: "2-digit" });
  shown().querySelector("[data-session-end]").textContent = time;
  shown().querySelector("[data-session-soon]").hidden = isOver;
  shown().querySelector("[data-session-over]").hidden = !isOver;
  shown().querySelector("[data-session-stay]").hidden = isOver;
};

let timer;
const wait = (seconds) => {
  clearTimeout(timer);
  // A browser counts the milliseconds of a wait in 31 bits.
  timer = setTimeout(look, Math.min(seconds, 86_400) * 1000);
};

const goOn = ({ seconds, token, person }) => {
  const before = Number(wording.dataset.warningSeconds);
  if (seconds > 0 && person !== wording.dataset.person) {
    // Somebody else has signed in: this page is not theirs.
    goOn({ seconds: 0 });
  } else if (seconds > before) {
    if (shown()) renewToken(token);
    shown()?.remove();
    wait(seconds - before);
  } else {
    warn(seconds);
    // Over: someone may sign in again in another tab.
    wait(seconds > 0 ? seconds + 1 : 5);
  }
};

const look = () => ask("GET").then(goOn, () => wait(30));

async function stay() {
  try {
    goOn(await ask("POST"));
    document.getElementById("content").focus();
  } catch {
    look();
  }
}

if (wording) {
  // Answers to forms that were sent too late.
  document.addEventListener("token:renewed", ({ detail }) => renewToken(detail.token));
  document.addEventListener("session:ended", () => goOn({ seconds: 0 }));
  // The window is emptied when it closes; the warning in it is still due.
  const dialog = document.getElementById("window");
  dialog.addEventListener("close", () => shown() && document.body.append(shown()), true);
  wait(Number(wording.dataset.seconds) - Number(wording.dataset.warningSeconds));
  // A machine that slept has waited too little.
  document.addEventListener("visibilitychange", () => document.hidden || look());
}
