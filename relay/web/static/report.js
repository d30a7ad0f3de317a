"use strict";

/*
 * Comfort for the report form, beside phone.js; it works whole without. Nothing is stored: handsets are shared.
 * The form goes out in the background, so that a lost connection loses no words.
 */

(() => {
  const SLOW_MS = 6000;
  const GIVE_UP_MS = 60000;
  const PLACE = ["town", "number", "building", "surname", "where", "lat"];

  const form = document.querySelector("form[data-report]");
  if (!form || !window.fetch || !window.FormData) {
    return;
  }
  const button = form.querySelector("button[type=submit]");
  const buttonWords = button.querySelector("span");
  const state = form.querySelector("[data-state]");
  const problems = form.querySelector("[data-problems]");
  const sendWords = buttonWords.textContent;
  let busy = false;
  let placeAsked = false;

  function say(words, look = "") {
    state.className = look;
    state.textContent = words;
  }

  function settle(words) {
    busy = false;
    button.removeAttribute("aria-disabled");
    buttonWords.textContent = words;
    say("");
  }

  /** Say what is wrong above the button, where the thumb is, and keep everything that was typed. */
  function complain(words, next, tone = "error") {
    settle(next);
    const box = document.createElement("div");
    box.className = `notice notice-${tone}`;
    box.setAttribute("role", "alert");
    box.append(words);
    if (tone === "error" && next === form.dataset.again) {
      const call = document.createElement("a");
      call.className = "tel";
      call.href = `tel:${form.dataset.phone.replace(/[^+\d]/g, "")}`;
      call.textContent = form.dataset.phone;
      box.append(" ", call);
    }
    state.replaceChildren(box);
    box.scrollIntoView({ block: "center" });
  }

  function nothingGiven(data) {
    const ignored = ["submission", "called_119"];
    for (const [name, value] of data) {
      if (!ignored.includes(name) && (typeof value === "string" ? value.trim() : value.size) !== "" && value.size !== 0) {
        return false;
      }
    }
    return !data.get("called_119");
  }

  /** The plain words of an error page: its heading and its advice. */
  async function reasonOf(answer) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = page.querySelector("[data-problems] .notice, [data-problem]");
    const lines = part ? Array.from(part.querySelectorAll("h1, p, li"), (line) => line.textContent.trim()) : [];
    return lines.join(" ") || form.dataset.refused;
  }

  async function send() {
    const data = await relayPhone.content(form);
    if (nothingGiven(data)) {
      complain(form.dataset.nothing, sendWords);
      return;
    }
    if (!placeAsked && PLACE.every((name) => !data.get(name).trim())) {
      // Asked once, never insisted on: a report without a place is still a report.
      placeAsked = true;
      complain(form.dataset.placeless, sendWords, "warning");
      form.elements.namedItem("town").focus();
      return;
    }
    const stop = new AbortController();
    const giveUp = setTimeout(() => stop.abort(), GIVE_UP_MS);
    const slow = setTimeout(() => {
      say(form.dataset.slow);
    }, SLOW_MS);
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, signal: stop.signal });
      if (answer.ok && answer.redirected) {
        // Replaced, not added: the back button must not lead the next worker to this one's words.
        window.location.replace(answer.url);
        return;
      }
      complain(await reasonOf(answer), form.dataset.again);
    } catch {
      complain(form.dataset.offline, form.dataset.again);
    } finally {
      clearTimeout(giveUp);
      clearTimeout(slow);
    }
  }

  form.addEventListener("input", () => {
    if (!busy) {
      say("");
    }
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (busy) {
      return;
    }
    busy = true;
    button.setAttribute("aria-disabled", "true");
    buttonWords.textContent = form.dataset.sending;
    problems.replaceChildren();
    // For the ear only: seen words would push the button from under the thumb.
    say(form.dataset.sending, "visually-hidden");
    send();
  });

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      form.reset();
      settle(sendWords);
    }
  });
})();
