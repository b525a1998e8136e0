"use strict";

// Everything that is shown came over HTTP and is written as text, never as markup.

const SECTIONS = ["overview", "users", "organizations", "sessions", "mail", "webhooks", "requests", "faults"];
const EVERY = 2000;
const main = document.querySelector("main");
const message = document.querySelector("#message");
let told = {};
let query = "";

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick" || key === "onsubmit" || key === "oninput") element[key] = value;
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function say(text, bad = false) {
  message.textContent = text;
  message.className = bad ? "bad" : "";
}

async function ask(method, path, body) {
  const options = { method, headers: {} };
  if (body !== undefined) {
    options.headers["content-type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await fetch(path, options);
  const text = await response.text();
  const answer = text === "" ? null : JSON.parse(text);
  if (!response.ok) throw new Error(answer?.errors?.[0]?.long_message ?? `${method} ${path}: ${response.status}`);
  return answer;
}

function act(done, work) {
  return async (event) => {
    event?.preventDefault();
    try {
      await work(event);
      say(done);
      await refresh();
    } catch (error) {
      say(error.message, true);
    }
  };
}

const button = (label, done, work, what) =>
  make("button", { type: "button", onclick: act(done, work), "aria-label": what ? `${label}: ${what}` : null }, label);

async function copy(text) {
  await navigator.clipboard.writeText(text);
}

const time = (milliseconds) => {
  if (milliseconds === null || milliseconds === undefined) return "";
  const at = new Date(milliseconds);
  return make("time", { datetime: at.toISOString() }, at.toLocaleString());
};

const STEPS = [["1 minute", 60], ["1 hour", 3600], ["1 day", 86400], ["1 week", 604800]];

function ahead({ ahead_ms, frozen, move_tokens }) {
  const seconds = Math.round(Math.abs(ahead_ms) / 1000);
  const parts = [["d", 86400, Infinity], ["h", 3600, 24], ["min", 60, 60], ["s", 1, 60]];
  const texts = parts.map(([unit, size, most]) => [Math.floor(seconds / size) % most, unit])
    .filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  const distance = texts.length === 0 ? "not at all" : `${ahead_ms < 0 ? "−" : ""}${texts.join(" ")}`;
  return [frozen ? "stands still" : distance, move_tokens ? "tokens too" : null].filter((part) => part).join(", ");
}

const id = (text) => make("code", {}, text ?? "");

/** A table of `rows`, each a list of what its cells hold; without any, a sentence. */
function table(caption, heads, rows, none) {
  if (rows.length === 0) return make("p", { class: "empty" }, none);
  const cell = (content, index) =>
    make("td", { class: heads[index] === "" ? "actions" : null }, ...(Array.isArray(content) ? content : [content ?? ""]));
  return make("div", { class: "scroll" },
    make("table", {},
      make("caption", {}, caption),
      make("thead", {}, make("tr", {}, ...heads.map((head) =>
        make("th", { scope: "col" }, head === "" ? make("span", { hidden: "" }, "Actions") : head)))),
      make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map(cell))))));
}

const shown = (what, list, total) =>
  list.length < total ? `The latest ${list.length} of ${total} ${what}` : `${total} ${what}`;

function search(label) {
  const input = make("input", { type: "search", value: query, oninput: (event) => {
    query = event.target.value;
    refresh().catch((error) => say(error.message, true));
  } });
  return make("form", { class: "line", role: "search", onsubmit: (event) => event.preventDefault() },
    make("label", {}, label, input));
}

const views = {
  overview() {
    const { health } = told;
    const lines = [
      ["CLERK_API_URL", health.url],
      ["CLERK_PUBLISHABLE_KEY", health.publishable_key],
      ["CLERK_SIGN_IN_URL", `${health.url}/sign-in`],
    ];
    const settings = lines.map(([name, value]) => `${name}=${value}`).join("\n");
    return [
      make("h2", {}, "Settings of a service"),
      make("pre", {}, settings),
      button("Copy", "Copied", () => copy(settings), "settings"),
      make("p", {}, "The secret key is what the program that started the emulator has printed."),
      make("h2", {}, "This instance"),
      make("dl", {},
        make("dt", {}, "Issuer"), make("dd", {}, id(health.issuer)),
        make("dt", {}, "Key that signs"), make("dd", {}, id(health.key_id)),
        make("dt", {}, "Users"), make("dd", {}, String(health.users)),
        make("dt", {}, "Organizations"), make("dd", {}, String(health.organizations)),
        make("dt", {}, "Sessions"), make("dd", {}, String(health.sessions))),
      make("h2", {}, "Clock"),
      make("p", {}, "Sessions, codes, tickets and invitations grow old by it. What others verify goes by their time."),
      make("dl", {},
        make("dt", {}, "Time of the emulator"), make("dd", { id: "now" }, time(told.clock.now)),
        make("dt", {}, "Ahead"), make("dd", {}, ahead(told.clock))),
      make("form", { class: "line", onsubmit: (event) => event.preventDefault() },
        ...STEPS.map(([label, seconds]) =>
          button(`+ ${label}`, `${label} later`, () => ask("POST", "/_emulator/clock", { advance: seconds }))),
        button(told.clock.frozen ? "Let it run" : "Stop the clock", "Done", () =>
          ask("POST", "/_emulator/clock", { frozen: !told.clock.frozen })),
        button("Real time", "It is now what it is everywhere", () => ask("DELETE", "/_emulator/clock"))),
      make("p", {},
        make("a", { href: "/_emulator/seed", download: "seed.json" }, "Download what is there as a seed"),
        ", which brings it back: ", make("code", {}, "clerk-dev emulator --seed seed.json")),
      make("form", { class: "line", onsubmit: (event) => event.preventDefault() },
        button("Rotate the key", "Another key signs now; the old one is still published", () =>
          ask("POST", "/_emulator/keys/rotate", { keep_old: true })),
        button("Reset to the seed", "Back to the seed", async () => {
          if (confirm("Forget everything that happened since the start?")) await ask("POST", "/_emulator/reset");
        })),
    ];
  },

  users() {
    const { users, totals, application } = told.state;
    const rows = users.map((user) => [
      [make("strong", {}, user.identifier ?? "nobody"), make("br"), user.name ?? ""],
      id(user.id),
      user.banned ? make("span", { class: "bad" }, "banned") : user.locked ? make("span", { class: "bad" }, "locked") : "active",
      String(user.sessions),
      time(user.created_at),
      [
        application ? make("form", { method: "post", action: "/sign-in", target: "_blank" },
          make("input", { type: "hidden", name: "user", value: user.id }),
          make("input", { type: "hidden", name: "redirect_url", value: application }),
          make("button", { "aria-label": `Sign in as ${user.identifier ?? user.id}` }, "Sign in as")) : null,
        button("Copy a token", "A session token of 60 seconds is in the clipboard", async () =>
          copy((await ask("POST", "/_emulator/mint", { user: user.id })).jwt), user.identifier),
      ].filter((child) => child !== null),
    ]);
    return [
      search("Find a user"),
      table(shown("users", users, totals.users), ["User", "Id", "State", "Sessions", "Created", ""], rows,
        query === "" ? "There are no users." : "Nobody is called so."),
    ];
  },

  organizations() {
    const { organizations, totals } = told.state;
    const rows = organizations.map((one) => [one.name, id(one.slug), id(one.id), String(one.members), time(one.created_at)]);
    return [
      search("Find an organization"),
      table(shown("organizations", organizations, totals.organizations), ["Name", "Slug", "Id", "Members", "Created"], rows,
        query === "" ? "There are no organizations." : "None is called so."),
    ];
  },

  sessions() {
    const { sessions, totals } = told.state;
    const rows = sessions.map((session) => [
      session.user ?? "",
      id(session.id),
      make("span", { class: session.status === "active" ? "good" : null }, session.status),
      id(session.organization),
      time(session.created_at),
      session.status !== "active" ? "" : [
        button("Copy a token", "A token of the session is in the clipboard", async () =>
          copy((await ask("POST", `/_emulator/sessions/${session.id}/token`)).jwt), session.id),
        button("Revoke", "Revoked", () => ask("POST", `/_emulator/sessions/${session.id}/revoke`), session.id),
      ],
    ]);
    return [table(shown("sessions", sessions, totals.sessions), ["User", "Id", "State", "Organization", "Begun", ""], rows,
      "Nobody has signed in yet.")];
  },

  mail() {
    const messages = told.mail ?? [];
    const rows = [...messages].reverse().map((mail) => [
      mail.to ?? "", mail.subject ?? mail.slug ?? "", mail.code ? make("strong", {}, mail.code) : "",
      mail.url ? make("a", { href: mail.url, rel: "noreferrer" }, "Open the link") : "", time(mail.created_at ?? mail.at),
    ]);
    return [table(`${messages.length} messages`, ["To", "What", "Code", "Link", "Sent"], rows,
      "No mail was sent. Codes that people would get by e-mail or phone appear here.")];
  },

  webhooks() {
    const { endpoints, deliveries } = told.webhooks;
    const rows = [...deliveries].reverse().map((one) => {
      const last = one.attempts.at(-1);
      const good = one.attempts.some((attempt) => attempt.status >= 200 && attempt.status < 300);
      return [
        one.type, id(one.id), one.url,
        make("span", { class: good ? "good" : last ? "bad" : null }, last ? String(last.status ?? "no answer") : "waits"),
        String(one.attempts.length),
        button("Send again", "Sent again", () => ask("POST", `/_emulator/webhooks/${one.id}/replay`, {}), one.id),
      ];
    });
    return [
      make("p", {}, endpoints.length === 0 ? "No endpoint is told of events." : `Told of events: ${endpoints.map((one) => one.url).join(", ")}`),
      table(`${deliveries.length} deliveries`, ["Event", "Id", "Endpoint", "Answer", "Attempts", ""], rows, "Nothing was sent."),
    ];
  },

  requests() {
    const rows = [...told.requests].reverse().slice(0, 200).map((one) => [
      id(one.method), one.path, one.operation ?? "",
      make("span", { class: one.status === null || one.status >= 400 ? "bad" : "good" }, one.status === null ? "dropped" : String(one.status)),
    ]);
    return [table(`The latest ${rows.length} requests`, ["Method", "Path", "Operation", "Answer"], rows, "Nobody has asked for anything.")];
  },

  faults() {
    const field = (label, name, attributes) => make("label", {}, label, make("input", { name, ...attributes }));
    const add = act("From now on", (event) => {
      const said = Object.fromEntries(new FormData(event.target));
      const fault = { status: Number(said.status) };
      if (said.path !== "") fault.path = said.path;
      if (said.count !== "") fault.count = Number(said.count);
      return ask("POST", "/_emulator/faults", fault);
    });
    return [
      make("p", {}, "What goes wrong on purpose, until it is cleared or has happened as often as it should."),
      make("form", { class: "line", onsubmit: add },
        field("Answer with", "status", { type: "number", min: "400", max: "599", value: "503", required: "" }),
        field("Path (all, if empty)", "path", { placeholder: "/v1/users/{user_id}" }),
        field("How often", "count", { type: "number", min: "1" }),
        make("button", {}, "Let it go wrong")),
      button("Clear all", "Nothing goes wrong any more", () => ask("DELETE", "/_emulator/faults")),
    ];
  },
};

const current = () => (SECTIONS.includes(location.hash.slice(1)) ? location.hash.slice(1) : "overview");

let linked = "";

function navigation() {
  const counts = {
    users: told.state?.totals.users, organizations: told.state?.totals.organizations, sessions: told.state?.totals.sessions,
    mail: told.mail?.length, webhooks: told.webhooks?.deliveries.length, requests: told.requests?.length,
  };
  const links = SECTIONS.map((name) =>
    make("a", { href: `#${name}`, "aria-current": name === current() ? "page" : null },
      name[0].toUpperCase() + name.slice(1),
      counts[name] === undefined ? null : make("span", { class: "count" }, String(counts[name]))));
  const now = links.map((link) => link.outerHTML).join("");
  if (now === linked) return;
  linked = now;
  document.querySelector("nav").replaceChildren(...links);
}

const SOURCES = { overview: "health", users: "state", organizations: "state", sessions: "state" };
let drawn = "";

/** Draws what was told, unless that is what stands there: whoever reads or types is not disturbed. */
function draw() {
  navigation();
  const { frozen, move_tokens, ahead_ms, now: time_there } = told.clock ?? {};
  const clock = current() === "overview" ? [frozen, move_tokens, frozen ? time_there : ahead_ms] : null;
  const now = JSON.stringify([current(), told[SOURCES[current()] ?? current()], clock]);
  if (now === drawn) return;
  drawn = now;
  const typed = document.activeElement?.type === "search" ? document.activeElement.selectionStart : null;
  main.replaceChildren(...views[current()]());
  if (typed !== null) {
    const input = main.querySelector("input[type=search]");
    input?.focus();
    input?.setSelectionRange(typed, typed);
  }
}

async function refresh() {
  const [health, state, webhooks, requests, clock, mail] = await Promise.all([
    ask("GET", "/_emulator/health"),
    ask("GET", `/_emulator/state?query=${encodeURIComponent(query)}`),
    ask("GET", "/_emulator/webhooks"),
    ask("GET", "/_emulator/requests"),
    ask("GET", "/_emulator/clock"),
    ask("GET", "/_emulator/mailbox").catch(() => null),
  ]);
  told = { health, state, webhooks, clock, requests: requests.requests, mail: mail?.messages ?? null };
  draw();
  // It goes on, which is no reason to draw everything anew.
  main.querySelector("#now")?.replaceChildren(time(clock.now));
}

async function live() {
  if (!document.hidden && current() !== "faults") {
    try {
      await refresh();
      if (message.className === "bad") say("");
    } catch {
      say("The emulator does not answer. It may have been stopped.", true);
    }
  }
  setTimeout(live, EVERY);
}

addEventListener("hashchange", () => {
  query = "";
  draw();
  main.focus();
});
live();
