"use strict";
(() => {
  const search = document.getElementById("search");
  if (!search) return;
  const articles = [...document.querySelectorAll("article")];
  const entries = [...document.querySelectorAll("nav li")];
  const buttons = [...document.querySelectorAll(".figures button")];
  const pressed = (name) => buttons.filter((b) => b.dataset[name] && b.getAttribute("aria-pressed") === "true").map((b) => b.dataset[name]);
  const severalOrgs = buttons.some((b) => b.dataset.org);
  const found = document.getElementById("found");

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kinds = pressed("kind"), orgs = pressed("org");
    let shown = 0;
    articles.forEach((article, i) => {
      const fits = kinds.includes(article.dataset.kind) && (!severalOrgs || orgs.includes(article.dataset.org)) && words.every((w) => article.dataset.text.includes(w));
      article.hidden = entries[i].hidden = !fits;
      if (fits) shown++;
    });
    document.querySelectorAll("nav .type").forEach((type) => {
      type.hidden = ![...type.querySelectorAll("li")].some((li) => !li.hidden);
    });
    found.textContent = shown === articles.length ? "" : shown + " of " + articles.length + " shown";
  };

  const select = (step) => {
    const visible = entries.filter((li) => !li.hidden).map((li) => li.firstElementChild);
    if (!visible.length) return;
    const now = visible.findIndex((a) => a.getAttribute("aria-current") === "true");
    const next = now < 0 ? (step > 0 ? 0 : visible.length - 1) : Math.min(Math.max(now + step, 0), visible.length - 1);
    entries.forEach((li) => li.firstElementChild.removeAttribute("aria-current"));
    visible[next].setAttribute("aria-current", "true");
    visible[next].focus();
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
