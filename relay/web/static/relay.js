"use strict";

/*
 * What every page may use; all of it works without, only less comfortably.
 *   <time data-clock datetime="…">      counts down (see the macro ui.clock)
 *   <form data-once data-busy="…">      goes out once, however often the button is tapped
 *   <button data-confirm="…">           asks before it does
 *   [data-focus]                        gets the focus when the page opens (a list of errors)
 */

(() => {
  const SECONDS = [86400, 3600, 60, 1];
  const SOON = 120;

  /** "5分" or "1時間 20分": the two largest units that say something. */
  function span(seconds, units) {
    const parts = [];
    let rest = seconds;
    SECONDS.forEach((size, index) => {
      const count = Math.floor(rest / size);
      rest -= count * size;
      if (count > 0 && parts.length < 2) {
        parts.push(`${count}${units[index]}`);
      }
    });
    return parts.join(" ") || `0${units[3]}`;
  }

  function drawClock(time) {
    const left = Math.round((Date.parse(time.dateTime) - Date.now()) / 1000);
    const units = time.dataset.units.split(" ");
    const words = left >= 0 ? time.dataset.left : time.dataset.over;
    time.textContent = words.replace("{}", span(Math.abs(left), units));
    const frame = time.closest(".clock");
    if (frame) {
      frame.classList.toggle("clock-soon", left >= 0 && left < SOON);
      frame.classList.toggle("clock-over", left < 0);
    }
  }

  // Looked up at every beat, because a board may have been refreshed under us.
  function drawClocks() {
    document.querySelectorAll("[data-clock]").forEach((time) => {
      if (!time.title) {
        time.title = time.textContent;
      }
      drawClock(time);
    });
  }
  if (document.querySelector("[data-clock]")) {
    drawClocks();
  }
  setInterval(drawClocks, 1000);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    if (button && button.dataset.confirm && !window.confirm(button.dataset.confirm)) {
      event.preventDefault();
      return;
    }
    if (event.defaultPrevented || !("once" in form.dataset)) {
      return;
    }
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    if (button) {
      // Not `disabled`: a disabled button would not send its own name and value.
      button.setAttribute("aria-disabled", "true");
      if (form.dataset.busy) {
        const words = button.querySelector("span") || button;
        button.dataset.words = words.textContent;
        words.textContent = form.dataset.busy;
      }
    }
  });

  // Back from the next page: the form may be used again.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) {
      return;
    }
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll("[aria-disabled]").forEach((button) => {
        button.removeAttribute("aria-disabled");
        if (button.dataset.words) {
          (button.querySelector("span") || button).textContent = button.dataset.words;
        }
      });
    });
  });

  const first = document.querySelector("[data-focus]");
  if (first) {
    first.focus();
  }
})();
