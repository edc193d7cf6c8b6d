// Emits the JavaScript that is published: Node refuses to strip types under node_modules.
import { chmodSync, rmSync } from 'node:fs';
import { run } from './processes.mjs';

rmSync('dist', { recursive: true, force: true });
const { code } = await run('tsc', ['-p', 'tsconfig.build.json'], { shares: true });
if (code === 0) chmodSync('dist/gateway/bin.js', 0o755);
process.exitCode = code;
