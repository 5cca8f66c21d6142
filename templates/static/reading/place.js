// @ts-check
// Where this site stands: every path of it is told from here.

export const root = new URL("../../", import.meta.url);
