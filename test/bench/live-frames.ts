// How long the live page's scripts run in a frame, before 200 replicas and 5,000 streams, in a real Chromium.
import { launchChromium } from '../support/live/chromium.ts';
import { aCrowd } from '../support/live/crowd.ts';
import { scriptTime } from '../support/live/script-time.ts';

const SECONDS = 8;

await using crowd = await aCrowd({ replicas: 200, requests: 5_000 });
const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 1_920, height: 1_080 } });
await page.goto(`${crowd.url}/admin/ui`);
await page.locator('#connection[data-state=live]').waitFor();
await page.waitForTimeout(3_000);
const { frames, medianMs, p95Ms, longestMs } = await scriptTime(page, SECONDS);
const text = [medianMs, p95Ms, longestMs].map((each) => each.toFixed(2)).join(', ');
console.log(`script a frame over ${frames} frames: median, p95, longest ${text} ms`);
if (process.argv[2] !== undefined) await page.screenshot({ path: process.argv[2] });
await browser.close();
