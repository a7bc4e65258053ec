// Search and filters of the index. Without this script the page lists every app; nothing here asks a server.
(() => {
  "use strict";
  const form = document.querySelector(".find");
  const cards = [...document.querySelectorAll("#apps .card")];
  const count = document.getElementById("count");
  const index = window.USHER_INDEX || {};
  const field = (id) => document.getElementById(id).value;

  const show = () => {
    const words = field("search").toLowerCase().split(/\s+/).filter(Boolean);
    const api = field("api"), scim = field("scim"), plan = field("plan"), automation = field("automation");
    let shown = 0;
    for (const card of cards) {
      const text = index[card.dataset.app] || card.textContent.toLowerCase();
      const fits = words.every((word) => text.includes(word))
        && (!api || card.dataset.api === api)
        && (!scim || card.dataset.scim === scim)
        && (!plan || card.dataset.plan === plan)
        && (!automation || card.dataset.automation === automation);
      card.hidden = !fits;
      shown += fits;
    }
    count.textContent = shown === cards.length ? `${shown} apps` : `${shown} of ${cards.length} apps`;
  };

  form.hidden = false;
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      document.getElementById("search").focus();
    }
  });
  show();
})();
