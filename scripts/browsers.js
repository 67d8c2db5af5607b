/**
 * The browsers the package is for, as programs of the system. Those that are missing are installed from Debian's packages where that is
 * allowed (see `debian.js`); elsewhere one that can't be had is named with the command that gets it.
 */
import { existsSync } from "node:fs";
import { installCommand, installDebianPackages, isDebian, maySetUpSystem } from "./debian.js";
import { ask } from "./run.js";
import { Failure, say } from "./say.js";

const onPath = (...names) => names.map((name) => ask("which", [name])).find((path) => path);

/** MiniBrowser lies in a library folder that has the architecture in its name. */
function miniBrowser() {
  const files = ask("dpkg", ["-L", "libwebkit2gtk-4.1-0"])?.split("\n") ?? [];
  return files.find((path) => path.endsWith("/MiniBrowser") && existsSync(path));
}

/** By name: the programs a browser needs (a missing one is `undefined`), and the packages that have them. */
const browsers = {
  chromium: {
    packages: ["chromium"],
    find: () => ({ program: process.env.CHORD_CHROMIUM ?? onPath("chromium", "chromium-browser", "google-chrome") }),
  },
  firefox: {
    packages: ["firefox-esr"],
    find: () => ({ program: process.env.CHORD_FIREFOX ?? onPath("firefox-esr", "firefox") }),
  },
  webkit: {
    packages: ["webkit2gtk-driver", "xvfb"],
    find: () => ({ program: miniBrowser(), driver: onPath("WebKitWebDriver"), display: onPath("Xvfb") }),
  },
};

export const browserNames = Object.keys(browsers);

const isWhole = (programs) => Object.values(programs).every((path) => path !== undefined);

/**
 * The programs of each browser by its name, after installing what is missing and may be installed. A browser that can't be had has `missing`: what to
 * do about it.
 */
export async function ensureBrowsers(names = browserNames) {
  const absent = names.filter((name) => !isWhole(browsers[name].find()));
  const packages = absent.flatMap((name) => browsers[name].packages);
  let failure;
  if (packages.length > 0 && maySetUpSystem()) {
    await installDebianPackages(packages).catch((error) => {
      if (!(error instanceof Failure)) throw error;
      failure = error.message;
    });
  }
  return Object.fromEntries(
    names.map((name) => {
      const programs = browsers[name].find();
      if (isWhole(programs)) return [name, programs];
      const how = isDebian() ? `as root, \`${installCommand(browsers[name].packages)}\`` : `install ${name} so that it is on PATH`;
      const missing = failure ?? `${name} is missing: ${how}`;
      say("browsers", missing);
      return [name, { missing }];
    }),
  );
}
