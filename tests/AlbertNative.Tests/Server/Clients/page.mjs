// The page of a server at process.argv[2], and of one that wants the key process.argv[4] at process.argv[3], in chromium; prints
// "ok" where all is as expected. Pictures go to the folder process.argv[5], where one is named.
import assert from "node:assert";
import { chromium } from "playwright-core";

const [open, locked, key, pictures] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.ALBERTNATIVE_CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
  ],
});
const faults = [];

async function visit(base, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 860 }, colorScheme: "light", ...options });
  page.setDefaultTimeout(30_000);
  // Nothing is asked of anyone but the server, and nothing is held back by the page's own policy.
  page.on("request", (request) => request.url().startsWith(`${base}/`) || faults.push(`asked for ${request.url()}`));
  page.on("pageerror", (error) => faults.push(`${error}`));
  page.on("console", (message) => /Content.Security.Policy/i.test(message.text()) && faults.push(message.text()));
  await page.goto(`${base}/ui`);
  return page;
}

async function picture(page, name) {
  if (pictures)
    await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
}

async function task(page, name, example, answer) {
  await page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
  if (example)
    await page.getByRole("group", { name: "Examples" }).getByRole("button", { name: example }).click();
  await page.getByRole("button", { name, exact: true }).click();
  await page.locator(answer).first().waitFor();
}

// The least contrast of text against what lies behind it (WCAG 2.2, 1.4.3).
function leastContrast() {
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const over = (colors) => {
    paint.clearRect(0, 0, 1, 1);
    for (const color of colors) {
      paint.fillStyle = color;
      paint.fillRect(0, 0, 1, 1);
    }
    return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let least = { ratio: 21 };
  for (const element of document.body.querySelectorAll("*")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
    if (!hasText || !element.checkVisibility() || element.closest(".skip, noscript, option, svg"))
      continue;
    const behind = [];
    for (let at = element; at; at = at.parentElement)
      behind.unshift(getComputedStyle(at).backgroundColor);
    const color = getComputedStyle(element).color;
    const [light, dark] = [luminance(over([...behind, color])), luminance(over(behind))].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < least.ratio)
      least = { ratio, text: element.textContent.slice(0, 40) };
  }
  return least;
}

async function isLegible(page, where) {
  const least = await page.evaluate(leastContrast);
  assert.ok(least.ratio >= 4.5, `${where}: "${least.text}" has a contrast of ${least.ratio.toFixed(2)}`);
  const nameless = await page.evaluate(() => [...document.querySelectorAll("input, select, textarea")]
    .filter((control) => control.checkVisibility() && ![...control.labels].some((label) => label.textContent.trim())).map((control) => control.id));
  assert.deepEqual(nameless, [], where);
}

try {
  const page = await visit(open);
  assert.equal(new URL(page.url()).pathname, "/ui");
  await page.getByRole("complementary").getByText("feature-extraction").first().waitFor();

  // Every task, with what the server's other clients get.
  await task(page, "Compare", "English", ".matrix");
  assert.deepEqual(await page.locator(".matrix tbody tr:nth-child(2) td").nth(1).textContent(), "1.00");
  assert.equal(await page.locator(".matrix tbody td").count(), 9);
  await isLegible(page, "compare");
  await picture(page, "compare-light");
  await task(page, "Fill a mask", "English", ".bars");
  assert.equal(await page.locator(".bars li bdi").first().textContent(), "israel");
  assert.match(await page.getByRole("status").textContent(), /^nano · \d+ tokens · .* ms computed$/);
  await page.getByText("The same request from a terminal").click();
  assert.match(await page.locator("pre").textContent(), /curl .*\/api\/fill-mask/);
  await isLegible(page, "fill a mask");
  await picture(page, "fill-mask-light");
  await task(page, "Tag", "فارسی", "mark");
  const direction = (selector) => page.locator(selector).first().evaluate((element) => getComputedStyle(element).direction);
  assert.equal(await direction(".text"), "rtl");
  assert.equal(await direction("#text"), "rtl");
  assert.equal(await page.locator("html").evaluate((element) => getComputedStyle(element).direction), "ltr");
  assert.match(await page.locator("mark").first().textContent(), /^شاه/);
  await page.getByText("As a table").click();
  await isLegible(page, "tag");
  await picture(page, "tag-persian-light");
  await task(page, "Answer", "English", ".text mark");
  await picture(page, "answer-light");
  await task(page, "Classify", "English", ".bars");
  assert.equal(await page.locator(".bars li").count(), 3);
  await task(page, "Tokens", "فارسی", ".tokens");
  await picture(page, "tokens-light");

  // A text is a text, wherever it is shown.
  const hostile = "<img src=x onerror=\"window.stolen=1\"><script>window.stolen=1</script>";
  await page.getByRole("textbox", { name: "Text", exact: true }).fill(hostile);
  await page.getByRole("button", { name: "Tokens", exact: true }).click();
  await page.locator(".tokens li").nth(12).waitFor();
  await page.goto(`${open}/ui#embed`);
  await page.getByRole("textbox", { name: "Texts" }).fill(`${hostile}\nthe king`);
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await page.locator(".matrix").getByText("<img src=x").waitFor();
  assert.equal(await page.evaluate(() => document.images.length + (window.stolen ?? 0)), 0);

  // What the server refuses is said in its words, and nothing older stays beside it.
  await page.getByRole("textbox", { name: "Texts" }).fill("hill ".repeat(2000));
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await page.getByRole("alert").getByText(/tokens.*\(400\)/).waitFor();
  assert.equal(await page.locator(".matrix").count(), 0);
  await isLegible(page, "error");
  await picture(page, "error-light");
  await page.getByRole("textbox", { name: "Texts" }).fill(Array.from({ length: 30 }, (_, i) => `text ${i}`).join("\n"));
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await page.getByRole("alert").getByText("at most 20").waitFor();

  // Without a mouse: the skip link, the text, Ctrl+Enter, and the tasks as links.
  await page.goto(`${open}/ui#fill-mask`);
  await page.reload();
  await page.getByRole("textbox", { name: "Text", exact: true }).waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the form");
  await page.keyboard.press("Enter");
  while (await page.evaluate(() => document.activeElement.id) !== "text")
    await page.keyboard.press("Tab");
  await page.keyboard.type("The king of [MASK] went up to Jerusalem.");
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none");
  await page.keyboard.press("Control+Enter");
  await page.locator(".bars").waitFor();
  await page.getByRole("link", { name: "Tag", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Tag words" }).waitFor();
  assert.equal(await page.locator("nav [aria-current=page]").textContent(), "Tag");

  // The server's own figures move.
  for (let i = 0; i < 30 && !/[1-9]/.test(await page.locator("#figures div", { hasText: "Throughput" }).locator("dd").textContent()); i++) {
    await page.evaluate(() => fetch("api/embed", { method: "POST", headers: { "content-type": "application/json" }, body: "{\"inputs\":[\"the king\"]}" }));
    await page.waitForTimeout(300);
  }
  assert.match(await page.locator("#figures").textContent(), /Wait of a new request[\d.]+ s.*Throughput[\d,]*[1-9][\d,]* tokens \/ s/);

  // A dark room, and a telephone: nothing is cut off or needs to be pushed sideways.
  for (const [name, options] of [["dark", { colorScheme: "dark" }], ["narrow", { viewport: { width: 360, height: 780 } }]]) {
    const other = await visit(open, options);
    for (const [label, example, answer, file] of [
      ["Compare", "English", ".matrix", "compare"], ["Fill a mask", "فارسی", ".bars", "fill-mask-persian"], ["Tag", "فارسی", "mark", "tag-persian"],
      ["Answer", "فارسی", ".text mark", "answer-persian"], ["Classify", "English", ".bars", "classify"], ["Tokens", "English", ".tokens", "tokens"]]) {
      await task(other, label, example, answer);
      await isLegible(other, `${label}, ${name}`);
      const wide = await other.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${label}, ${name}: ${wide} px stand out`);
      await picture(other, `${file}-${name}`);
    }
    await other.close();
  }

  // A key: asked for, refused, accepted; then its quota, with the time to come again.
  const guarded = await visit(locked);
  await guarded.getByText("The server shows its figures to those who have a key.").waitFor();
  await guarded.getByLabel("This server asks for a key").fill("wrong");
  await guarded.getByRole("button", { name: "Use it" }).click();
  await guarded.getByRole("alert").getByText("A valid API key is needed (401)").waitFor();
  await picture(guarded, "key-light");
  await guarded.getByLabel("This server asks for a key").fill(key);
  await guarded.getByRole("button", { name: "Use it" }).click();
  await guarded.getByRole("group", { name: "Examples" }).getByRole("button", { name: "English" }).click();
  await guarded.getByRole("textbox", { name: "Texts" }).waitFor();
  assert.equal(await guarded.getByRole("alert").textContent(), "");
  for (let i = 0; i < 3; i++) {
    const answered = guarded.waitForResponse(`${locked}/api/embed`);
    await guarded.getByRole("button", { name: "Compare", exact: true }).click();
    await answered;
  }
  await guarded.getByRole("alert").getByText(/\(429\) Try again in \d+ s\./).waitFor();
  await guarded.getByRole("link", { name: "Tag", exact: true }).click();
  await guarded.getByText("None of the served models can do this").waitFor();
  await picture(guarded, "no-model-light");

  assert.deepEqual(faults, []);
  console.log("ok");
} finally {
  await browser.close();
}
