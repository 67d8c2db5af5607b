//! Every seed, and every input that once broke a claim, runs through its check; none takes long.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use chord_fuzz::{Check, TARGETS};

/// Runs the inputs in `folder` and says how many there were.
fn replay(check: Check, folder: &Path) -> usize {
    let Ok(inputs) = fs::read_dir(folder) else {
        return 0;
    };
    let mut count = 0;
    for input in inputs {
        let path = input.expect("a folder that can be read").path();
        let input = fs::read(&path).expect("an input that can be read");
        println!("{}", path.display());
        let started = Instant::now();
        check(&input);
        let taken = started.elapsed();
        assert!(
            taken < Duration::from_secs(1),
            "{} took {taken:?}",
            path.display()
        );
        count += 1;
    }
    count
}

#[test]
fn seeds_and_crashers_hold() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, check) in TARGETS {
        let seeds = replay(check, &root.join("seeds").join(name));
        assert!(seeds > 0, "the target {name} has no seeds");
        replay(check, &root.join("crashers").join(name));
    }
}
