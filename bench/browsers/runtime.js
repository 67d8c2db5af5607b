export const inBrowser = () => ({ start: async () => ({ missing: "not there yet" }) });
