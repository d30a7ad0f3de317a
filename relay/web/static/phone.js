"use strict";

/*
 * What a page on a phone can do beyond typing; every page works whole without. Nothing is stored on the phone.
 *   the place of the phone fills two hidden fields, only when asked for
 *   a photo is made smaller before it travels
 */

const relayPhone = (() => {
  const LONG_EDGE = 1600;
  const QUALITY = 0.8;

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

  return {
    /** What the form holds, with its photo as small as it could be made. */
    async content(form) {
      await shrinking;
      const data = new FormData(form);
      const photo = form.querySelector("input[name=photo]");
      if (photo && photo.files.length && small.has(photo)) {
        data.set("photo", small.get(photo), "photo.jpg");
      }
      return data;
    },
  };
})();
