import { Chord, increment } from "chord-sync";

export const dynamic = "force-dynamic";

export async function GET() {
  const chord = await Chord.open();
  await chord.setContext("room", { visits: 0 });
  await chord.updateContext("room", { visits: increment(1) });
  const { context } = await chord.getContext("room");
  await chord.close();
  return Response.json(context);
}
