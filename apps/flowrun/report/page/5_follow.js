// Under flowrun watch the page is loaded again when it has been written again; what was looked for stays.
const followed = JSON.parse(document.getElementById("follow-data")?.textContent ?? "null");
const FOLLOWED_STATE = `flowrun report ${location.pathname}`;

function storeState() {
  const state = { search: document.getElementById("search")?.value ?? "", all: document.getElementById("all")?.checked ?? false,
                  y: scrollY };
  try {
    sessionStorage.setItem(FOLLOWED_STATE, JSON.stringify(state));
  } catch (refused) { /* the page begins as a new one */ }
}

function restoreState() {
  try {
    const { search, all, y } = JSON.parse(sessionStorage.getItem(FOLLOWED_STATE)) ?? {}, field = document.getElementById("search");
    if (all) document.getElementById("all").checked = true;
    if (search) field.value = search;
    field?.dispatchEvent(new Event("input"));
    scrollTo(0, y ?? 0);
  } catch (refused) { /* as above */ }
}

/** What the file beside the page calls, with the stamp of the newest page. */
function flowrunStamp(stamp) {
  if (stamp === followed.stamp) return;
  storeState();
  location.reload();
}

function askForStamp() {
  const script = document.createElement("script");
  script.nonce = followed.stamp;
  script.src = `${followed.file}?${Date.now()}`;
  for (const end of ["load", "error"]) script.addEventListener(end, () => { script.remove(); setTimeout(askForStamp, 500); });
  document.head.append(script);
}

if (followed) {
  restoreState();
  askForStamp();
}
