/** A base URL without slashes at its end, so that paths can be joined to it (Dex cuts one, or forgets to). */
export function trimSlash(url: string): string {
  let end = url.length;
  while (url[end - 1] === "/") end -= 1;
  return url.slice(0, end);
}
