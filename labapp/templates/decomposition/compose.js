// Fetches what the page left out, and marks the moment when it is complete: at once where nothing is missing.
const holes = document.querySelectorAll("[data-fragment]");
const fetched = Array.from(holes, async hole => {
  try {
    const answer = await fetch(hole.dataset.fragment, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(answer.statusText);
    hole.innerHTML = await answer.text();
  } catch {
    hole.textContent = "This part of the page cannot be had at the moment.";
  }
});
Promise.all(fetched).then(() => performance.mark("complete"));
