/*
 * Keeps the page up to date. The server draws every card; this only swaps what changed, and never touches the field
 * that somebody is typing in. Without it the page works as plain forms.
 */
"use strict";

(() => {
  const POLL_MS = 1000;
  const body = document.body;
  const query = body.dataset.query;
  let version = body.dataset.version;
  let busy = false;
  let again = false;

  const parse = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    return holder.content.firstElementChild;
  };

  const keepingFocus = (change) => {
    const key = document.activeElement?.dataset?.keep;
    change();
    if (!key || document.activeElement?.dataset?.keep === key) return;
    for (const element of document.querySelectorAll("[data-keep]")) {
      if (element.dataset.keep === key) return element.focus({ preventScroll: true });
    }
  };

  const atEnd = (thread) => thread.scrollHeight - thread.scrollTop - thread.clientHeight < 60;
  const toEnd = (thread) => {
    thread.scrollTop = thread.scrollHeight;
  };

  /* Everything of a card but its text field. */
  const refreshCard = (card, fresh) => {
    const thread = card.querySelector(".thread");
    const follow = atEnd(thread);
    const before = thread.scrollTop;
    const text = card.querySelector(".compose input[name=body]");
    const newText = fresh.querySelector(".compose input[name=body]");
    card.className = fresh.className;
    card.querySelector(".phone-head").replaceChildren(...fresh.querySelector(".phone-head").childNodes);
    thread.replaceChildren(...fresh.querySelector(".thread").childNodes);
    for (const part of [".live-calls", ".suggest"]) {
      card.querySelector(part).replaceChildren(...fresh.querySelector(part).childNodes);
    }
    text.setAttribute("aria-label", newText.getAttribute("aria-label"));
    if (follow) toEnd(thread);
    else thread.scrollTop = before;
  };

  /*
   * Puts the cards of one group in order. The card with the focus is never moved, since moving drops the focus:
   * the others move around it.
   */
  const arrange = (group, numbers, cards) => {
    const holder = group.querySelector(".phones");
    const wanted = numbers.map((number) => cards.get(number));
    const fixed = wanted.find((card) => card.parentElement === holder && card.contains(document.activeElement));
    const pivot = wanted.indexOf(fixed);
    wanted.forEach((card, place) => {
      if (card === fixed) return;
      if (pivot >= 0 && place < pivot) holder.insertBefore(card, fixed);
      else if (holder.lastElementChild !== card) holder.append(card);
    });
    group.hidden = numbers.length === 0;
  };

  const apply = (news) => {
    const cards = new Map();
    for (const card of document.querySelectorAll(".phone")) cards.set(card.dataset.number, card);
    const known = new Set([...news.active, ...news.idle]);
    for (const [number, card] of cards) {
      if (!known.has(number)) {
        card.remove();
        cards.delete(number);
      }
    }
    const added = [];
    for (const [number, html] of Object.entries(news.cards)) {
      const fresh = parse(html);
      if (cards.has(number)) refreshCard(cards.get(number), fresh);
      else {
        cards.set(number, fresh);
        added.push(fresh);
      }
    }
    if ([...known].some((number) => !cards.has(number))) return false;
    document.querySelector(".empty")?.toggleAttribute("hidden", known.size > 0);

    const focused = document.activeElement?.closest(".phone");
    const top = focused?.getBoundingClientRect().top;
    const typing = document.activeElement?.name === "body" && document.activeElement.value !== "";
    if (!typing || added.length || focused?.closest("#idle")) {
      arrangeAll(news, cards);
      if (focused) window.scrollBy(0, focused.getBoundingClientRect().top - top);
    }
    for (const card of added) toEnd(card.querySelector(".thread"));
    document.getElementById("summary").innerHTML = news.summary;
    document.getElementById("more").innerHTML = news.more;
    const faults = document.getElementById("faults");
    if (faults.innerHTML.trim() !== news.faults.trim()) faults.innerHTML = news.faults;
    return true;
  };

  const arrangeAll = (news, cards) => {
    const focus = document.activeElement;
    const [start, end] = [focus?.selectionStart, focus?.selectionEnd];
    arrange(document.getElementById("active"), news.active, cards);
    arrange(document.getElementById("idle"), news.idle, cards);
    /* A phone's first activity moves it to the other group, and its focus with it. */
    if (focus && focus !== document.activeElement && focus.isConnected) {
      focus.focus({ preventScroll: true });
      if (typeof start === "number") focus.setSelectionRange(start, end);
    }
  };

  /* Phones that somebody is writing on: they stay, however many others are newer. */
  const writtenOn = () =>
    [...document.querySelectorAll(".phone")]
      .filter((card) => card.contains(document.activeElement) || card.querySelector(".compose input[name=body]").value)
      .map((card) => card.dataset.number);

  const show = (state) => {
    body.classList.toggle("live", state === "live");
    body.classList.toggle("lost", state === "lost");
  };

  const refresh = async () => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      const since = encodeURIComponent(version);
      const answer = await fetch(`/cards?since=${since}&keep=${encodeURIComponent(writtenOn())}&${query}`);
      const news = await answer.json();
      let whole = true;
      keepingFocus(() => {
        whole = apply(news);
      });
      version = whole ? news.version : "";
      again = again || !whole;
      show("live");
    } catch {
      show("lost");
    } finally {
      busy = false;
    }
    if (again) {
      again = false;
      refresh();
    }
  };

  const listen = () => {
    const stream = new EventSource("/events");
    let polling = 0;
    stream.onopen = () => {
      clearInterval(polling);
      polling = 0;
      show("live");
    };
    stream.onmessage = (event) => {
      if (event.data !== version) refresh();
    };
    stream.onerror = () => {
      if (!polling) polling = setInterval(refresh, POLL_MS);
      if (stream.readyState === EventSource.CLOSED) {
        clearInterval(polling);
        setTimeout(listen, POLL_MS);
        show("lost");
      }
    };
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post" || "plain" in form.dataset) return;
    event.preventDefault();
    const content = new URLSearchParams(new FormData(form, event.submitter));
    const field = form.querySelector("input[name=body]:not([type=hidden])");
    const sent = field?.value;
    const target = event.submitter?.getAttribute("formaction") || form.getAttribute("action");
    try {
      const answer = await fetch(target, { method: "POST", body: content, headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok) {
        form.submit();
        return;
      }
      if (field && field.value === sent) field.value = "";
      refresh();
    } catch {
      show("lost");
    }
  });

  for (const thread of document.querySelectorAll(".thread")) toEnd(thread);
  if ("EventSource" in window) listen();
  else setInterval(refresh, POLL_MS);
})();
