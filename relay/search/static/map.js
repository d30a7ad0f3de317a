"use strict";

/*
 * Maps: the last-seen place with rings of distance, and the sightings by their numbers. Leaflet is loaded only when a
 * map is opened. Without map pictures (none set, blocked, no signal) the points, rings and the scale still show
 * directions and distances; without scripts there is a list beside it.
 *   [data-map-box]   one map: with a button it opens when that is pressed, without one when it comes into view
 *   data-points      the points as JSON, for the former
 *   data-source      an address to read them from, again every few seconds, for the latter
 */

(() => {
  const EVERY = 10000;
  const TOO_LONG = 15000;
  const CLOSEST = 15;
  const MOST_ZOOM = 18;
  const RINGS = [500, 1000, 2000, 5000];
  const HOSTS = ["a", "b", "c"];

  let loading = null;

  /** Leaflet's style and script, once a page. */
  function load(box) {
    loading ||= new Promise((resolve, reject) => {
      const style = document.createElement("link");
      style.rel = "stylesheet";
      style.href = box.dataset.style;
      const script = document.createElement("script");
      script.src = box.dataset.script;
      script.onload = resolve;
      script.onerror = () => {
        loading = null;
        reject(new Error("no Leaflet"));
      };
      document.head.append(style, script);
    });
    return loading;
  }

  /** The city's map pictures. Made by hand from Leaflet's grid, so that a page needs leave for one host only. */
  function pictures(address) {
    const Tiles = L.GridLayer.extend({
      createTile(at, done) {
        const tile = document.createElement("img");
        tile.alt = "";
        tile.referrerPolicy = "no-referrer";
        tile.addEventListener("load", () => done(null, tile));
        tile.addEventListener("error", () => {
          tile.hidden = true; // the plain ground shows through
          done(null, tile);
        });
        const names = { x: at.x, y: at.y, z: at.z, s: HOSTS[(at.x + at.y) % HOSTS.length] };
        tile.src = address.replace(/\{([xyzs])\}/g, (_, name) => names[name]);
        return tile;
      },
    });
    return new Tiles({ maxNativeZoom: MOST_ZOOM, maxZoom: MOST_ZOOM, keepBuffer: 1 });
  }

  function icon(words, look) {
    const face = document.createElement("span");
    face.textContent = words;
    return L.divIcon({ html: face, className: `map-point map-${look}`, iconSize: [34, 34] });
  }

  function popup(point) {
    const content = document.createElement("div");
    const words = document.createElement("p");
    words.textContent = point.label;
    content.append(words);
    if (point.to) {
      const link = document.createElement("a");
      link.href = point.to;
      link.textContent = point.more;
      content.append(link);
    }
    return content;
  }

  function put(layer, point, words, look) {
    const marker = L.marker([point.lat, point.lng], {
      icon: icon(words, look),
      title: point.label,
      zIndexOffset: look === "last" ? 0 : 100,
    });
    marker.bindPopup(() => popup(point));
    marker.on("add", () => marker.getElement().setAttribute("aria-label", point.label));
    layer.addLayer(marker);
    return marker;
  }

  function metres(distance) {
    return distance < 1000 ? `${distance} m` : `${distance / 1000} km`;
  }

  function ring(layer, last, distance) {
    L.circle([last.lat, last.lng], { radius: distance, className: "map-ring", interactive: false }).addTo(layer);
    const north = last.lat + (distance / 6371009) * (180 / Math.PI);
    const face = document.createElement("span");
    face.textContent = metres(distance);
    L.marker([north, last.lng], {
      icon: L.divIcon({ html: face, className: "map-distance", iconSize: [56, 20] }),
      interactive: false,
      keyboard: false,
    }).addTo(layer);
  }

  function north(map, word) {
    const control = L.control({ position: "topright" });
    control.onAdd = () => {
      const mark = L.DomUtil.create("div", "map-north");
      mark.textContent = `↑ ${word}`;
      return mark;
    };
    control.addTo(map);
  }

  function open(box) {
    const ground = box.querySelector("[data-map]");
    const said = box.querySelector("[data-map-words]");
    const button = box.querySelector("[data-map-open]");
    const legend = document.querySelector(".map-legend");
    let map = null;
    let points = null;
    const marks = new Map();
    let etag = "";
    let drawn = "";
    let reading = false;

    function start() {
      ground.hidden = false;
      ground.setAttribute("role", "region");
      ground.setAttribute("aria-label", box.dataset.name);
      map = L.map(ground, {
        zoomControl: false,
        attributionControl: false,
        fadeAnimation: false, // or a popup that is drawn anew stands there twice for a while
        maxZoom: MOST_ZOOM,
        minZoom: 8,
      });
      L.control.zoom({ zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut }).addTo(map);
      L.control.scale({ imperial: false }).addTo(map);
      if (box.dataset.tiles) {
        map.addLayer(pictures(box.dataset.tiles));
        L.control.attribution({ prefix: false }).addAttribution(box.dataset.credit).addTo(map);
      }
      north(map, box.dataset.north);
      points = L.layerGroup().addTo(map);
    }

    /** Draws what is not drawn yet. Leaflet comes with the first point: a map without any costs nothing. */
    async function draw(found) {
      const now = JSON.stringify(found);
      if (now === drawn) {
        return;
      }
      const sightings = found.sightings || [];
      const all = [...(found.last ? [found.last] : []), ...sightings];
      if (all.length > 0) {
        await load(box);
        if (!map) {
          start();
          look(all);
        }
        const read = [...marks].find(([, mark]) => mark.isPopupOpen());
        points.clearLayers();
        marks.clear();
        if (found.last) {
          RINGS.forEach((distance) => ring(points, found.last, distance));
          put(points, found.last, "★", "last");
        }
        sightings.forEach((point) => {
          marks.set(point.number, put(points, point, String(point.number), point.mark));
        });
        if (read && marks.has(read[0])) {
          marks.get(read[0]).openPopup(); // what somebody is reading stays open
        }
      }
      said.textContent = map ? "" : box.dataset.nothing || "";
      if (legend) {
        legend.hidden = !map; // signs without a map explain nothing
      }
      drawn = now;
    }

    function look(all) {
      if (all.length === 1) {
        map.setView([all[0].lat, all[0].lng], CLOSEST - 1);
        return;
      }
      const around = L.latLngBounds(all.map((point) => [point.lat, point.lng]));
      map.fitBounds(around, { padding: [36, 36], maxZoom: CLOSEST });
    }

    async function read() {
      const answer = await fetch(box.dataset.source, {
        headers: etag ? { "If-None-Match": etag } : {},
        redirect: "manual",
        cache: "no-store",
        signal: AbortSignal.timeout(TOO_LONG),
      });
      if (answer.status === 200) {
        await draw(await answer.json());
        etag = answer.headers.get("ETag") || ""; // only what is drawn need not come again
      }
    }

    /** One reading at a time; what fails is tried again, and said while there is no map at all. */
    async function follow() {
      if (reading || (document.hidden && drawn)) {
        return;
      }
      reading = true;
      try {
        await read();
      } catch (error) {
        console.warn("map: no answer", error);
        said.textContent = map ? "" : box.dataset.failed;
      } finally {
        reading = false;
      }
    }

    async function show() {
      if (button.getAttribute("aria-disabled")) {
        return;
      }
      button.setAttribute("aria-disabled", "true");
      try {
        await draw(JSON.parse(box.dataset.points));
        button.hidden = true;
        ground.tabIndex = 0;
        ground.focus();
      } catch (error) {
        console.warn("map: not opened", error);
        said.textContent = box.dataset.failed;
        button.removeAttribute("aria-disabled");
      }
    }

    if (button) {
      button.hidden = false;
      button.addEventListener("click", show);
    } else {
      whenNear(box, () => {
        follow();
        setInterval(follow, EVERY);
      });
    }
  }

  /** Runs `act` once, when `box` comes near the part of the page that is looked at. */
  function whenNear(box, act) {
    const watch = new IntersectionObserver(
      (seen) => {
        if (seen.some((one) => one.isIntersecting)) {
          watch.disconnect();
          act();
        }
      },
      { rootMargin: "200px" },
    );
    watch.observe(box);
  }

  document.querySelectorAll("[data-map-box]").forEach(open);
})();
