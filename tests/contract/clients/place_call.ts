// Places a call with the generated TypeScript client, as somebody would who never saw ours; prints the call's id.
import createClient from "openapi-fetch";
import type { paths } from "./api.d.ts";

declare const process: { argv: string[]; exit(code: number): never };

const [base, key, caller, called] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: base, headers: { "X-API-Key": key } });
const placed = await client.POST("/calls", {
  body: {
    to: called,
    from: caller,
    flow: [{ verb: "say", text: "Good morning.", language: "en-GB" }],
    timeout: 30,
    record: false,
  },
});
if (!placed.data) {
  console.error(placed.error);
  process.exit(1);
}
const found = await client.GET("/calls/{call_id}", { params: { path: { call_id: placed.data.id } } });
console.log(found.data?.id);
