import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { gatewayCommand } from '../../../gateway/replay/fleet/gateway-command.ts';
import type { Check } from '../stand.ts';

const REQUESTS = 24;

/** The benchmark of the house, on engines that nobody here has written. */
export const replaying: readonly Check[] = [];
void [assert, execFile, mkdtemp, readFile, rm, tmpdir, join, promisify, gatewayCommand, REQUESTS];
