// Light and dark

const themes = ["auto", "light", "dark"];
const darkScreen = matchMedia("(prefers-color-scheme: dark)");
const theme = { chosen: "auto" };

function showTheme(chosen = theme.chosen) {
  const isDark = chosen === "auto" ? darkScreen.matches : chosen === "dark";
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
  setText(element("theme"), `Colors: ${theme.chosen}`);
  colors.clear();
  redrawAll("theme");
}

/** Goes by the screen's preference until a person chooses, which the browser keeps where it may. */
function startTheme() {
  try {
    const kept = localStorage.getItem("run-hyper-colors");
    if (themes.includes(kept)) theme.chosen = kept;
  } catch { /* a browser may refuse a page its storage */ }
  element("theme").addEventListener("click", () => {
    theme.chosen = themes[(themes.indexOf(theme.chosen) + 1) % themes.length];
    try { localStorage.setItem("run-hyper-colors", theme.chosen); } catch { /* as above */ }
    showTheme();
  });
  darkScreen.addEventListener("change", () => showTheme());
  showTheme();
}
