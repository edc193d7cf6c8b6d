// Emits the JavaScript that is published: Node refuses to strip types under node_modules.
import { chmodSync, copyFileSync, rmSync } from 'node:fs';
import { run } from './processes.mjs';

rmSync('dist', { recursive: true, force: true });
const page = 'gateway/server/live/page';
let { code } = await run('tsc', ['-p', 'tsconfig.build.json'], { shares: true });
if (code === 0)
  ({ code } = await run('tsc', ['-p', `${page}/tsconfig.build.json`], { shares: true }));
if (code === 0) {
  for (const file of ['index.html', 'style.css', 'icon.svg']) {
    copyFileSync(`${page}/${file}`, `dist/${page}/${file}`);
  }
  chmodSync('dist/gateway/bin.js', 0o755);
}
process.exitCode = code;
