// A real provider of OpenID Connect on loopback, for the tests: everybody signs in as whom `login_hint` says and
// agrees to everything. Prints its port once it is ready, ends with its standard input.

import { createServer } from "node:http";
import Provider from "oidc-provider";

const people = {
  cleo: { email: "cleo@company.example", email_verified: true, name: "Cleo", team: ["staff", "Sales"] },
  ada: { email: "ada@company.example", email_verified: true, name: "Ada", team: "marketing" },
  dora: { email: "dora@company.example", email_verified: false, name: "Dora", team: "sales" },
  finn: { email: "finn@company.example", email_verified: true, name: "Finn", team: "kitchen" },
};

// Standard output says the port and nothing else; its reader may be gone after that.
console.info = console.warn;

let answer;
const server = createServer((request, response) => answer(request, response));
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      {
        client_id: "doubles",
        client_secret: "of-the-tests-only",
        redirect_uris: ["http://localhost:3000/sign-in/provider/return"],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "team"] },
    conformIdTokenClaims: false,
    cookies: { keys: ["of-the-tests-only"] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
  });
  const answerProtocol = provider.callback();
  answer = async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return answerProtocol(request, response);
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    if (prompt.name === "login") {
      return provider.interactionFinished(request, response, { login: { accountId: params.login_hint } });
    }
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
  };
  console.log(port);
});
process.stdin.on("end", () => process.exit()).resume();
