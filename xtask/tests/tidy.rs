//! Runs every rule of the house over the workspace.

use xtask::house::House;

#[test]
fn the_house_is_tidy() {
    let house = House::load(&House::root()).expect("the workspace is a git clone");
    for reason in xtask::skipped(&house) {
        println!("{reason}");
    }
    let found: Vec<String> = xtask::tidy(&house).iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{} places to tidy:\n\n{}\n", found.len(), found.join("\n"));
}
