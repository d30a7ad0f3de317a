"use strict";

/*
 * Comfort for the report form; it works whole without. Nothing is stored on the phone: handsets are shared.
 *   the place of the phone fills two hidden fields, only when asked for
 *   a photo is made smaller before it travels
 *   the form goes out in the background, so that a lost connection loses no words
 */

(() => {
  const LONG_EDGE = 1600;
  const QUALITY = 0.8;
  const SLOW_MS = 6000;
  const GIVE_UP_MS = 60000;
  const PLACE = ["town", "number", "building", "surname", "where", "lat"];

  document.querySelectorAll("[data-locate]").forEach((box) => {
    if (!navigator.geolocation || !window.isSecureContext) {
      return;
    }
    const ask = box.querySelector("[data-ask]");
    const forget = box.querySelector("[data-forget]");
    const words = box.querySelector("[data-words]");
    const [lat, lng] = ["lat", "lng"].map((name) => box.querySelector(`[name=${name}]`));

    function fill(latitude, longitude, message) {
      lat.value = latitude;
      lng.value = longitude;
      words.textContent = message;
      forget.hidden = latitude === "";
      ask.removeAttribute("aria-disabled");
    }

    ask.addEventListener("click", () => {
      if (ask.getAttribute("aria-disabled")) {
        return;
      }
      ask.setAttribute("aria-disabled", "true");
      words.textContent = box.dataset.asking;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          const metres = Math.max(5, Math.round(coords.accuracy / 5) * 5);
          fill(coords.latitude.toFixed(6), coords.longitude.toFixed(6), box.dataset.found.replace("{}", metres));
        },
        (error) => fill("", "", error.code === error.PERMISSION_DENIED ? box.dataset.denied : box.dataset.failed),
        { enableHighAccuracy: true, timeout: 12000, maximumAge: 30000 },
      );
    });
    forget.addEventListener("click", () => {
      fill("", "", box.dataset.cleared);
      ask.focus();
    });
    forget.hidden = lat.value === "";
    ask.hidden = false;
  });

  const form = document.querySelector("form[data-report]");
  if (!form || !window.fetch || !window.FormData) {
    return;
  }
  const button = form.querySelector("button[type=submit]");
  const buttonWords = button.querySelector("span");
  const state = form.querySelector("[data-state]");
  const problems = form.querySelector("[data-problems]");
  const sendWords = buttonWords.textContent;
  let small = null; // the photo as it will travel, when it could be made smaller
  let shrinking = Promise.resolve();
  let busy = false;
  let placeAsked = false;

  const photo = form.querySelector("[name=photo]");
  const preview = form.querySelector("[data-preview]");
  const canvas = preview.querySelector("canvas");

  async function shrink(file) {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONG_EDGE / Math.max(picture.width, picture.height));
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return new Promise((resolve) => {
      canvas.toBlob(resolve, "image/jpeg", QUALITY);
    });
  }

  photo.addEventListener("change", () => {
    const [file] = photo.files;
    small = null;
    preview.hidden = true;
    if (!file) {
      return;
    }
    // A phone that can't read its own photo sends it as it is; the other end may be able to.
    shrinking = shrink(file).then(
      (blob) => {
        if (photo.files[0] === file) {
          small = blob && blob.size < file.size ? blob : null;
          preview.hidden = false;
        }
      },
      () => {},
    );
  });
  preview.querySelector("[data-drop]").addEventListener("click", () => {
    photo.value = "";
    small = null;
    preview.hidden = true;
    photo.focus();
  });

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
    await shrinking;
    const data = new FormData(form);
    if (small) {
      data.set("photo", small, "photo.jpg");
    }
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
