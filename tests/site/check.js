"use strict";
// Looks at every page of a reference: console, accessibility by axe (WCAG 2.1 A and AA, in light and in dark, with and without an older
// version chosen), width on a telephone, weight with all that a page and its search load, and the search: fifty names that are drawn must come first.
const fs = require("fs");
const path = require("path");
const { pathToFileURL } = require("url");
const puppeteer = require("puppeteer-core");

const MAX_WEIGHT = 300000;
const SHOWN = ["index.html", "devices-disk.html", "cpu.html", "devices-interface.html", "rules-conflict.html"];
const WIDTHS = [[1200, 900], [380, 800]];

const folder = path.resolve(process.argv[2]);
const pages = fs.readdirSync(folder).filter((name) => name.endsWith(".html")).sort();
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const wrong = [];

async function accessible(page, name, scheme) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] }));
  for (const violation of found.violations) {
    wrong.push(`${name}, ${scheme}: ${violation.id} at ${violation.nodes[0].html.slice(0, 120)}`);
  }
}

/// All that a page loads, in bytes, with what its search loads.
function weight(name) {
  const parts = [name, "style.css", "script.js", "search.js"];
  return parts.reduce((sum, part) => sum + fs.statSync(path.join(folder, part)).size, 0);
}

function entries() {
  let all = [];
  const window = { searchIndex: (_, found) => { all = found; } };
  new Function("window", fs.readFileSync(path.join(folder, "search.js"), "utf8"))(window);
  return all.flatMap(([name, , , , , attributes]) => [name, ...attributes.map(([own]) => "@" + own)]);
}

async function search(page) {
  await page.goto(pathToFileURL(path.join(folder, "index.html")).href);
  const ask = async (text) => {
    await page.evaluate((text) => {
      const query = document.getElementById("ui-query");
      query.value = text;
      query.dispatchEvent(new Event("input"));
    }, text);
    return page.evaluate(() => document.querySelector("#ui-results a code")?.textContent);
  };
  await page.focus("#ui-query");
  await ask("domain");
  await page.waitForSelector("#ui-results a");
  const names = entries();
  let seed = 17, first = 0;
  for (let turn = 0; turn < 50; turn++) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    const name = names[seed % names.length];
    const found = await ask(name);
    if (found === name) first++;
    else wrong.push(`the search finds ${found} for ${name}`);
  }
  // By keyboard alone.
  await ask("driver cache");
  await page.focus("#ui-query");
  await page.keyboard.press("ArrowDown");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  if (!page.url().includes("cache")) wrong.push(`"driver cache" leads to ${page.url()}`);
  return first;
}

async function versions(page) {
  await page.goto(pathToFileURL(path.join(folder, "devices-disk.html")).href);
  const absent = () => page.evaluate(() => document.querySelectorAll(".absent").length);
  const before = await absent();
  await page.select("#ui-version", "1.0.0");
  const after = await absent();
  await page.select("#ui-version", "");
  if (before !== 0 || after === 0 || await absent() !== 0) wrong.push(`choice of a version: ${before}, then ${after} greyed out`);
}

(async () => {
  const browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    headless: true,
    protocolTimeout: 400000,
    // The pages are our own, and a container has no user to sandbox them for.
    args: ["--no-sandbox", "--allow-file-access-from-files"],
  });
  const page = await browser.newPage();
  page.on("console", (message) => { if (message.type() === "error") wrong.push(`${page.url()}: ${message.text()}`); });
  page.on("pageerror", (error) => wrong.push(`${page.url()}: ${error.message}`));
  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    for (const name of pages) {
      await page.setViewport({ width: 1200, height: 900 });
      await page.goto(pathToFileURL(path.join(folder, name)).href);
      await page.evaluate(() => document.querySelectorAll("details").forEach((it) => { it.open = true; }));
      if (scheme === "dark") await page.select("#ui-version", "6.0.0");
      await accessible(page, name, scheme);
      await page.select("#ui-version", "");
    }
  }
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
  let heaviest = ["", 0];
  for (const name of pages) {
    await page.setViewport({ width: 380, height: 800 });
    await page.goto(pathToFileURL(path.join(folder, name)).href);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (over > 0) wrong.push(`${name} is ${over} pixels too wide for a telephone`);
    if (weight(name) > heaviest[1]) heaviest = [name, weight(name)];
    if (weight(name) > MAX_WEIGHT) wrong.push(`${name} weighs ${weight(name)} bytes`);
  }
  const first = await search(page);
  await versions(page);
  for (const name of SHOWN.filter((name) => pages.includes(name))) {
    for (const [width, height] of WIDTHS) {
      await page.setViewport({ width, height });
      await page.goto(pathToFileURL(path.join(folder, name)).href);
      await page.screenshot({ path: path.join(folder, `${name}-${width}.png`) });
    }
  }
  await browser.close();
  console.log(`${pages.length} pages, the heaviest ${heaviest[0]} with ${heaviest[1]} bytes; search: ${first} of 50 first; ${wrong.length} faults`);
  wrong.slice(0, 50).forEach((line) => console.log(line));
  process.exit(wrong.length ? 1 : 0);
})();
