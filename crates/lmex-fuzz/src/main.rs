//! Prepares a fuzzer's work, and runs what it found again; it never fuzzes by itself.
//!
//! - `seeds TARGET FOLDER` writes the inputs to begin with, and `FOLDER/../TARGET.dict`, the dictionary
//! - `run TARGET FILE…` runs inputs, such as libFuzzer's `crash-…`

use std::error::Error;
use std::fs;
use std::path::Path;

use lmex_fuzz::{TARGETS, Target, dictionary, shared_folder, target};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["seeds", name, folder] => write_seeds(named(name)?, Path::new(folder)),
        ["run", name, ref files @ ..] if !files.is_empty() => run(named(name)?, files),
        _ => Err("usage: lmex-fuzz seeds TARGET FOLDER, or lmex-fuzz run TARGET FILE…".into()),
    }
}

fn named(name: &str) -> Result<&'static Target, String> {
    let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
    target(name).ok_or_else(|| format!("{name} is no target: name one of {}", names.join(", ")))
}

fn write_seeds(target: &Target, folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let shared = shared_folder();
    for (number, seed) in target.seeds(shared.as_deref()).iter().enumerate() {
        fs::write(folder.join(format!("seed-{number:04}")), seed)?;
    }
    fs::write(folder.with_file_name(format!("{}.dict", target.name)), dictionary(shared.as_deref()))?;
    Ok(())
}

fn run(target: &Target, files: &[&str]) -> Result<(), Box<dyn Error>> {
    for file in files {
        target.run(&fs::read(file).map_err(|error| format!("{file}: {error}"))?);
    }
    Ok(())
}
