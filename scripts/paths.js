/** Where things lie, relative to the root of the repository. */
import { fileURLToPath } from "node:url";
import { join } from "node:path";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** An absolute path from its parts below the root. */
export const at = (...parts) => join(root, ...parts);
