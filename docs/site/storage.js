// A browser that refuses storage has the choice of light or dark for as long as the page is open.
try {
  localStorage.getItem("theme");
} catch (refused) {
  const kept = new Map();
  const storage = { getItem: name => kept.get(name) ?? null, setItem: (name, value) => { kept.set(name, value); } };
  Object.defineProperty(window, "localStorage", { value: storage });
}
document.body.dataset.theme ??= "auto";
