//! Which files are programs, in languages where a text always stands in quotes.

/// Ends of their names.
const ENDS: &[&str] = &[
    ".go", ".java", ".kt", ".kts", ".scala", ".rs", ".py", ".pyi", ".js", ".jsx", ".mjs", ".cjs",
    ".ts", ".tsx", ".mts", ".cts", ".cs", ".fs", ".vb", ".rb", ".php", ".swift", ".dart", ".c",
    ".h", ".cc", ".cpp", ".hpp", ".ex", ".exs", ".clj", ".lua", ".groovy",
];

/// Whether a file of this name is one.
pub(super) fn is_one(name: &str) -> bool {
    ENDS.iter().any(|end| name.ends_with(end))
}
