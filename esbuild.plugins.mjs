import * as esbuild from 'esbuild';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Source of a script that is injected into the user's process, `agent` or `worker`: an IIFE for any Node from 18 on.
 * Names stay readable, so that it can be read where a user finds it in a profile.
 */
export async function agentText(name) {
  const result = await esbuild.build({
    entryPoints: [path.join(path.dirname(fileURLToPath(import.meta.url)), 'src/agent', `${name}.ts`)],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: '__looplens',
    platform: 'node',
    target: 'node18',
    minifyWhitespace: true,
    minifySyntax: true,
    metafile: true,
  });
  return {
    text: result.outputFiles[0].text,
    files: Object.keys(result.metafile.inputs).map((file) => path.resolve(file)),
  };
}

/** `import source from 'looplens-agent:agent'` is the agent as text inside another bundle. */
export const agentAsText = {
  name: 'agent-as-text',
  setup(build) {
    build.onResolve({ filter: /^looplens-agent:/ }, (args) => ({
      path: args.path.slice('looplens-agent:'.length),
      namespace: 'looplens-agent',
    }));
    build.onLoad({ filter: /.*/, namespace: 'looplens-agent' }, async (args) => {
      const { text, files } = await agentText(args.path);
      return { contents: text, loader: 'text', watchFiles: files };
    });
  },
};

/** chrome-remote-interface carries the browser's protocol, 500 KiB that are never used: commands go by name. */
export const withoutBrowserProtocol = {
  name: 'without-browser-protocol',
  setup(build) {
    build.onLoad({ filter: /chrome-remote-interface[\\/]lib[\\/]protocol\.json$/ }, () => ({
      contents: '{"domains":[]}',
      loader: 'json',
    }));
  },
};

/** recheck carries itself a second time, as the text of a worker of its own: ours is one already. */
export const checkWithoutWorker = {
  name: 'check-without-worker',
  setup(build) {
    build.onLoad({ filter: /recheck[\\/]lib[\\/]browser\.js$/ }, async (args) => {
      const text = await fs.readFile(args.path, 'utf8');
      const [use, name] = /new Blob\(\[([\w$]+)\]/.exec(text) ?? [];
      const start = text.indexOf(`${name}=\``);
      const end = text.lastIndexOf('`', text.indexOf(use ?? '')) + 1;
      if (use === undefined || start < 0 || end <= start)
        throw new Error('recheck no longer has the text of its worker where it was looked for.');
      return { contents: `${text.slice(0, start)}${name}=''${text.slice(end)}`, loader: 'js' };
    });
  },
};

/** The same for vitest, which runs our TypeScript unbundled. */
export const agentAsTextVite = {
  name: 'agent-as-text',
  enforce: 'pre',
  resolveId: (id) => (id.startsWith('looplens-agent:') ? `\0${id}` : undefined),
  load: async (id) =>
    id.startsWith('\0looplens-agent:')
      ? `export default ${JSON.stringify((await agentText(id.split(':')[1])).text)}`
      : undefined,
};

/**
 * What a bundle needs seldom stays a file of its own beside it, loaded with the first call.
 * @param module file name of the module, whose exports are functions
 * @param file its bundle, in the same folder: `./name.cjs`
 * @param functions what it exports
 */
export const loadedWhenCalled = (module, file, functions) => ({
  name: 'loaded-when-called',
  setup(build) {
    build.onLoad({ filter: module }, () => ({
      contents: functions
        .map(
          (name) => `export const ${name} = (...args) => require(${JSON.stringify(file)}).${name}(...args);`,
        )
        .join('\n'),
      loader: 'js',
    }));
    build.onResolve({ filter: new RegExp(`^${file.replaceAll('.', '\\.')}$`) }, () => ({
      path: file,
      external: true,
    }));
  },
});
