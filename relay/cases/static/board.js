"use strict";

/*
 * Keeps the board fresh: asks every few seconds whether its live part has changed (304: it has not). Rests while
 * nobody looks, and says so when no answer comes any more.
 */

(() => {
  const EVERY = 3000;
  const TOO_LONG = 15000;
  const live = document.getElementById("live");
  const stalled = document.getElementById("stalled");
  const spoken = document.getElementById("spoken");
  const rest = document.title.replace(/^\(\d+\)\s*/, "");
  let etag = "";
  let heard = Date.now();
  let asking = false;

  function title() {
    const open = live.querySelector("[data-open]");
    const count = open ? Number(open.dataset.open) : 0;
    const words = count > 0 ? `(${count}) ${rest}` : rest;
    if (words !== document.title) {
      document.title = words;
      spoken.textContent = `${spoken.dataset.words} ${count}`; // for those who hear the page
    }
  }

  /** Puts the focus back on the same link after the list was drawn anew. */
  function replace(html) {
    const held = live.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    live.innerHTML = html;
    if (held) {
      const again = [...live.querySelectorAll("a")].find((link) => link.getAttribute("href") === held);
      if (again) {
        again.focus({ preventScroll: true });
      }
    }
    title();
  }

  async function ask() {
    if (asking || document.hidden) {
      return;
    }
    asking = true;
    try {
      const answer = await fetch(live.dataset.live, {
        headers: etag ? { "If-None-Match": etag } : {},
        redirect: "manual",
        cache: "no-store",
        signal: AbortSignal.timeout(TOO_LONG),
      });
      if (answer.type === "opaqueredirect") {
        location.reload(); // the session has ended: the reload leads to the login page
        return;
      }
      if (answer.status === 200) {
        etag = answer.headers.get("ETag") || "";
        replace(await answer.text());
      }
      if (answer.status === 200 || answer.status === 304) {
        heard = Date.now();
      }
    } catch (error) {
      console.warn("board: no answer", error);
    } finally {
      asking = false;
      stalled.hidden = Date.now() - heard < TOO_LONG;
    }
  }

  setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", () => {
    heard = Date.now(); // while hidden nobody asked
    ask();
  });

  const filter = document.querySelector("form[data-auto]");
  if (filter) {
    filter.classList.add("is-auto");
    filter.addEventListener("change", () => filter.requestSubmit());
  }
})();
