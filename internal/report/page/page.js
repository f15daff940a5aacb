"use strict";
(() => {
  const search = document.getElementById("search");
  if (!search) return;
  const articles = [...document.querySelectorAll("article")];
  const links = [...document.querySelectorAll("nav li > a")];
  const buttons = [...document.querySelectorAll(".figures button")];
  const texts = articles.map((a) => a.dataset.text);
  const pressed = (name) => new Set(buttons.filter((b) => b.dataset[name] && b.getAttribute("aria-pressed") === "true").map((b) => b.dataset[name]));
  const severalOrgs = buttons.some((b) => b.dataset.org);
  const found = document.getElementById("found");

  // A browser with scripts keeps what stands in <noscript> as text, which costs
  // little. It becomes part of the page where somebody looks, and bit by bit
  // everywhere, so that the browser's own search finds it.
  const fill = (article) => {
    const text = article && article.querySelector("noscript");
    if (text) text.outerHTML = text.textContent;
  };
  let filled = 0;
  const fillAll = (until) => {
    while (filled < articles.length && until()) fill(articles[filled++]);
    return filled < articles.length;
  };
  const later = window.requestIdleCallback || ((f) => setTimeout(f, 50, { timeRemaining: () => 10 }));
  const inTime = (time) => { if (fillAll(() => time.timeRemaining() > 2)) later(inTime); };
  const near = new IntersectionObserver((seen) => seen.forEach((s) => { if (s.isIntersecting) { near.unobserve(s.target); fill(s.target); } }), { rootMargin: "800px" });
  articles.forEach((a) => near.observe(a));
  const named = () => fill(document.getElementById(location.hash.slice(1)));
  window.addEventListener("hashchange", named);
  window.addEventListener("beforeprint", () => fillAll(() => true));
  named();
  later(inTime);

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kinds = pressed("kind"), orgs = pressed("org"), types = new Set();
    let shown = 0;
    articles.forEach((article, i) => {
      const fits = kinds.has(article.dataset.kind) && (!severalOrgs || orgs.has(article.dataset.org)) && words.every((w) => texts[i].includes(w));
      const entry = links[i].parentElement;
      if (article.hidden === fits) article.hidden = entry.hidden = !fits;
      if (!fits) return;
      shown++;
      types.add(entry.parentElement);
    });
    document.querySelectorAll("nav .type > ul").forEach((list) => { list.parentElement.hidden = !types.has(list); });
    found.textContent = shown === articles.length ? "" : shown + " of " + articles.length + " shown";
  };

  let current = -1;
  const select = (step) => {
    let next = current < 0 && step < 0 ? links.length : current;
    do next += step; while (links[next] && links[next].parentElement.hidden);
    if (!links[next]) {
      if (current < 0 || links[current].parentElement.hidden) return;
      next = current;
    }
    if (links[current]) links[current].removeAttribute("aria-current");
    current = next;
    links[current].setAttribute("aria-current", "true");
    links[current].focus();
  };

  search.addEventListener("input", filter);
  buttons.forEach((b) => b.addEventListener("click", () => {
    b.setAttribute("aria-pressed", String(b.getAttribute("aria-pressed") !== "true"));
    filter();
  }));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && document.activeElement === search) {
      search.value = "";
      filter();
      search.blur();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (document.activeElement === document.body || document.activeElement.closest("nav")) {
        event.preventDefault();
        select(event.key === "ArrowDown" ? 1 : -1);
      }
    }
  });
})();
