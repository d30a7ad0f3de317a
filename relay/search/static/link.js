"use strict";

/*
 * Comfort for the personal link of a search, beside phone.js; it works whole without.
 * The sighting goes out in the background, so that a lost connection loses no words.
 */

(() => {
  const GIVE_UP_MS = 60000;

  /** A time of day and 「10分前」 exclude each other: the last one touched counts. */
  const time = document.querySelector("input[name=time]");
  const times = document.querySelectorAll("input[name=when]");
  if (time) {
    time.addEventListener("input", () => times.forEach((choice) => {
      choice.checked = false;
    }));
    times.forEach((choice) => choice.addEventListener("change", () => {
      time.value = "";
    }));
  }

  const form = document.querySelector("form[data-sighting]");
  if (!form || !window.fetch || !window.FormData) {
    return;
  }
  const button = form.querySelector("button[type=submit]");
  const buttonWords = button.querySelector("span");
  const sendWords = buttonWords.textContent;
  const state = document.createElement("div");
  state.setAttribute("role", "alert");
  button.before(state);
  let busy = false;

  function settle(words) {
    busy = false;
    button.removeAttribute("aria-disabled");
    buttonWords.textContent = words;
  }

  /** Say what is wrong above the button, where the thumb is, and keep everything that was typed. */
  function complain(words, withPhone) {
    settle(form.dataset.again);
    const box = document.createElement("div");
    box.className = "notice notice-error";
    box.append(words);
    if (withPhone) {
      const call = document.createElement("a");
      call.className = "tel";
      call.href = `tel:${form.dataset.phone.replace(/[^+\d]/g, "")}`;
      call.textContent = form.dataset.phone;
      box.append(" ", call);
    }
    state.replaceChildren(box);
    box.scrollIntoView({ block: "center" });
  }

  /** The plain words of an error page: what has to be mended, else its heading and its advice. */
  async function reasonOf(answer) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = page.querySelector("#problems li") ? page.querySelector("#problems") : page.querySelector("main");
    const lines = part ? Array.from(part.querySelectorAll("h1, li, p.lead"), (line) => line.textContent.trim()) : [];
    return lines.slice(0, 3).join(" ") || form.dataset.refused;
  }

  async function send() {
    const data = await relayPhone.content(form);
    const stop = new AbortController();
    const giveUp = setTimeout(() => stop.abort(), GIVE_UP_MS);
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, signal: stop.signal });
      if (answer.ok && answer.redirected) {
        // Replaced, not added: the back button must not lead to a form that was sent.
        window.location.replace(answer.url);
        return;
      }
      complain(await reasonOf(answer), answer.status !== 422);
    } catch {
      complain(form.dataset.offline, true);
    } finally {
      clearTimeout(giveUp);
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (busy) {
      return;
    }
    busy = true;
    button.setAttribute("aria-disabled", "true");
    buttonWords.textContent = form.dataset.sending;
    state.replaceChildren();
    send();
  });

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      form.reset();
      settle(sendWords);
    }
  });
})();
