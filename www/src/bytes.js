const encoder = new TextEncoder();

/** How many bytes a value takes as JSON text in UTF-8: what a connection would carry. */
export const bytesOf = (value) => encoder.encode(JSON.stringify(value)).length;
