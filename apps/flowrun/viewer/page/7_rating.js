// Ratings for quality control. The browser keeps them where it allows that to pages from the file system; the export takes them along.
const RATING_PREFIX = `flowrun rating ${page.id} `;
let kept = {};  // in the place of the browser's storage where it refuses

function storage() {
  try {
    localStorage.setItem("flowrun", "");
    localStorage.removeItem("flowrun");
    return localStorage;
  } catch (refused) {
    return null;
  }
}

const store = storage();

function readRating(key) {
  try {
    const found = JSON.parse(store ? store.getItem(key) : kept[key] ?? null);
    if (!found || !["pass", "fail", ""].includes(found.rating)) return null;
    return { name: String(found.name), rating: found.rating, note: String(found.note ?? ""), time: String(found.time ?? "") };
  } catch (damaged) {
    return null;
  }
}

function saveRating() {
  const rating = document.querySelector("input[name=rating]:checked")?.value ?? "", note = byId("note").value;
  const key = RATING_PREFIX + page.name, time = new Date().toISOString().replace(/\.\d+Z/, "Z");
  const text = JSON.stringify({ name: page.name, rating, note, time });
  try {
    if (!store) kept[key] = text;
    else if (rating || note) store.setItem(key, text);
    else store.removeItem(key);
  } catch (full) {
    byId("storage").textContent = `The rating was not kept: ${full.message}. Export it.`;
    kept[key] = text;
  }
  showRating();
}

/** Of all cases of this run that were rated in this browser. */
function allRatings() {
  const keys = store ? Array.from({ length: store.length }, (_, i) => store.key(i)) : Object.keys(kept);
  const found = keys.filter(key => key.startsWith(RATING_PREFIX)).map(readRating).filter(one => one);
  return found.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
}

/** One cell of the table: one line, and never a formula. */
function cell(text) {
  const line = text.replace(/[\t\r\n]+/g, " ");
  return /^[=+\-@|]/.test(line) ? "'" + line : line;
}

/** Columns as BIDS has them; a case that is no BIDS name is its own participant. */
function ratingsText() {
  const rows = allRatings().map(one => {
    const bids = one.name.match(/^(sub-[A-Za-z0-9]+)(?:_(ses-[A-Za-z0-9]+))?$/);
    return [cell(one.name), bids ? bids[1] : "n/a", bids?.[2] ?? "n/a", one.rating || "n/a", cell(one.note) || "n/a", one.time];
  });
  return [["case", "participant_id", "session_id", "rating", "note", "rated"], ...rows].map(row => row.join("\t") + "\n").join("");
}

function exportRatings() {
  const link = element("a", { href: URL.createObjectURL(new Blob([ratingsText()], { type: "text/tab-separated-values" })),
                              download: "ratings.tsv" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function showRating() {
  const found = readRating(RATING_PREFIX + page.name) ?? { rating: "", note: "" };
  for (const choice of document.querySelectorAll("input[name=rating]")) choice.checked = choice.value === found.rating;
  if (document.activeElement !== byId("note")) byId("note").value = found.note;
  const count = allRatings().filter(one => one.rating).length;
  byId("rated").textContent = `${count} of this run rated`;
}

function rate(value) {
  for (const choice of document.querySelectorAll("input[name=rating]")) choice.checked = choice.value === value;
  saveRating();
}

function startRating() {
  if (!store) byId("storage").textContent = "This browser keeps nothing for pages from the file system: export before you close the page.";
  for (const choice of document.querySelectorAll("input[name=rating]")) choice.addEventListener("change", saveRating);
  byId("note").addEventListener("input", saveRating);
  byId("export").addEventListener("click", exportRatings);
  window.addEventListener("storage", showRating);
  showRating();
}
