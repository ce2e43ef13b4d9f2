/** The access token a request carries: the headers editor's first, else the one the dashboard keeps. */

export const TOKEN_KEY = "medha.accessToken";

export type HeaderMap = Record<string, string>;

/** The headers with lower-case names, and `authorization` added from the kept token when the editor gave none. */
export function credentialed(headers: HeaderMap = {}): HeaderMap {
  // Two spellings of one name would be joined by fetch into "Bearer a, Bearer b", which no server accepts.
  const named = Object.fromEntries(new Headers(headers));
  const token = localStorage.getItem(TOKEN_KEY);
  return token && !named.authorization ? { ...named, authorization: `Bearer ${token}` } : named;
}

/** What a subscription's socket is opened with: the authorization alone, since a socket takes no headers. */
export function connectionParams(headers: HeaderMap): HeaderMap {
  return headers.authorization ? { authorization: headers.authorization } : {};
}
