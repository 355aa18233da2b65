// Renews the page after each check, keeping what is open and where one reads; copies a proposal.
"use strict";

const opened = () => [...document.querySelectorAll("main details")].map((details) => [details.id, details.open]);

function wire() {
  for (const button of document.querySelectorAll("button.copy")) {
    button.hidden = !navigator.clipboard;
  }
}

async function renew() {
  const answer = await fetch(location.href, { cache: "no-store" });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const state = opened();
  const [x, y] = [scrollX, scrollY];
  document.body.dataset.number = fresh.body.dataset.number;
  document.querySelector("header").replaceWith(fresh.querySelector("header"));
  document.querySelector("main").replaceWith(fresh.querySelector("main"));
  for (const [id, open] of state) {
    const details = document.getElementById(id);
    if (details) {
      details.open = open;
    }
  }
  wire();
  scrollTo(x, y);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy");
  if (button) {
    await navigator.clipboard.writeText(button.previousElementSibling.textContent);
    button.textContent = document.body.dataset.copied;
  }
});

const events = new EventSource("/events");
events.addEventListener("message", (event) => {
  document.getElementById("ended").hidden = true;
  if (event.data !== document.body.dataset.number) {
    renew();
  }
});
events.addEventListener("error", () => {
  document.getElementById("ended").hidden = false;
});
wire();
