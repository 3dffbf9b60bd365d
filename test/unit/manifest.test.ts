import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../src/extension/inline/languages.ts';

/** What VS Code reads of package.json, as far as the code must agree with it. */
interface Manifest {
  main: string;
  icon: string;
  keywords: string[];
  activationEvents: string[];
  contributes: {
    commands: { command: string; title: string }[];
    menus: Record<string, { command: string; when?: string }[]>;
    viewsContainers: Record<string, { id: string; icon: string }[]>;
    views: Record<string, { id: string }[]>;
    viewsWelcome: { view: string; contents: string; when?: string }[];
    customEditors: { viewType: string }[];
    grammars: { path: string; language: string }[];
    languages: { id: string }[];
    colors: { id: string; defaults: Record<string, string> }[];
    configuration: { properties: Record<string, { default: unknown; markdownDescription: string }> }[];
  };
}

const text = fs.readFileSync('package.json', 'utf8');
const manifest = JSON.parse(text) as Manifest;
const { contributes } = manifest;
const code = read('src/extension');

describe('the manifest and the code agree', () => {
  it('on commands', () => {
    const registered = quoted(/'(looplens\.\w+)': \(?[\w, ]*\)? ?=>|'(looplens\.\w+)': async/g, code);
    expect(sorted(registered)).toEqual(sorted(contributes.commands.map(({ command }) => command)));
  });

  it('on the commands that menus, welcome texts and links name', () => {
    const known = new Set(contributes.commands.map(({ command }) => command));
    const named = [
      ...Object.values(contributes.menus).flatMap((items) => items.map(({ command }) => command)),
      ...quoted(/command:(looplens\.[\w.]+)/g, fs.readFileSync('package.nls.json', 'utf8')),
      ...quoted(/commandLink\([^,]+, '(looplens\.\w+)'/g, code),
      ...quoted(/commandUri\('(looplens\.\w+)'/g, code),
    ];
    expect(named.filter((command) => !known.has(command))).toEqual([]);
    expect(named.length).toBeGreaterThan(10);
  });

  it('on settings, with the same defaults', () => {
    const declared = contributes.configuration.flatMap(({ properties }) =>
      Object.entries(properties).map(([name, { default: value }]) => [name, value]),
    );
    const used = [...code.matchAll(/all\.get\('([\w.]+)'(?:, ([^)]+))?\)/g)].map(([, name, value]) => [
      `looplens.${name!}`,
      // A setting without a default in code is one of several words; its default is the first that code falls back to.
      value === undefined ? 'recommended' : (JSON.parse(value) as unknown),
    ]);
    expect(new Map(used as [string, unknown][])).toEqual(new Map(declared as [string, unknown][]));
  });

  it('on views and context keys', () => {
    const ids = Object.values(contributes.views).flatMap((views) => views.map(({ id }) => id));
    expect(quoted(/const VIEW = '([\w.]+)'/g, code)).toEqual(ids);
    const containers = Object.values(contributes.viewsContainers).flatMap((all) => all.map(({ id }) => id));
    expect(Object.keys(contributes.views)).toEqual(containers);
    const set = new Set(quoted(/'setContext',\s*'([\w.]+)'/g, code));
    const whens =
      JSON.stringify(contributes).match(
        /looplens\.(?:busy|hasRecording|hasTasks|watchingTasks|grouping|[a-z]+(?= ==))/g,
      ) ?? [];
    expect((whens as string[]).filter((key) => !set.has(key))).toEqual([]);
    expect([...set].filter((key) => !(whens as string[]).includes(key))).toEqual([]);
  });

  it('on custom editors', () => {
    expect(quoted(/const VIEW_TYPE = '([\w.]+)'/g, code)).toEqual(
      contributes.customEditors.map(({ viewType }) => viewType),
    );
  });

  it('on colours, each with a default for all four kinds of theme', () => {
    const declared = contributes.colors.map(({ id }) => id);
    expect(sorted(quoted(/textAfter\('([\w.]+)'\)/g, code))).toEqual(sorted(declared));
    for (const { defaults } of contributes.colors) {
      expect(Object.keys(defaults)).toEqual(['dark', 'light', 'highContrast', 'highContrastLight']);
    }
  });

  it('on languages', () => {
    const languages = manifest.activationEvents.filter((event) => event.startsWith('onLanguage:'));
    expect(languages).toEqual(LANGUAGES.map((language) => `onLanguage:${language}`));
  });
});

describe('the manifest', () => {
  it('has words for every placeholder, and no others', () => {
    const words = Object.keys(JSON.parse(fs.readFileSync('package.nls.json', 'utf8')) as object);
    expect(sorted(quoted(/"%([^%"]+)%"/g, text))).toEqual(sorted(words));
  });

  it('names files that exist', () => {
    const { grammars, viewsContainers, languages } = contributes;
    const files = [
      manifest.icon,
      ...grammars.map(({ path: file }) => file),
      ...Object.values(viewsContainers).flatMap((all) => all.map(({ icon }) => icon)),
    ];
    expect(files.filter((file) => !fs.existsSync(file))).toEqual([]);
    expect(grammars.map(({ language }) => language)).toEqual(languages.map(({ id }) => id));
  });

  it('has an icon of 128 pixels', () => {
    const png = fs.readFileSync(manifest.icon);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([128, 128]);
  });

  it('has five keywords and activates for nothing but code', () => {
    expect(manifest.keywords).toHaveLength(5);
    expect(manifest.activationEvents).not.toContain('*');
  });
});

function read(folder: string): string {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => fs.readFileSync(path.join(folder, name), 'utf8'))
    .join('\n');
}

/** Every first group that matched, each once. */
function quoted(pattern: RegExp, from: string): string[] {
  return [...new Set([...from.matchAll(pattern)].map((match) => match.slice(1).find((group) => group)!))];
}

function sorted(values: readonly string[]): string[] {
  return [...values].sort();
}
