/** Sends GraphiQL's operations: queries and mutations by POST, subscriptions by graphql-transport-ws. */
import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { createClient } from "graphql-ws";
import { connectionParams, credentialed } from "./credentials";

const ENDPOINT = "/graphql";

/** `ENDPOINT` on the page's own host as a WebSocket address: wss when the page came by https. */
export function socketUrl(page: Location): string {
  const url = new URL(ENDPOINT, page.href);
  url.protocol = page.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/** Credentials are read anew for each operation, so a token pasted or renewed counts at once. */
export const fetcher: Fetcher = (params, options) => {
  const headers = credentialed(options?.headers);
  const send = createGraphiQLFetcher({
    url: ENDPOINT,
    enableIncrementalDelivery: false,
    // A silent reconnect would start again from the document's old cursor: show the close, let the reader decide.
    wsClient: createClient({ url: socketUrl(location), connectionParams: connectionParams(headers), retryAttempts: 0 }),
  });
  return send(params, { ...options, headers });
};
