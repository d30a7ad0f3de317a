"use strict";

/*
 * Choosing a place on a map: a press, or Enter for the middle, fills the fields lat and lng of the form around it. What
 * is typed into the fields moves the mark. Without scripts the fields are simply typed.
 */

(() => {
  const STREET = 16;
  const TOWN = 13;
  const MOST_ZOOM = 18;
  const DECIMALS = 6;
  /** The whole country, where nothing is known that is nearer. */
  const JAPAN = { lat: 37.5, lng: 137.5, zoom: 5 };

  function load(box) {
    return new Promise((resolve, reject) => {
      if (window.L) {
        resolve();
        return;
      }
      const style = document.createElement("link");
      style.rel = "stylesheet";
      style.href = box.dataset.style;
      const script = document.createElement("script");
      script.src = box.dataset.script;
      script.onload = resolve;
      script.onerror = () => reject(new Error("no Leaflet"));
      document.head.append(style, script);
    });
  }

  /** Map pictures on Leaflet's bare grid: its own layer of pictures blanks them with an address that no page allows. */
  function pictures(address) {
    const Pictures = L.GridLayer.extend({
      createTile(at, done) {
        const picture = document.createElement("img");
        picture.alt = "";
        picture.referrerPolicy = "no-referrer";
        picture.onload = () => done(null, picture);
        picture.onerror = () => {
          picture.hidden = true;
          done(null, picture);
        };
        const parts = { x: at.x, y: at.y, z: at.z, s: "abc"[(at.x + at.y) % 3] };
        picture.src = address.replace(/\{([xyzs])\}/g, (_whole, name) => parts[name]);
        return picture;
      },
    });
    return new Pictures({ maxZoom: MOST_ZOOM });
  }

  function typed(form) {
    const lat = Number.parseFloat(form.elements.lat.value);
    const lng = Number.parseFloat(form.elements.lng.value);
    return Number.isFinite(lat) && Number.isFinite(lng) ? [lat, lng] : null;
  }

  function open(box, words) {
    const form = box.closest("form");
    const ground = box.querySelector("[data-ground]");
    ground.hidden = false;
    ground.setAttribute("role", "application");
    ground.setAttribute("aria-label", box.dataset.name);
    const map = L.map(ground, { zoomControl: false, attributionControl: false, maxZoom: MOST_ZOOM });
    L.control.zoom({ zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    L.control.attribution({ prefix: false }).addAttribution(box.dataset.credit).addTo(map);
    pictures(box.dataset.tiles).addTo(map);
    const face = document.createElement("span");
    face.textContent = "★";
    const mark = L.marker([0, 0], {
      icon: L.divIcon({ html: face, className: "map-point map-last", iconSize: [34, 34] }),
      interactive: false,
      keyboard: false,
    });

    function put(place) {
      mark.setLatLng(place).addTo(map);
    }

    function choose(place) {
      const at = place.wrap();
      form.elements.lat.value = at.lat.toFixed(DECIMALS);
      form.elements.lng.value = at.lng.toFixed(DECIMALS);
      form.elements.lat.dispatchEvent(new Event("input", { bubbles: true }));
      put(at);
      words.textContent = box.dataset.done;
    }

    const here = typed(form);
    if (here) {
      map.setView(here, STREET);
      put(here);
    } else if (box.dataset.lat) {
      map.setView([Number(box.dataset.lat), Number(box.dataset.lng)], TOWN);
    } else {
      map.setView([JAPAN.lat, JAPAN.lng], JAPAN.zoom);
    }
    map.on("click", (event) => choose(event.latlng));
    ground.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === ground) {
        event.preventDefault(); // it would send the form
        choose(map.getCenter());
      }
    });
    for (const name of ["lat", "lng"]) {
      form.elements[name].addEventListener("change", () => {
        const place = typed(form);
        if (place) {
          put(place);
          map.panTo(place);
        } else {
          mark.remove();
        }
      });
    }
    ground.focus();
  }

  document.querySelectorAll("[data-pick-map]").forEach((box) => {
    const button = box.querySelector("[data-open]");
    const words = box.querySelector("[data-words]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      button.setAttribute("aria-disabled", "true");
      try {
        await load(box);
        words.textContent = box.dataset.how;
        open(box, words);
        button.hidden = true;
      } catch (error) {
        console.warn("map: not opened", error);
        words.textContent = box.dataset.failed;
        button.removeAttribute("aria-disabled");
      }
    });
  });
})();
