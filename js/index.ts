/** Everything `chord-sync` exports. */
export type { Backend, Commit, Committed, Entry, Expired, Head, Keep, News, Page, Removal, Stored } from "./backend.js";
export { Chord } from "./chord.js";
export { ChordError, type ChordErrorCode, type ChordErrorDetails, type Path } from "./error.js";
export { append, increment } from "./operation.js";
export type { ChordOptions, IndexedDbBackend, Limits, ProvidedContext, WasmSource } from "./options.js";
export type { StorageInfo } from "./storage.js";
export type {
  Append,
  ArrayEdit,
  Change,
  ChangeResult,
  Changes,
  ChangesField,
  CleanupOptions,
  CleanupResult,
  CleanupServerOptions,
  Context,
  ContextEvent,
  ContextInput,
  ContextPage,
  Delta,
  DeltaFormatter,
  DeltaRecord,
  FormatMetadata,
  FormattedChange,
  FormattedDelta,
  Increment,
  Json,
  JsonInput,
  JsonObject,
  JsonPatchOperation,
  ListDeltasOptions,
  Listener,
  ListOptions,
  Since,
  SyncOptions,
  SyncResult,
  Telemetry,
  TelemetryEvent,
  TelemetryName,
  TimeUnit,
  WriteOptions,
} from "./types.js";
