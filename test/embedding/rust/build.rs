//! Hands the arguments for the linker on that oxd's crate has for programs which use it.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let list = std::env::var("DEP_OXD_PYTHON_LINK_ARGUMENTS").expect("oxd-runtime is a dependency");
    for argument in std::fs::read_to_string(list).expect("oxd-runtime wrote it").lines() {
        println!("cargo:rustc-link-arg-bins={argument}");
    }
}
