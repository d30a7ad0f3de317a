"use strict";

/*
 * Pages of searches behind the login. Without scripts all of it works, only less comfortably.
 *   [data-live] with [data-part]   asks every few seconds for the moving parts (304: nothing changed)
 *   <form data-guard>              asks before one leaves with unsaved words
 */

(() => {
  const EVERY = 4000;
  const TOO_LONG = 20000;
  const TOKEN = /(name="csrf_token" value=")[^"]*/g;

  const live = document.querySelector("[data-live]");
  if (live) {
    keepFresh(live);
  }
  document.querySelectorAll("form[data-guard]").forEach(guard);

  function keepFresh(frame) {
    const stalled = document.getElementById("stalled");
    let etag = "";
    let heard = Date.now();
    let asking = false;

    /** A form that somebody is filling in, or a list held open by the finger, is not drawn anew under them. */
    function busy(part) {
      const held = document.activeElement;
      return part.contains(held) && held.matches("input, textarea, select, button");
    }

    const plain = (html) => html.replace(TOKEN, "$1");
    frame.querySelectorAll("[data-part]").forEach((part) => {
      part.lastHtml = plain(part.innerHTML);
    });

    function replace(part, fresh) {
      if (part.lastHtml === plain(fresh.innerHTML) || busy(part)) {
        return;
      }
      const link = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      const open = [...part.querySelectorAll("details[open]")].map((fold) => fold.id).filter(Boolean);
      part.lastHtml = plain(fresh.innerHTML);
      part.innerHTML = fresh.innerHTML;
      open.forEach((id) => {
        const fold = document.getElementById(id);
        if (fold) {
          fold.open = true;
        }
      });
      const again = link && [...part.querySelectorAll("a")].find((one) => one.getAttribute("href") === link);
      if (again) {
        again.focus({ preventScroll: true });
      }
      part.dispatchEvent(new CustomEvent("part:fresh", { bubbles: true }));
    }

    function draw(html) {
      const page = new DOMParser().parseFromString(html, "text/html");
      const state = page.querySelector("[data-state]");
      if (!state || state.dataset.state !== "live") {
        location.reload(); // it is over: the page of what is over has everything
        return;
      }
      page.querySelectorAll("[data-part]").forEach((fresh) => {
        const part = frame.querySelector(`[data-part="${fresh.dataset.part}"]`);
        if (part) {
          replace(part, fresh);
        }
      });
    }

    async function ask() {
      if (asking || document.hidden) {
        return;
      }
      asking = true;
      try {
        const answer = await fetch(frame.dataset.live, {
          headers: etag ? { "If-None-Match": etag } : {},
          redirect: "manual",
          cache: "no-store",
          signal: AbortSignal.timeout(TOO_LONG),
        });
        if (answer.type === "opaqueredirect" || answer.status === 404) {
          location.reload(); // the session has ended, or the search has: the reload says which
          return;
        }
        if (answer.status === 200) {
          etag = answer.headers.get("ETag") || "";
          draw(await answer.text());
        }
        if (answer.status === 200 || answer.status === 304) {
          heard = Date.now();
        }
      } catch (error) {
        console.warn("search: no answer", error);
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
  }

  /** Words typed and not saved are not lost by a slip of the finger. */
  function guard(form) {
    let changed = false;
    form.addEventListener("input", () => {
      changed = true;
    });
    form.addEventListener("submit", () => {
      changed = false;
    });
    window.addEventListener("beforeunload", (event) => {
      if (changed) {
        event.preventDefault();
      }
    });
  }
})();
