/** The value of one series on a page, by its name and labels as they stand there; `undefined` where it is not. */
export function valueOn(page: string, series: string): number | undefined {
  const line = page.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1).split(' ', 1)[0]);
}

/** Every series of one metric with its value, in the order of the page. */
export function seriesOn(page: string, name: string): string[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}
