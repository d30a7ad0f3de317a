"use strict";

/*
 * Comfort for the personal link of a search; it works whole without. Nothing is stored on the phone.
 *   the place of the phone fills two hidden fields, only when asked for
 *   a photo is made smaller before it travels
 *   the sighting goes out in the background, so that a lost connection loses no words
 */

(() => {
  const LONG_EDGE = 1600;
  const QUALITY = 0.8;
  const GIVE_UP_MS = 60000;

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

  const small = new WeakMap(); // photo field → the picture as it will travel, when it could be made smaller
  let shrinking = Promise.resolve();

  async function shrink(file, canvas) {
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

  document.querySelectorAll("input[name=photo]").forEach((photo) => {
    const preview = photo.closest("form").querySelector("[data-preview]");
    if (!preview || !window.createImageBitmap) {
      return;
    }
    photo.addEventListener("change", () => {
      const [file] = photo.files;
      small.delete(photo);
      preview.hidden = true;
      if (!file) {
        return;
      }
      // A phone that can't read its own photo sends it as it is; the other end may be able to.
      shrinking = shrink(file, preview.querySelector("canvas")).then(
        (blob) => {
          if (photo.files[0] === file) {
            preview.hidden = false;
            if (blob && blob.size < file.size) {
              small.set(photo, blob);
            }
          }
        },
        () => {},
      );
    });
    preview.querySelector("[data-drop]").addEventListener("click", () => {
      photo.value = "";
      small.delete(photo);
      preview.hidden = true;
      photo.focus();
    });
  });

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
    await shrinking;
    const data = new FormData(form);
    const photo = form.querySelector("input[name=photo]");
    if (small.has(photo)) {
      data.set("photo", small.get(photo), "photo.jpg");
    }
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
