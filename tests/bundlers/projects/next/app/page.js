import { Chord } from "chord-sync";
import { Client } from "./client.js";

export const dynamic = "force-dynamic";

/** A server component: on Node, in what Next.js makes of the package there. */
export default async function Page() {
  const chord = await Chord.open();
  const { context } = await chord.setContext("room", { rendered: true });
  await chord.close();
  return (
    <main>
      <p id="server">{JSON.stringify(context.context)}</p>
      <Client />
    </main>
  );
}
