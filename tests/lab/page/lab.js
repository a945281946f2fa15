// The lab page: draws what the sign-in engine says and tells it what the person did. It decides nothing.
"use strict";

const token = document.querySelector('meta[name="lab"]').content;
const pc = document.getElementById("pc");
const hint = document.getElementById("hint");
const trouble = document.getElementById("trouble");
const holdSays = document.getElementById("hold-says");

let number = 0; // of this page's screen
let people = [];
let chosen = null; // the tile: an account, or null for "Other user"
let drawn = null; // { key, parts, screen } of the sign-in view that is there
let qrFile = null; // the QR code on the screen, as a picture file
let qrMade = null; // the same, promised
let scanned = false; // whether the app took the picture
let appShown = false;
let clock = 0;

// ---- saying things to the engine ----

async function say(what) {
  try {
    const answer = await fetch(`/lab/${token}/screen/${number}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(what),
    });
    if (answer.ok) {
      trouble.textContent = "";
    } else if (answer.status === 410) {
      trouble.textContent = "This screen has ended. Load the page again.";
    } else {
      trouble.textContent = "That did not get through. Try again.";
    }
  } catch {
    trouble.textContent = ENDED;
  }
}

const ENDED = "The lab has ended. Start it again with: cargo xtask lab";

function listen() {
  const scenes = new EventSource(`/lab/${token}/screen`);
  scenes.onmessage = (event) => show(JSON.parse(event.data));
  scenes.onerror = () => {
    // Another start has another token, so trying again is of no use.
    scenes.close();
    leave();
    pc.replaceChildren(element("p", { class: "big", text: "The PC is off" }));
    sayNext("");
    trouble.textContent = ENDED;
  };
}

// ---- drawing ----

function element(name, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value === true ? "" : value);
  }
  if (text !== undefined) made.textContent = text;
  made.append(...children.filter(Boolean));
  return made;
}

function button(text, onclick, kind = "") {
  return element("button", { type: "button", class: kind, text, onclick });
}

function show(scene) {
  if (scene.stage === "begin") {
    number = scene.number;
  } else if (scene.stage === "lock") {
    people = scene.accounts;
    listPeople();
    lock();
  } else if (scene.stage === "sign_in") {
    signIn(scene.screen);
  } else if (scene.stage === "desktop") {
    desktop(scene.person);
  }
}

function leave() {
  drawn = null;
  qrFile = null;
  qrMade = null;
  appShown = false;
  clearInterval(clock);
  delete pc.dataset.view;
}

function stage(name, ...children) {
  leave();
  pc.dataset.stage = name;
  pc.replaceChildren(...children);
}

function listPeople() {
  document.getElementById("people").replaceChildren(
    ...people.map(({ name, password, note }) =>
      element("tr", {}, element("th", { scope: "row" }, element("code", { text: name })),
        element("td", {}, element("code", { text: password })), element("td", { text: note }))),
  );
}

function lock() {
  const time = element("p", { class: "clock", "aria-hidden": "true" });
  const date = element("p", { class: "date", "aria-hidden": "true" });
  const open = button("Sign in", choose, "quiet wide");
  stage("lock", time, date, open);
  const tick = () => {
    const now = new Date();
    time.textContent = now.toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hour12: false });
    date.textContent = now.toLocaleDateString("en", { weekday: "long", month: "long", day: "numeric" });
  };
  tick();
  clock = setInterval(tick, 1000);
  steps("now", "next", "next");
  sayNext("This is the PC. Choose Sign in on it.");
  open.focus({ preventScroll: true });
}

function choose() {
  const tile = (label, account) =>
    button("", () => {
      chosen = account;
      scanned = false;
      holdSays.textContent = "";
      say({ did: "choose", account: account && account.account });
    }, "tile");
  const tiles = people.map((account) => {
    const made = tile(account.name, account);
    made.append(face(account.name, "small"), element("span", { text: account.name }));
    return made;
  });
  const other = tile("Other user", null);
  other.append(face("", "small"), element("span", { text: "Other user" }));
  stage("choose", element("h2", { text: "Who signs in?" }), element("div", { class: "tiles" }, ...tiles, other));
  sayNext(people.length ? `Choose ${people[0].name}, who has no token at first.` : "");
  tiles[0]?.focus({ preventScroll: true });
}

function face(name, kind = "") {
  return element("span", { class: `face ${kind}`, "data-letter": name.slice(0, 1).toUpperCase() || "?" });
}

/// Draws a screen of the engine. What does not change stays, and with it what has been typed.
function signIn(screen) {
  const key = `${screen.view} ${screen.person} ${screen.fields.map((field) => field.name)}`;
  const wasBusy = drawn?.screen.busy;
  if (drawn?.key !== key) build(screen, key);
  const { parts } = drawn;
  drawn.screen = screen;
  pc.dataset.view = screen.view;
  pc.setAttribute("aria-busy", String(screen.busy));

  parts.message.textContent = screen.message ?? "";
  parts.spinner.hidden = !screen.busy;
  for (const input of parts.inputs) {
    input.disabled = screen.busy;
    // What was judged is typed anew, the name aside.
    if (wasBusy && !screen.busy && input.name !== "field-user-name") input.value = "";
  }
  parts.submit.hidden = screen.busy || !screen.fields.length;
  parts.cancel.textContent = screen.cancel ?? "Back";
  commands(parts, screen);
  shown(parts, screen);
  if (!screen.busy && (wasBusy || wasBusy === undefined)) {
    (parts.inputs.find((input) => !input.value) ?? parts.cancel).focus({ preventScroll: true });
  }
  progress(screen);
}

function build(screen, key) {
  const name = screen.person ?? chosen?.account ?? "Other user";
  const parts = {
    message: element("p", { class: "message", role: "status", id: "message" }),
    spinner: element("div", { class: "spinner", hidden: true }, ...Array.from({ length: 5 }, () => element("i"))),
    inputs: screen.fields.map(input),
    submit: element("button", { type: "submit", class: "go", text: screen.submit }),
    cancel: button("", () => (drawn.screen.cancel ? cancel() : say({ did: "leave" })), "quiet"),
    commands: element("div", { class: "commands" }),
    qr: element("div", { class: "qr", hidden: true }),
    key: element("p", { class: "key", hidden: true }),
    app: element("p", { class: "app", hidden: true }),
  };
  const labeled = parts.inputs.flatMap((made, index) =>
    [element("label", { for: made.id, text: screen.fields[index].label }), made]);
  const form = element("form", { autocomplete: "off", onsubmit: submit }, ...labeled,
    element("div", { class: "row" }, parts.submit, parts.cancel));
  stage("sign_in",
    element("div", { class: "column" },
      face(name.split("\\").pop()), element("h2", { class: "name", text: name }),
      screen.title && element("p", { class: "title", text: screen.title }),
      parts.message, parts.spinner, form, parts.commands, parts.key, parts.app),
    parts.qr);
  drawn = { key, parts, screen };
}

function input(field) {
  return element("input", {
    id: field.name,
    name: field.name,
    type: field.kind === "hidden" ? "password" : "text",
    inputmode: field.kind === "code" ? "numeric" : null,
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    "aria-describedby": "message",
  });
}

function submit(event) {
  event.preventDefault();
  const typed = {};
  for (const made of drawn.parts.inputs) typed[made.name] = made.value;
  say({ did: "submit", typed });
}

/// At the first view there is nothing to cancel but the whole.
function cancel() {
  const first = drawn.screen.view === "password" && !drawn.screen.busy;
  say(first ? { did: "leave" } : { did: "press", command: "command-cancel" });
}

function commands(parts, screen) {
  const wanted = screen.commands.map(({ name }) => name).join(" ");
  if (parts.commands.dataset.names === wanted) return;
  const had = document.activeElement?.dataset?.command;
  parts.commands.dataset.names = wanted;
  parts.commands.replaceChildren(
    ...screen.commands.map(({ name, label }) => {
      const made = button(label, () => press(name), "link");
      made.dataset.command = name;
      return made;
    }),
  );
  // The command that was pressed may have become another; the focus stays among them.
  if (had) (parts.commands.querySelector(`[data-command="${had}"]`) ?? parts.commands.firstElementChild)?.focus();
}

function press(command) {
  if (command === "command-get-the-app") {
    appShown = !appShown;
    shown(drawn.parts, drawn.screen);
  } else {
    say({ did: "press", command });
  }
}

/// What is shown of the token: QR code, key, where the app is.
function shown(parts, screen) {
  const before = parts.qr.dataset.modules ?? "";
  const modules = screen.qr?.modules ?? "";
  if (before !== modules) {
    parts.qr.dataset.modules = modules;
    parts.qr.hidden = !modules;
    qrFile = null;
    qrMade = null;
    if (modules) drawQr(parts.qr, screen.qr);
    else parts.qr.replaceChildren();
  }
  parts.key.hidden = !screen.key;
  parts.key.textContent = screen.key ? `${screen.key.label}: ${screen.key.text}` : "";
  parts.app.hidden = !(appShown && screen.app_url);
  parts.app.textContent = parts.app.hidden ? "" : `${screen.app_url} (here it is on the phone beside this screen)`;
}

const MODULE = 6; // pixels
const QUIET = 4; // light modules around the code

function drawQr(place, { size, modules, label }) {
  const side = (size + 2 * QUIET) * MODULE;
  const canvas = element("canvas", { width: side, height: side, role: "img", "aria-label": label, draggable: "true" });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, side, side);
  pen.fillStyle = "#000";
  for (let at = 0; at < modules.length; at += 1) {
    if (modules[at] === "1") {
      pen.fillRect((QUIET + (at % size)) * MODULE, (QUIET + Math.floor(at / size)) * MODULE, MODULE, MODULE);
    }
  }
  const made = new Promise((resolve) => {
    canvas.toBlob((blob) => resolve(new File([blob], "screen.png", { type: "image/png" })));
  });
  qrMade = made;
  // Dragging cannot wait for it.
  made.then((file) => {
    if (qrMade === made) qrFile = file;
  });
  canvas.addEventListener("dragstart", (event) => {
    if (qrFile) event.dataTransfer.items.add(qrFile);
    event.dataTransfer.effectAllowed = "copy";
  });
  place.replaceChildren(canvas);
}

function desktop(person) {
  const name = person.split("\\").pop();
  stage("desktop",
    element("div", { class: "window" },
      element("h2", { text: "You are signed in" }),
      element("p", { text: `This is the desktop of ${person}. The token exists now: sign out and sign in again to see `
        + "how it goes from the second time on." }),
      element("p", { text: "A code is good once, so wait for the phone to show the next one." })),
    element("div", { class: "taskbar" }, face(name, "tiny"), element("span", { text: name }),
      button("Sign out", () => say({ did: "sign_out" }), "light")));
  pc.querySelector("button").focus({ preventScroll: true });
  steps("done", "done", "done");
  sayNext("Sign out to see the second sign-in.");
}

// ---- what to do, and the three steps ----

/// A sentence above the PC. What stands between two backquotes is to be typed.
function sayNext(text) {
  hint.replaceChildren(...text.split("`").map((part, index) => element(index % 2 ? "code" : "span", { text: part })));
}

function next({ view, busy, qr, cancel: can }) {
  if (busy) return "";
  if (view === "password") {
    return chosen ? `The Windows password of ${chosen.name} is \`${chosen.password}\`` : "Names and passwords are below the screens.";
  }
  if (view === "new_password") return "Make up a password of 8 characters or more.";
  if (view === "code") return "Type the code that the phone shows now.";
  if (view === "enroll") {
    if (scanned) return "Type the code that the phone shows now.";
    return qr ? "Hold the phone to the screen." : "On the phone go to Add new token. Here choose Show QR.";
  }
  return can ? "" : "Go back and try another way.";
}

const STEPS = {
  password: { next: "Name and Windows password, as always.", now: "Name and Windows password, as always.", done: "Windows says it is right." },
  scan: { next: "Once, the first time.", now: "Show the QR code and hold the phone to it.", done: "The phone has the token." },
  code: { next: "What the phone shows.", now: "Type the code the phone shows.", done: "The code was right." },
};

function steps(...states) {
  ["password", "scan", "code"].forEach((name, index) => {
    const step = document.getElementById(`step-${name}`);
    step.dataset.state = states[index];
    step.querySelector(".say").textContent = STEPS[name][states[index]];
    if (states[index] === "now") step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  });
}

function progress(screen) {
  const { view } = screen;
  sayNext(next(screen));
  if (view === "code") steps("done", "done", "now");
  else if (view === "enroll") steps("done", scanned ? "done" : "now", scanned ? "now" : "next");
  else if (view === "new_password" || view === "enrollment_code") steps("done", "next", "next");
  else if (view === "password") steps("now", "next", "next");
}

// ---- the phone ----

/// Gives the app the picture on the screen as a person would: dropped onto it, or else pasted. The app takes an event
/// by calling `preventDefault`.
async function hold() {
  const file = await qrMade;
  if (!file) {
    holdSays.textContent = drawn?.screen.view === "enroll"
      ? "There is no QR code on the screen. Choose Show QR there first."
      : "There is no QR code on the screen now. It comes after the password, the first time.";
    return;
  }
  const view = document.getElementById("app").contentWindow;
  const data = () => {
    const made = new view.DataTransfer();
    made.items.add(new view.File([file], file.name, { type: file.type }));
    return made;
  };
  const target = view.document.querySelector("main") ?? view.document.body;
  const dragged = data();
  const send = (event) => !target.dispatchEvent(event);
  const drag = (name) =>
    send(new view.DragEvent(name, { bubbles: true, cancelable: true, composed: true, dataTransfer: dragged }));
  drag("dragenter");
  drag("dragover");
  const taken = drag("drop")
    || send(new view.ClipboardEvent("paste", { bubbles: true, cancelable: true, composed: true, clipboardData: data() }));
  if (taken) {
    scanned = true;
    holdSays.textContent = "The phone has seen the QR code.";
    if (drawn) progress(drawn.screen);
  } else {
    holdSays.textContent =
      "The phone is not looking for a QR code. Go to Add new token on it, and hold it there again.";
  }
}

document.getElementById("hold").addEventListener("click", hold);
listen();
