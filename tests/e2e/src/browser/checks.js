// What a person with a screen reader, a keyboard, a small screen or weak eyes would stumble over on the page as it is.
// The return value is one sentence for each thing found. Run as the body of a function.
const found = [];
const shown = (element) => {
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  return box.width > 1 && box.height > 1 && style.visibility !== "hidden" && !element.closest("[hidden], [aria-hidden='true']");
};
const describe = (element) => `<${element.tagName.toLowerCase()}> “${(element.textContent || element.id || "").trim().slice(0, 40)}”`;
const nameOf = (element) => {
  const by = element.getAttribute("aria-label");
  if (by) return by.trim();
  const labels = element.labels ? [...element.labels].map((label) => label.textContent).join(" ") : "";
  return (labels || element.textContent || element.getAttribute("alt") || "").trim();
};

for (const element of document.querySelectorAll("button, a[href], input, select, textarea, img")) {
  if (!shown(element)) continue;
  if (!nameOf(element)) found.push(`${describe(element)} has no name`);
  if (element.matches("button, select, textarea, input:not([type='checkbox'], [type='radio'])")) {
    const { height } = element.getBoundingClientRect();
    if (height < 43.5) found.push(`${describe(element)} is ${height} pixels high`);
  }
  if (element.tabIndex < 0 && !element.matches("img")) found.push(`${describe(element)} is not reached by keyboard`);
}
if (document.querySelectorAll("main").length !== 1) found.push("there is not one main part");
if (document.querySelectorAll("h1").length !== 1) found.push("there is not one heading of the first level");
if (!document.documentElement.lang) found.push("the language is not told");
if (document.documentElement.scrollWidth > innerWidth) {
  found.push(`the page is ${document.documentElement.scrollWidth} pixels wide on a screen of ${innerWidth}`);
}

// Contrast (WCAG 2.2, 1.4.3): 4.5 : 1, or 3 : 1 for text of 24 pixels and more.
const channels = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
const luminance = ([r, g, b]) => {
  const linear = [r, g, b].map((c) => ((c /= 255), c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
};
const ground = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const color = channels(getComputedStyle(at).backgroundColor);
    if (color.length === 3 || color[3] > 0) return color;
  }
  return [255, 255, 255];
};
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const element = texts.currentNode.parentElement;
  if (!texts.currentNode.data.trim() || !shown(element) || element.closest("[disabled]")) continue;
  const style = getComputedStyle(element);
  const [lighter, darker] = [luminance(channels(style.color)), luminance(ground(element))].sort((a, b) => b - a);
  const ratio = (lighter + 0.05) / (darker + 0.05);
  const wanted = parseFloat(style.fontSize) >= 24 ? 3 : 4.5;
  if (ratio < wanted) found.push(`${describe(element)} has a contrast of ${ratio.toFixed(2)}`);
}
return found;
