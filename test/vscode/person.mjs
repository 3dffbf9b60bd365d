// What a person does in VS Code, for tests that use the editor through a browser.
import path from 'node:path';

/** How long anything may take to appear, ms. */
export const LIMIT = 60_000;

/** Runs a command from the palette, which lists what was there when it opened: it is opened again until it has arrived. */
export async function runCommand(page, title) {
  const row = page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
  for (const end = Date.now() + LIMIT; ; await page.keyboard.press('Escape')) {
    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget input').first().fill(`>${title}`);
    if (await appears(row)) break;
    if (Date.now() > end) throw new Error(`There is no command "${title}".`);
  }
  await page.keyboard.press('Enter');
}

/** Picks a process by its id in the list that is open, or is about to open. */
export async function pickProcess(page, pid, look = () => undefined) {
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'pid ' }).first().waitFor();
  await look();
  await page.locator('.quick-input-widget input').first().fill(`pid ${pid}`);
  await page
    .locator('.quick-input-list .monaco-list-row', { hasText: `pid ${pid}` })
    .first()
    .waitFor();
  await page.keyboard.press('Enter');
}

/** Opens a file of the workspace. */
export async function openFile(page, name) {
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+P');
  await page.locator('.quick-input-widget input').first().fill(name);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.tab.active', { hasText: name }).waitFor();
}

/** Words need room in pictures. `by` in pixels. */
export async function widenSideBar(page, by) {
  const box = await page.locator('.part.sidebar').boundingBox();
  const edge = box.x + box.width;
  await page.mouse.move(edge, 400);
  await page.mouse.down();
  await page.mouse.move(edge + by, 400, { steps: 5 });
  await page.mouse.up();
}

/** Whether something shows within 3 s. */
export function appears(locator) {
  return locator.waitFor({ timeout: 3000 }).then(
    () => true,
    () => false,
  );
}

/** Settings that leave room for what pictures are about. */
export const PICTURE_SETTINGS = {
  'editor.minimap.enabled': false,
  'breadcrumbs.enabled': false,
  'window.commandCenter': false,
  'workbench.layoutControl.enabled': false,
  'editor.fontSize': 13,
  'workbench.colorTheme': 'Default Dark Modern',
};

/** Runs steps one after the other; prints a line each, and for the first that fails a picture. @returns how many passed */
export async function runSteps(steps, state, pictures) {
  let passed = 0;
  for (const [name, step] of steps) {
    try {
      await step(state);
    } catch (error) {
      console.log(`  ✘ ${name}\n`, error);
      await state.page.screenshot({ path: path.join(pictures, 'failure.png') }).catch(() => undefined);
      break;
    }
    passed++;
    console.log(`  ✔ ${name}`);
  }
  return passed;
}
