// Draw the picture of this page anew where it stands still, so that it answers to the pointer. vegaEmbed comes before these lines.
const place = document.querySelector("[data-wide]");
if (place) {
  const still = document.querySelectorAll(".picture.still");
  const said = document.createElement("p");
  said.className = "tooltip";
  said.hidden = true;
  document.body.append(said);
  // what a mark says, beside the pointer and inside the window; Vega's own would say it near the corners of a band only
  place.addEventListener("pointermove", (event) => {
    const mark = event.target.closest('[role="graphics-symbol"]');
    said.hidden = !mark;
    if (!mark) return;
    said.textContent = mark.getAttribute("aria-label");
    said.style.left = `${Math.max(8, Math.min(event.clientX + 14, window.innerWidth - said.offsetWidth - 8))}px`;
    said.style.top = `${Math.max(8, Math.min(event.clientY + 16, window.innerHeight - said.offsetHeight - 8))}px`;
  });
  place.addEventListener("pointerleave", () => {
    said.hidden = true;
  });
  const narrow = window.matchMedia("(max-width: 56rem)").matches;
  vegaEmbed(place, narrow ? place.dataset.narrow : place.dataset.wide, {
    mode: "vega-lite",
    renderer: "svg",
    ast: true, // no eval: expressions are interpreted
    actions: false,
    defaultStyle: false,
    tooltip: false,
  }).then(({ view }) => {
    const drawn = place.querySelector("svg");
    drawn.setAttribute("viewBox", `0 0 ${view.width()} ${view.height()}`);
    drawn.setAttribute("role", "group");
    drawn.setAttribute("aria-label", place.dataset.title);
    const held = document.activeElement.closest(".picture.still") !== null;
    for (const one of still) one.hidden = true;
    place.hidden = false;
    if (held) { // who was on a link of the picture that stood still goes on from here, and not from the beginning of the page
      place.tabIndex = -1;
      place.focus();
    }
    place.dataset.ready = "yes";
  });
}
