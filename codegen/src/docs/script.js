"use strict";
// The search over all pages, and the choice of a version. Works from file: too, so that nothing is fetched: the index is a script.
(() => {
  const query = document.getElementById("ui-query");
  const results = document.getElementById("ui-results");
  const count = document.getElementById("ui-count");
  const MOST = 50;
  let entries = null;
  let pages = [];

  window.searchIndex = (names, all) => {
    pages = names;
    // The attributes of an element stand with it.
    entries = all.flatMap(([name, context, page, anchor, words, attributes]) => [
      [name, context, page, anchor, words],
      ...attributes.map(([own, said]) => ["@" + own, "of " + name, page, anchor + "@" + own, said]),
    ]);
    search();
  };

  function load() {
    if (entries || document.getElementById("ui-index")) return;
    const script = document.createElement("script");
    script.id = "ui-index";
    script.src = "search.js";
    document.body.append(script);
  }

  // The less, the better; null: it is not found here.
  function rank([name, context, , , words], text, parts) {
    const plain = name.replace("@", "").toLowerCase();
    if (name.toLowerCase() === text) return 0;
    if (plain === text) return 1;
    const whole = (plain + " " + context + " " + words).toLowerCase();
    if (!parts.every((part) => whole.includes(part))) return null;
    if (parts.length > 1 && plain === parts[parts.length - 1]) return 2;
    if (plain.startsWith(text)) return 3;
    if (plain.includes(text)) return 4;
    if (parts.some((part) => plain === part)) return 5;
    return context.toLowerCase().includes(text) ? 6 : 7;
  }

  function search() {
    const text = query.value.trim().toLowerCase();
    const parts = text.split(/[\s/]+/).filter(Boolean);
    if (!entries || !parts.length) {
      results.hidden = true;
      results.replaceChildren();
      count.textContent = "";
      return;
    }
    const found = [];
    entries.forEach((entry, at) => {
      const own = rank(entry, text, parts);
      if (own !== null) found.push([own, at]);
    });
    found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    results.replaceChildren(...found.slice(0, MOST).map(([, at]) => item(entries[at])));
    results.hidden = !found.length;
    count.textContent = found.length + " found" + (found.length > MOST ? ", the first " + MOST + " are shown" : "");
  }

  function item([name, context, page, anchor, words]) {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = pages[page] + "#" + encodeURIComponent(anchor);
    const code = document.createElement("code");
    code.textContent = name;
    const more = document.createElement("span");
    more.textContent = " " + context + (words ? " · " + words : "");
    link.append(code, more);
    line.append(link);
    return line;
  }

  function step(by) {
    const links = [...results.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement) + by;
    (at < 0 ? query : links[Math.min(at, links.length - 1)] || query).focus();
  }

  query.addEventListener("focus", load);
  query.addEventListener("input", () => { load(); search(); });
  document.getElementById("ui-search").addEventListener("submit", (event) => {
    event.preventDefault();
    results.querySelector("a")?.click();
  });
  results.addEventListener("click", () => { results.hidden = true; });
  document.addEventListener("keydown", (event) => {
    const searching = event.target === query || results.contains(event.target);
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
      event.preventDefault();
      query.focus();
    } else if (searching && event.key === "ArrowDown") {
      event.preventDefault();
      step(1);
    } else if (searching && event.key === "ArrowUp") {
      event.preventDefault();
      step(-1);
    } else if (searching && event.key === "Escape") {
      query.value = "";
      search();
      query.focus();
    }
  });

  const choice = document.getElementById("ui-version");
  const later = (a, b) => {
    const [x, y] = [a, b].map((it) => it.split(".").map(Number));
    for (let at = 0; at < 3; at++) if ((x[at] || 0) !== (y[at] || 0)) return (x[at] || 0) > (y[at] || 0);
    return false;
  };
  function show() {
    const version = choice.value;
    document.querySelectorAll("[data-since], [data-until]").forEach((it) => {
      const { since, until } = it.dataset;
      const absent = version && ((since && later(since, version)) || (until && !later(until, version)));
      it.classList.toggle("absent", Boolean(absent));
    });
  }
  if (choice) {
    // A page from a file may keep nothing.
    try { choice.value = localStorage.getItem("version") || ""; } catch { /* all versions, then */ }
    choice.addEventListener("change", () => {
      try { localStorage.setItem("version", choice.value); } catch { /* on this page alone, then */ }
      show();
    });
    show();
  }
})();
