//! Settings that are one of a few words.

use super::json::Value;
use tinyjson::JsonValue;

macro_rules! choice {
    ($(#[$doc:meta])+ $name:ident { $( $(#[$variant_doc:meta])+ $variant:ident = $text:literal, )* }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name { $( $(#[$variant_doc])+ $variant, )* }

        impl $name {
            /// As the image's JSON and CPython's documentation have it.
            pub fn as_str(self) -> &'static str {
                match self { $( $name::$variant => $text, )* }
            }
        }

        impl Value for $name {
            fn from_json(value: &JsonValue) -> Option<$name> {
                match value.get::<String>()?.as_str() {
                    $( $text => Some($name::$variant), )*
                    _ => None,
                }
            }

            fn absent() -> Option<$name> {
                None
            }
        }
    };
}

choice! {
    /// Where CPython takes memory from: `PyPreConfig.allocator`, in the order of its `PyMemAllocatorName`.
    Allocator {
        /// CPython decides.
        NotSet = "not-set",
        /// What CPython was built for.
        Default = "default",
        /// The default with checks.
        Debug = "debug",
        /// C's `malloc`.
        Malloc = "malloc",
        /// C's `malloc` with checks.
        MallocDebug = "malloc-debug",
        /// CPython's own for small objects.
        PyMalloc = "py-malloc",
        /// CPython's own, with checks.
        PyMallocDebug = "py-malloc-debug",
    }
}

choice! {
    /// What may serve Python's memory instead of the C library.
    AllocatorBackend {
        /// Of the feature `allocator-jemalloc`.
        Jemalloc = "jemalloc",
        /// Of the feature `allocator-mimalloc`.
        Mimalloc = "mimalloc",
        /// Of the feature `allocator-snmalloc`.
        Snmalloc = "snmalloc",
        /// Rust's own way to the C library, which programs can replace.
        Rust = "rust",
    }
}

choice! {
    /// When the C locale becomes one of UTF-8.
    LocaleCoercion {
        /// When `LC_CTYPE` says "C".
        LcCtype = "LC_CTYPE",
        /// Always.
        C = "C",
    }
}

choice! {
    /// When hash-based bytecode is compared with its source.
    CheckHashPycs {
        /// Always.
        Always = "always",
        /// Never.
        Never = "never",
        /// When the bytecode says so.
        Default = "default",
    }
}

choice! {
    /// How multiprocessing starts children.
    StartMethod {
        /// A copy of the process.
        Fork = "fork",
        /// A copy of a process that does nothing else.
        Forkserver = "forkserver",
        /// A new process.
        Spawn = "spawn",
    }
}
