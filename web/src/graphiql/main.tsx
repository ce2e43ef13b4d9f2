/** The GraphiQL page: editor, documentation, explorer and history, all served from this host. */
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./page.css";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { createRoot } from "react-dom/client";
import { fetcher } from "./fetcher";
import welcome from "./welcome.graphql?raw";

const explorer = explorerPlugin({ showAttribution: false });

function Page() {
  return (
    <GraphiQL
      fetcher={fetcher}
      defaultQuery={welcome}
      plugins={[HISTORY_PLUGIN, explorer]}
      visiblePlugin={explorer}
      defaultEditorToolsVisibility="headers"
      // Tabs and history hold what was typed, a password in a login too: they end with the browser tab.
      storage={sessionStorage}
      shouldPersistHeaders={false}
    >
      <GraphiQL.Logo>MedhaAlgoPilot</GraphiQL.Logo>
    </GraphiQL>
  );
}

createRoot(document.getElementById("graphiql")!).render(<Page />);
